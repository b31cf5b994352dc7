/* One pass over the scores of a run: models in the order of the list, their samples by (prompt,
 * seed), and the scores of each sample one after another. Nothing of it is kept, so any number of
 * samples costs the memory of one. Not for others than the readers of the store.
 *
 *     while (!(code = attune_scan_sample(&scan, &more, err)) && more) {
 *         while (!(code = attune_scan_score(&scan, &more, err)) && more) { ... }
 *     }
 *
 * A run that goes on meanwhile shows each model as it is when its turn comes. */
#ifndef ATTUNE_HARNESS_SCORE_SCAN_H
#define ATTUNE_HARNESS_SCORE_SCAN_H

#include "harness/store/id_index.h"
#include "harness/store/store.h"

struct attune_score_scan {
    /* The sample at hand: positions in the lists, and how it ended. Texts live until the next. */
    size_t model, prompt;
    int64_t seed;
    bool failed;
    const char *error;
    /* Its score at hand: a value, or why there is none. */
    size_t metric;
    bool defined;
    double value;

    struct attune_store *store;
    const struct attune_model_list *models;
    int64_t run;
    struct attune_id_index prompts, metrics;
    size_t next; /* in metrics, for the scores still to come */
    sqlite3_stmt *samples, *scores;
};

/* What is read: samples of these models and prompts, scores of these metrics. The lists are
 * borrowed; prompts: (n_prompts,) structs of prompt_size bytes whose first member is the id. */
struct attune_scan_lists {
    const struct attune_model_list *models;
    const struct attune_metric_list *metrics;
    const void *prompts;
    size_t n_prompts, prompt_size;
};

enum attune_code attune_scan_init(struct attune_score_scan *scan, struct attune_store *store,
                                  int64_t run, const struct attune_scan_lists *lists,
                                  struct attune_err *err);
void attune_scan_release(struct attune_score_scan *scan);

/* The next sample; *more is false behind the last. */
enum attune_code attune_scan_sample(struct attune_score_scan *scan, bool *more,
                                    struct attune_err *err);

/* The next score of the sample at hand. */
enum attune_code attune_scan_score(struct attune_score_scan *scan, bool *more,
                                   struct attune_err *err);

/* Why the score at hand is undefined; NULL when the database does not say. */
const char *attune_scan_why(const struct attune_score_scan *scan);

#endif
