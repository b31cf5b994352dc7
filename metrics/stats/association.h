/* Association of two rows of numbers. Input holds no NaN. */
#ifndef ATTUNE_METRICS_STATS_ASSOCIATION_H
#define ATTUNE_METRICS_STATS_ASSOCIATION_H

#include "base/err.h"

/* Pearson's product-moment correlation; NAN when a row is constant or n < 2. */
double attune_pearson(const double *x, const double *y, size_t n);

/* Spearman's rho: Pearson's correlation of the mid-ranks. NAN as there. ATTUNE_E_MEMORY. */
enum attune_code attune_spearman(const double *x, const double *y, size_t n, double *rho,
                                 struct attune_err *err);

/* Area under the ROC curve: the probability that a value of `positive` is greater than one of
 * `negative`, ties count half: Mann-Whitney's U over n m, from mid-ranks (Hanley & McNeil 1982).
 * NAN when one side is empty. ATTUNE_E_MEMORY. */
enum attune_code attune_auc(const double *positive, size_t n, const double *negative, size_t m,
                            double *auc, struct attune_err *err);

#endif
