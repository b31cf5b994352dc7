/* Do two sets come from one distribution? Permutation tests: labels are swapped, and the distance
 * of the sets that arise is set against the distance found.
 *
 *     mmd2    unbiased squared maximum mean discrepancy, Gaussian kernel, bandwidth the median
 *             pairwise distance of both sets together (which no swap changes)
 *     energy  2 E|x - y| - E|x - x'| - E|y - y'|, unbiased (Szekely & Rizzo 2004)
 *     fad     Frechet distance, with fewer permutations: each is a fit of two Gaussians
 *
 * Two ways to swap. Freely: all labels are shuffled. Within pairs: the two samples of one prompt
 * and seed change sides together or not at all, which holds what the prompts have in common fixed
 * and is therefore sharper; samples without a partner stay where they are.
 *
 *     p = (1 + number of permutations with a distance at least as large) / (1 + permutations)
 */
#ifndef ATTUNE_METRICS_SET_TWO_SAMPLE_H
#define ATTUNE_METRICS_SET_TWO_SAMPLE_H

#include "metrics/set/set.h"

enum attune_two_sample_statistic {
    ATTUNE_TWO_SAMPLE_MMD2,
    ATTUNE_TWO_SAMPLE_ENERGY,
    ATTUNE_TWO_SAMPLE_FAD,
    ATTUNE_N_TWO_SAMPLE
};
extern const char *const attune_two_sample_names[ATTUNE_N_TWO_SAMPLE];

struct attune_two_sample_options {
    size_t n_permutations;     /* of mmd2 and energy: 999 */
    size_t n_fad_permutations; /* 199 */
    uint64_t seed;
    size_t n_threads;
};
#define ATTUNE_TWO_SAMPLE_OPTIONS_INIT                                                             \
    {                                                                                              \
        .n_permutations = 999, .n_fad_permutations = 199, .seed = 1, .n_threads = 1                \
    }

struct attune_two_sample {
    struct {
        double value, p;       /* of labels swapped freely */
        double p_pairs;        /* within pairs; NaN where there are fewer than 5 */
        size_t n_permutations;
    } of[ATTUNE_N_TWO_SAMPLE];
    double bandwidth;
    size_t n_pairs;
    const char *why; /* why there is no test; NULL when there is one */
};

/* pair (a->n,): the row of b with the same prompt and seed, or UINT32_MAX; NULL: nothing is paired.
 * Equal bits for any number of threads. ATTUNE_E_INPUT: different dimensions; ATTUNE_E_MEMORY. */
enum attune_code attune_two_sample_test(const struct attune_set *a, const struct attune_set *b,
                                        const uint32_t *pair,
                                        const struct attune_two_sample_options *options,
                                        struct attune_two_sample *out, struct attune_err *err);

#endif
