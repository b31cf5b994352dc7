/* Are two models alike within a margin? Two one-sided tests (Schuirmann 1987, Westlake 1981), here
 * by sign changes of the paired differences d (n,) instead of by t: the mean difference is shown to
 * lie above -margin and below +margin. Either p alone is a test of non-inferiority; the larger of
 * both is that of equivalence, and needs no correction for being two.
 *
 * "Not different" is not "alike": few prompts show neither. Small n: as in permutation.h, 5 prompts
 * are the fewest that can reach .05 on one side (1 / 2^5). The level is exact where the differences
 * are symmetric around their mean, else approximate.
 *
 * scratch: attune_permutation_scratch(n) doubles. */
#ifndef ATTUNE_METRICS_STATS_EQUIVALENCE_H
#define ATTUNE_METRICS_STATS_EQUIVALENCE_H

#include <stddef.h>
#include <stdint.h>

struct attune_equivalence {
    double p_not_lower;  /* small: the mean lies above -margin */
    double p_not_higher; /* small: the mean lies below +margin */
    double p;            /* of equivalence, the larger of the two */
};

/* margin > 0. All 1 for n = 0. */
struct attune_equivalence attune_equivalence_paired(const double *d, size_t n, double margin,
                                                    size_t n_draws, uint64_t seed, double *scratch);

#endif
