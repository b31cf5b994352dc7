/* Paired tests: does the difference of two models, prompt by prompt, lie around zero?
 *
 * All are two-sided, take the differences d (n,) of the prompts where both are defined, and give a
 * p-value that is 1 when there is nothing to test (no prompts, or no difference that is not zero).
 *
 * Small n: the smallest p of a test by signs (this or permutation.h) is 2 / 2^n, so fewer than 6
 * differing prompts never reach .05.
 */
#ifndef ATTUNE_METRICS_STATS_PAIRED_H
#define ATTUNE_METRICS_STATS_PAIRED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* a - b, but 0 where the two agree to nine digits (or both are smaller than that): such a
 * difference is rounding, and a signed-rank test would take a thousand of them in one direction for
 * a finding. */
double attune_paired_difference(double a, double b);

struct attune_test {
    double p;         /* two-sided */
    double statistic; /* as the test defines it */
    size_t n;         /* differences that took part */
    int sign;         /* -1, 0, 1: the side the statistic points to */
};

/* Wilcoxon's signed-rank test: zeros dropped, ties by mid-ranks. Exact null distribution, ties
 * included (the shift algorithm of Streitberg & Roehmel 1986 on doubled ranks), for n <=
 * ATTUNE_WILCOXON_EXACT; above, the normal approximation with tie and continuity correction.
 * statistic: V, the rank sum of the positive differences. scratch: attune_wilcoxon_scratch(n)
 * doubles. */
enum { ATTUNE_WILCOXON_EXACT = 50 };
size_t attune_wilcoxon_scratch(size_t n);
struct attune_test attune_wilcoxon(const double *d, size_t n, double *scratch);

/* McNemar's test as the exact binomial (sign) test: of n_discordant cases, n_first went one way. */
struct attune_test attune_mcnemar(size_t n_first, size_t n_second);

#endif
