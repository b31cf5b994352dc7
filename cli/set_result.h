/* What the commands that compute set metrics (`distance`, `eval --reference`) share: evaluating
 * those that were asked for, and printing them. */
#ifndef ATTUNE_CLI_SET_RESULT_H
#define ATTUNE_CLI_SET_RESULT_H

#include "base/text.h"
#include "metrics/set/set_metric.h"

struct attune_set_result {
    const char *id;
    bool show_details; /* in tables too */
    struct attune_set_value value;
};

/* results: room for attune_n_set_metrics. ATTUNE_E_USAGE when globs (NULL: all) match none. */
enum attune_code attune_set_results_evaluate(const char *globs, struct attune_set_pair *pair,
                                             struct attune_set_result *results, size_t *n_results,
                                             struct attune_err *err);

/* Whether globs (NULL: all) ask for a metric of the notes' features. */
bool attune_set_results_need_features(const char *globs);

/* "metrics": {...}; n, m: rows of reference and candidates; between: before each metric. */
void attune_set_results_json(struct attune_buf *out, const struct attune_set_result *results,
                             size_t n_results, size_t n, size_t m, const char *between);

/* "warnings": [...], one text per line of warnings. */
void attune_set_warnings_json(struct attune_buf *out, const char *warnings);

void attune_set_results_table(struct attune_buf *out, const struct attune_set_result *results,
                              size_t n_results);

#endif
