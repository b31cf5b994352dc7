/* Several scores of the same samples as one: each is standardised over the samples (mean 0,
 * population standard deviation 1), then they are added with weights,
 *
 *     composite_i = sum_k w_k (x_ki - mean_k) / sd_k
 *
 * A score that is the same for all samples adds nothing. What comes out compares these samples with
 * each other and nothing else.
 */
#ifndef ATTUNE_METRICS_STATS_COMPOSITE_H
#define ATTUNE_METRICS_STATS_COMPOSITE_H

#include <stddef.h>

/* x (n_scores, n), NAN: undefined; weight (n_scores,). composite (n,): NAN for samples that lack a
 * score, which take no part in means and deviations either. */
void attune_composite(const double *x, const double *weight, size_t n_scores, size_t n,
                      double *composite);

/* The first of the largest values, NAN left out; n_tied: how many are as large up to rounding
 * errors (1e-9). SIZE_MAX and 0 where none is defined. */
size_t attune_first_best(const double *x, size_t n, size_t *n_tied);

#endif
