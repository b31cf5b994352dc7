/* Bootstrap intervals of means over prompts.
 *
 * The unit of every interval and test is the prompt: seeds are averaged within a prompt first, and
 * prompts are resampled with replacement. All columns of one table (model x metric) share the
 * resampled prompts, because they are paired by prompt; the draws depend on the seed and on the
 * number of prompts alone, so a further model or metric changes no other interval. Any number of
 * threads gives the same bits.
 *
 * Percentile: the (1 +- level)/2 quantiles of the replicate means. BCa (Efron 1987): the same
 * quantiles, shifted by the median bias z0 and by the acceleration a = sum (x - mean)^3 / (6 (sum
 * (x - mean)^2)^(3/2)), which is the jackknife's for a mean. A column with undefined prompts is
 * averaged over the defined ones; replicates that draw none are left out.
 *
 * From ATTUNE_BOOTSTRAP_DRAWN prompts on, hardly anything is drawn: the interval is the one that
 * infinitely many replicates would give, by an expansion whose error is far below the noise of
 * 10,000 of them (bootstrap_expansion.c). Columns with few values, or so skewed that the expansion
 * does not hold, are drawn at any n. Memory: 32 MB of draws (16 bytes per unit where that is more),
 * 20 MB of replicates, 64 bytes per unit and thread.
 *
 * Small n: with fewer than 2 defined prompts there is no interval. The percentile interval of few
 * prompts is too short by a factor of about sqrt((n - 1) / n); n stands beside every interval so
 * that a reader can judge.
 */
#ifndef ATTUNE_METRICS_STATS_BOOTSTRAP_H
#define ATTUNE_METRICS_STATS_BOOTSTRAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct attune_interval {
    double low, high; /* meaningful when why is NULL */
    const char *why;  /* static text: why there is no interval */
};

struct attune_bootstrap {
    uint64_t seed;
    size_t n_replicates; /* 10,000 where nothing else is asked for */
    double level;        /* .95 */
    bool bca;
    size_t n_threads;
};

enum { ATTUNE_BOOTSTRAP_DRAWN = 4096 };

#define ATTUNE_BOOTSTRAP_INIT                                                                      \
    {                                                                                              \
        .seed = 1, .n_replicates = 10000, .level = 0.95, .n_threads = 1                            \
    }

/* A table of numbers by unit, some of them undefined. */
struct attune_columns {
    const double *value;          /* (n_columns, n_units); anything finite where undefined */
    const unsigned char *defined; /* (n_columns, n_units) 0 or 1 */
    size_t n_columns, n_units;
};

/* Mean over the defined units of a column and their number; NAN when there are none. */
double attune_column_mean(const struct attune_columns *table, size_t column, size_t *n_defined);

/* Intervals of all column means; out (n_columns,). ATTUNE_E_MEMORY. */
enum attune_code attune_bootstrap_means(const struct attune_bootstrap *how,
                                        const struct attune_columns *table,
                                        struct attune_interval *out, struct attune_err *err);

/* Hierarchical bootstrap of one mean of unit means: units are resampled, then the values within
 * each drawn unit. value holds all values, unit after unit; n_values (n_units,) says how many
 * each unit has (at least 1). */
enum attune_code attune_bootstrap_nested(const struct attune_bootstrap *how, const double *value,
                                         const size_t *n_values, size_t n_units,
                                         struct attune_interval *out, struct attune_err *err);

#endif
