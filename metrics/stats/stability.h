/* Does the order of models survive fewer prompts or another seed?
 *
 * The order by mean over all prompts is compared with the order by mean over random halves of the
 * prompts (every half is drawn without replacement, with a stream of its own), by Kendall's tau-b
 * between the two rows of means. 1: every half tells the same story; 0: half the prompts say
 * nothing about the other half.
 *
 * Source: split-half reliability as in Spearman 1910 and Brown 1910, with rank agreement (Kendall
 * 1945) in place of correlation; used for benchmarks by Perlitz et al. 2024.
 */
#ifndef ATTUNE_METRICS_STATS_STABILITY_H
#define ATTUNE_METRICS_STATS_STABILITY_H

#include "metrics/stats/bootstrap.h"
#include "metrics/stats/kendall.h"

struct attune_stability {
    const char *why;     /* static text: why there is no value, else NULL */
    double mean, low;    /* tau-b: mean, and 5 % quantile over the halves */
    size_t n_models, n_prompts;
};

enum { ATTUNE_STABILITY_SPLITS = 500 };

/* table: one column per model, one unit per prompt; columns without a value take no part.
 * Undefined with fewer than 3 models or 4 prompts. ATTUNE_E_MEMORY. */
enum attune_code attune_rank_stability(const struct attune_columns *table, uint64_t seed,
                                       struct attune_stability *out, struct attune_err *err);

/* tau-b between the rows of means of two tables of the same models (another seed, another
 * reference); NAN with fewer than 3 models that have values in both. scratch:
 * (ATTUNE_ORDER_SCRATCH n_columns,). */
enum { ATTUNE_ORDER_SCRATCH = 2 + ATTUNE_KENDALL_SCRATCH(1) };
double attune_order_agreement(const struct attune_columns *a, const struct attune_columns *b,
                              double *scratch);

#endif
