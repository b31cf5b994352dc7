/* Intervals of set metrics from bootstrap replicates. */
#ifndef ATTUNE_METRICS_SET_INTERVAL_H
#define ATTUNE_METRICS_SET_INTERVAL_H

#include <stdint.h>

#include "metrics/set/set_metric.h"

/* set->n row numbers drawn with replacement into index; the draws depend on seed, replicate and
 * side only. Where the prompts are known, whole prompts are drawn: the seeds of one prompt are
 * alike, and drawing them one by one would make the interval too short. Rows of a prompt lie side
 * by side; the last prompt drawn is cut so that the size stays, on which distances depend. */
void attune_set_resample(uint32_t *index, const struct attune_set *set, uint64_t seed,
                         size_t replicate, unsigned side);

/* Prompts that such a draw takes whole: runs of rows with one group; n where they are not known. */
size_t attune_set_n_clusters(const struct attune_set *set);

/* Percentile interval from replicates, which are reordered, moved so that their mean falls on the
 * value.
 *
 * Why moved: a resample repeats rows, so it is a smaller set than it looks; a distance between
 * resamples is larger, and a diversity smaller, than between sets of n different rows, often by
 * more than the interval's width. The spread of the replicates is right, their place is not. The
 * interval speaks of the sampling noise at this n, not of the estimator's bias (that is
 * set.fad_inf's subject). */
void attune_set_interval(struct attune_set_value *out, double *replicates, size_t n, double level);

/* The mean of per-item values (n,) as the value, with its percentile bootstrap interval: over the
 * rows of set, whose n this is, or over the items as they are (NULL). */
enum attune_code attune_set_mean(struct attune_set_value *out, const double *item, size_t n,
                                 const struct attune_set *set,
                                 const struct attune_set_options *options, struct attune_err *err);

#endif
