/* Models against their bases, prompt by prompt: what the figures of alignment start from. */
#ifndef ATTUNE_REPORTS_GAINS_H
#define ATTUNE_REPORTS_GAINS_H

#include "harness/store/store_read.h"

/* The position of the model that this one was made from, SIZE_MAX where the run has none. */
size_t attune_model_base(const struct attune_model_list *models, size_t model);

struct attune_gain {
    double mean, low, high; /* mean difference over prompts, 95 % bootstrap interval; NaN: none */
    size_t n;               /* prompts where both are defined */
};

/* Differences of one metric between each of models (n,) and its base; all share the resampled
 * prompts. NaN for models without a base. ATTUNE_E_MEMORY. */
enum attune_code attune_gains_read(const struct attune_score_table *scores, size_t metric,
                                   const size_t *models, size_t n, uint64_t seed, size_t n_threads,
                                   struct attune_gain *out, struct attune_err *err);

/* Means and intervals of the columns of a table by prompt, in the same form. */
struct attune_columns;
enum attune_code attune_gains_of(const struct attune_columns *columns, uint64_t seed,
                                 size_t n_threads, struct attune_gain *out, struct attune_err *err);

#endif
