/* Means by prompt, straight from the database: what leaderboards and tests start from.
 *
 * A prompt's value is the mean of its seeds. The scores are read in one pass (score_scan.h) and
 * averaged as they come, so the samples themselves take no memory; what is kept is one number and
 * one flag per (model, metric, prompt). Where even that exceeds the budget, the metrics are taken a
 * few at a time, with one pass over the database each: the memory is bounded by
 *
 *     max(budget, 17 bytes x models x prompts)
 *
 * for any number of samples and metrics. The values are the bits that attune_prompt_means gives for
 * the table of all scores. */
#ifndef ATTUNE_HARNESS_MEANS_H
#define ATTUNE_HARNESS_MEANS_H

#include "harness/store/store_read.h"

enum { ATTUNE_MEANS_BUDGET = 512 << 20 }; /* bytes */

struct attune_score_counts {
    size_t n_ok, n_undefined, n_failed, n_elsewhere; /* samples; elsewhere: not applicable */
};

struct attune_means {
    const struct attune_model_list *models;
    const struct attune_metric_info *metrics; /* (n_metrics,) */
    size_t n_metrics, n_prompts;
    double *value;          /* (n_metrics, n_models, n_prompts); 0 where not defined */
    unsigned char *defined; /* the same shape */
    /* (n_models, n_prompts) of each metric: the mean of |score - target|; NULL for metrics
     * without a target */
    double **distance;
    struct attune_score_counts *counts; /* (n_metrics, n_models) */
};

/* Called with the means of the metrics first .. first + means->n_metrics - 1 of the list. The
 * arrays may be overwritten; they live during the call. */
typedef enum attune_code attune_means_fn(void *context, struct attune_means *means, size_t first,
                                         struct attune_err *err);

/* Hands the means of all listed metrics to fn, as many at a time as the budget allows (bytes; 0 for
 * ATTUNE_MEANS_BUDGET), at least one. An error of fn ends it. ATTUNE_E_MEMORY, ATTUNE_E_STORE. */
enum attune_code attune_means_each(struct attune_store *store, int64_t run,
                                   const struct attune_model_list *models,
                                   const struct attune_metric_list *metrics, size_t budget,
                                   attune_means_fn *fn, void *context, struct attune_err *err);

/* Where the columns of a metric begin in value and defined. */
static inline size_t attune_means_at(const struct attune_means *means, size_t metric)
{
    return metric * means->models->n * means->n_prompts;
}

#endif
