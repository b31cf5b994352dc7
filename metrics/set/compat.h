/* Set distances as legacy tools print them, rounding included. */
#ifndef ATTUNE_METRICS_SET_COMPAT_H
#define ATTUNE_METRICS_SET_COMPAT_H

#include "metrics/set/set_metric.h"

/* fadtk: means summed row by row in single precision, covariances in double. */
enum attune_code attune_set_compat_fadtk(struct attune_set_pair *pair, struct attune_set_value *out,
                                         struct attune_err *err);

/* kadtk: the bandwidth is the median distance of the evaluated set. Its single-precision sums are
 * not reproduced; the two agree within 1e-4. */
enum attune_code attune_set_compat_kadtk(struct attune_set_pair *pair, struct attune_set_value *out,
                                         struct attune_err *err);

/* mgeval's two comparisons (feature_compat.c): means over the features, which are the details. */
enum attune_code attune_set_compat_mgeval(struct attune_set_pair *pair,
                                          struct attune_set_value *kld,
                                          struct attune_set_value *overlap, struct attune_err *err);

#endif
