/* Intervals of set metrics from bootstrap replicates. */
#ifndef ATTUNE_METRICS_SET_INTERVAL_H
#define ATTUNE_METRICS_SET_INTERVAL_H

#include <stdint.h>

#include "metrics/set/set_metric.h"

/* n row numbers drawn with replacement from 0 .. n - 1; the draws depend on seed, replicate and
 * side only. */
void attune_set_resample(uint32_t *index, size_t n, uint64_t seed, size_t replicate, unsigned side);

/* Percentile interval from replicates, which are reordered, moved so that their mean falls on the
 * value.
 *
 * Why moved: a resample repeats rows, so it is a smaller set than it looks; a distance between
 * resamples is larger, and a diversity smaller, than between sets of n different rows, often by
 * more than the interval's width. The spread of the replicates is right, their place is not. The
 * interval speaks of the sampling noise at this n, not of the estimator's bias (that is
 * set.fad_inf's subject). */
void attune_set_interval(struct attune_set_value *out, double *replicates, size_t n, double level);

/* The mean of per-item values (n,) as the value, with its percentile bootstrap interval. */
enum attune_code attune_set_mean(struct attune_set_value *out, const double *item, size_t n,
                                 const struct attune_set_options *options, struct attune_err *err);

#endif
