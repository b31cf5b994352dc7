/* One model under one metric from run to run, with the steps in between.
 *
 * Runs belong to one history when they have ended, are of one suite's name and the same prompts,
 * and measured the same version of the metric; others are counted and left out, never mixed. Steps
 * are E-divisive change points of the runs' means (change_points.h), so a history of fewer than 8
 * runs has none. */
#ifndef ATTUNE_REPORTS_HISTORY_H
#define ATTUNE_REPORTS_HISTORY_H

#include "harness/store/store_read.h"
#include "metrics/stats/change_points.h"
#include "reports/sheets/sheet.h"

struct attune_history_point {
    int64_t run;
    const char *started, *commit; /* of the run, and of the attune that made it */
    double mean, ci_low, ci_high; /* NaN where there is none */
    int64_t n;
    double level; /* mean of the runs between the steps around it */
    double p;     /* of a step here: its permutation p; NaN where there is no step */
};

struct attune_history {
    const char *model, *metric, *title, *direction;
    struct attune_history_point *points; /* (n,) by run */
    size_t n, n_steps, n_left_out;
    struct attune_arena arena; /* everything above */
};

/* like: the run that says suite and prompts. ATTUNE_E_USAGE for a metric that it lacks,
 * ATTUNE_E_INCONCLUSIVE where no run has a value. */
enum attune_code attune_history_read(struct attune_history *out, struct attune_store *store,
                                     const struct attune_run_info *like, const char *model,
                                     const char *metric, uint64_t seed, struct attune_err *err);
void attune_history_release(struct attune_history *history);

/* "run 17, 2026-03-01, 1a2b3c4: -0.031 (p .002)" for the step at a point. */
void attune_history_step_text(struct attune_buf *out, const struct attune_history *history,
                              size_t at);

void attune_history_sheet(const struct attune_history *history, struct attune_sheet *sheet);

#endif
