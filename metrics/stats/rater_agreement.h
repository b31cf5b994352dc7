/* How far raters agree with each other: what any agreement with them is limited by.
 *
 * Krippendorff's alpha = 1 - D_o / D_e over all pairs of values given to the same unit and to any
 * units, with the distance 1 for different labels (nominal) or (x - y)^2 (interval). Units with a
 * single value take no part. 1: perfect, 0: as by chance.
 *
 * Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability; Spearman 1910 and Brown
 * 1910 for the split halves.
 */
#ifndef ATTUNE_METRICS_STATS_RATER_AGREEMENT_H
#define ATTUNE_METRICS_STATS_RATER_AGREEMENT_H

#include <stdint.h>

#include "base/err.h"

struct attune_rated {
    uint32_t unit;
    double value;
};

enum attune_level { ATTUNE_NOMINAL, ATTUNE_INTERVAL };

/* ratings (n,) are reordered. NAN when fewer than two values can be paired or none differ. */
double attune_krippendorff(struct attune_rated *ratings, size_t n, enum attune_level level);

/* The raters of each unit are split at random into two halves; Pearson's correlation of the halves'
 * means over the units, stepped up to full length by 2 r / (1 + r), averaged over n_splits. Units
 * with a single value are left out. ratings (n,) are reordered; NAN with fewer than 3 units. */
enum attune_code attune_split_half(struct attune_rated *ratings, size_t n, size_t n_splits,
                                   uint64_t seed, double *reliability, struct attune_err *err);

#endif
