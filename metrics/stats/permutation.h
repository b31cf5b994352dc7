/* Sign-change tests of a mean difference (Fisher 1935): under the null hypothesis the differences
 * d (n,) are symmetric around 0 (around -shift), so every pattern of signs was equally likely. Two
 * equal models fulfil this whatever their distribution, so the level is exact, not approximate.
 *
 * Up to ATTUNE_PERMUTATION_EXACT differences all 2^n patterns are counted, by sorting the sums of
 * either half (Horowitz & Sahni 1974). Above, n_draws seeded random patterns with p = (hits + 1) /
 * (n_draws + 1), which keeps the level at any number of draws (Phipson & Smyth 2010).
 *
 * p is 1 when there is nothing to test. Small n: the smallest two-sided p is 2 / 2^n, so fewer than
 * 6 differing prompts never reach .05.
 *
 * scratch: attune_permutation_scratch(n) doubles, enough for any number of differences up to n.
 */
#ifndef ATTUNE_METRICS_STATS_PERMUTATION_H
#define ATTUNE_METRICS_STATS_PERMUTATION_H

#include "metrics/stats/paired.h"

enum { ATTUNE_PERMUTATION_EXACT = 32 };
size_t attune_permutation_scratch(size_t n);

/* Two-sided. statistic: the mean difference. */
struct attune_test attune_permutation_paired(const double *d, size_t n, size_t n_draws,
                                             uint64_t seed, double *scratch);

/* One-sided: how often sign changes of d + shift give a sum at least as large (lower: as small) as
 * observed. upper is small when the mean difference lies above -shift: with shift 0 a test for
 * better, with a margin as shift one for non-inferiority. */
double attune_permutation_lower(const double *d, size_t n, double shift, size_t n_draws,
                                uint64_t seed, double *scratch);
double attune_permutation_upper(const double *d, size_t n, double shift, size_t n_draws,
                                uint64_t seed, double *scratch);

#endif
