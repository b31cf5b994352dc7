/* The interquartile mean of many scores, and a bootstrap that keeps every prompt.
 *
 * Source: Agarwal et al. 2021 (NeurIPS): the mean of the middle half of all (task, run) scores is
 * moved less by a few extreme ones than the mean, and wants fewer runs than the median; its
 * interval comes from a bootstrap stratified by task. Here tasks are prompts and runs are seeds:
 * the seeds of each prompt are resampled within the prompt. The interval speaks of other seeds on
 * the same prompts, not of other prompts as those of bootstrap.h do.
 *
 * Small n: as in SciPy's trim_mean (and so in the authors' rliable), floor(n / 4) scores are cut
 * off on either side, none for n < 4. With one seed per prompt nothing can be resampled: no
 * interval. With few seeds it is too short, by about sqrt((s - 1) / s) for s seeds. */
#ifndef ATTUNE_METRICS_STATS_AGGREGATE_H
#define ATTUNE_METRICS_STATS_AGGREGATE_H

#include "metrics/stats/bootstrap.h"

/* Mean of the middle half; x (n,) is sorted, scratch (n,). n > 0. */
double attune_interquartile_mean(double *x, double *scratch, size_t n);

/* The interquartile mean of all values, and its percentile interval. value holds the values of
 * stratum after stratum, n_values (n_strata,) says how many each has (0 is allowed). how->bca is
 * ignored. *mean is NAN without a value. ATTUNE_E_MEMORY. */
enum attune_code attune_bootstrap_stratified_iqm(const struct attune_bootstrap *how,
                                                 const double *value, const size_t *n_values,
                                                 size_t n_strata, double *mean,
                                                 struct attune_interval *out,
                                                 struct attune_err *err);

#endif
