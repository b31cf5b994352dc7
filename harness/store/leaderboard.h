/* The leaderboard: means, intervals and rank intervals of a run.
 *
 * The mean of a model is that of its prompts, a prompt's being that of its seeds. The interval is a
 * 95 % percentile bootstrap over prompts, ranks come from Holm-corrected paired tests
 * (metrics/stats/ranks.h).
 *
 *     n            prompts with at least one value: the unit of every interval and test
 *     n_undefined  sample values left out: undefined ones and those of failed samples
 *
 * Metrics of whole sets have one value per model with an interval of its own; n counts samples
 * (attune_set_standings).
 *
 * A metric that applies to none of a model's samples (notes asked of audio) has no row. Descriptive
 * metrics have no ranks; metrics with a target are ranked by their distance from it, averaged over
 * seeds first.
 */
#ifndef ATTUNE_HARNESS_LEADERBOARD_H
#define ATTUNE_HARNESS_LEADERBOARD_H

#include <stdint.h>

#include "base/err.h"
#include "harness/store/store_read.h"

/* One model (or group of models) under one metric. */
struct attune_standing {
    bool present;                 /* false: the metric does not apply, there is no row */
    double mean, ci_low, ci_high; /* NaN where there is none */
    int64_t n, n_undefined;
    int64_t rank_low, rank_high; /* 0 where there is none */
    const char *note;            /* what to say with it, borrowed; NULL for nothing */
};

struct attune_standing_options {
    uint64_t seed; /* of the bootstrap */
    size_t n_threads;
    /* (n_models,) group of each model, 0 .. n_groups - 1 in the order of their first models:
     * members are averaged prompt by prompt before anything else. NULL: every model is a group of
     * its own. */
    const size_t *group;
    size_t n_groups; /* ignored without group */
    size_t budget;   /* bytes, as in means.h */
};

/* The standings of the listed models by the listed metrics of samples, from the scores of the run;
 * out: (metrics->n, n_groups). Equal scores give equal bits for any number of threads and any
 * budget. */
enum attune_code attune_standings(struct attune_store *store, int64_t run,
                                  const struct attune_model_list *models,
                                  const struct attune_metric_list *metrics,
                                  const struct attune_standing_options *options,
                                  struct attune_standing *out, struct attune_err *err);

/* Standings from scores, out: (metrics->n, models->n). No paired test by prompt can be made of a
 * value of a whole set, so ranks come from the intervals: a model ranks behind those whose whole
 * interval lies on the better side of its own, which is stricter than a test at the same level. */
void attune_set_standings(const struct attune_set_score_list *scores,
                          const struct attune_metric_list *metrics,
                          const struct attune_model_list *models, struct attune_standing *out);

/* Prompt means of one model and metric, seeds averaged: value and defined (n_prompts,).
 * distance: of |value - target| instead of the value. */
void attune_prompt_means(const struct attune_score_table *scores, size_t model, size_t metric,
                         bool distance, double *value, unsigned char *defined);

/* Replaces the run's rows of table `leaderboard` in one transaction. */
enum attune_code attune_leaderboard_refresh(struct attune_store *store, int64_t run, uint64_t seed,
                                            size_t n_threads, struct attune_err *err);

#endif
