/* Rank stability of a run: does the order of its models survive half the prompts or another seed,
 * and for metrics of whole sets another embedding or another reference? */
#ifndef ATTUNE_REPORTS_STABILITY_H
#define ATTUNE_REPORTS_STABILITY_H

#include "harness/store/store_read.h"
#include "metrics/stats/stability.h"
#include "reports/sheets/sheet.h"

struct attune_stability_row {
    const char *metric, *title;  /* live as long as the table they were read from */
    struct attune_stability halves;
    size_t n_seeds;
    double seed_tau; /* mean agreement of one seed's order with that of all; NAN with one */
    /* Metrics of sets: the least agreement with the same metric through another embedding, or
     * against another reference; NAN where the run has no other, or fewer than 3 models. */
    double embedding_tau, reference_tau;
    bool unstable; /* an agreement (of halves: the mean) below ATTUNE_STABLE_TAU */
};

/* Below this mean tau, two halves of the prompts order more than one pair in six differently:
 * ARBITRARY, a little above what eight models of which half are tied reach by chance. */
#define ATTUNE_STABLE_TAU (2.0 / 3.0)

/* rows: (table->metrics.n,), filled in the table's order. */
enum attune_code attune_stability_rows(const struct attune_score_table *table, uint64_t seed,
                                       struct attune_stability_row *rows, struct attune_err *err);

/* Only the halves, from the scores of the listed models by the listed metrics, in one pass and
 * without a table of them (means.h). rows: (metrics->n,). The same on any number of threads. */
enum attune_code attune_stability_halves(struct attune_store *store, int64_t run,
                                         const struct attune_model_list *models,
                                         const struct attune_metric_list *metrics, uint64_t seed,
                                         size_t n_threads, struct attune_stability_row *rows,
                                         struct attune_err *err);

/* One row per metric of sets, in the order of the run: rows (n,) as long as the scores live.
 * Returns n; rows NULL: only counts. Halves and seeds are not known for them. */
size_t attune_stability_set_rows(const struct attune_set_score_list *scores,
                                 struct attune_stability_row *rows);

void attune_stability_sheet(const struct attune_stability_row *rows, size_t n,
                            struct attune_sheet *sheet);

#endif
