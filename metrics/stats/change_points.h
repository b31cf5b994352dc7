/* Where did a series of numbers change its level or spread?
 *
 * Energy-divisive bisection (Matteson & James 2014, with alpha = 1; as used on performance
 * histories by Daly et al. 2020, with the right part reaching to the segment's end): for a split of
 * a segment into x (m,) and y (n,)
 *
 *     Q = m n / (m + n) (2 mean |x_i - y_j| - mean |x_i - x_k| - mean |y_j - y_k|)
 *
 * with the means over pairs i < k. The split with the largest Q of all segments is tested by
 * permuting the values within every segment: p = (1 + permutations with a largest Q at least as
 * large) / (1 + n_permutations). It is kept while p <= alpha, then its two sides are searched in
 * turn.
 *
 * Small n: a segment has at least ATTUNE_SEGMENT_MIN values. A step in the middle of n values can
 * reach .05 from n = 8 on (2 of 70 arrangements are as extreme), one at 2 values from an end from
 * n = 10 on. Values are taken as independent: a slow drift comes out as one or more steps.
 * Quadratic in n per permutation: for hundreds of values. */
#ifndef ATTUNE_METRICS_STATS_CHANGE_POINTS_H
#define ATTUNE_METRICS_STATS_CHANGE_POINTS_H

#include <stdint.h>

#include "base/err.h"

enum { ATTUNE_SEGMENT_MIN = 2 };

struct attune_change_point {
    size_t at; /* first value of the new segment */
    double p;
};

struct attune_change_options {
    double alpha;          /* .05 */
    size_t n_permutations; /* 999 */
    uint64_t seed;
};

/* x (n,); out (n,) receives the points in ascending order, *n_out their number. ATTUNE_E_MEMORY. */
enum attune_code attune_change_points(const double *x, size_t n,
                                      const struct attune_change_options *options,
                                      struct attune_change_point *out, size_t *n_out,
                                      struct attune_err *err);

#endif
