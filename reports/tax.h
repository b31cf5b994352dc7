/* The alignment tax: what alignment changed in the metrics that it was not aimed at. Every model
 * against its base, prompt by prompt; p-values Holm-corrected over a model's metrics. */
#ifndef ATTUNE_REPORTS_TAX_H
#define ATTUNE_REPORTS_TAX_H

#include "reports/board.h"

enum attune_tax_state {
    ATTUNE_TAX_NO_DATA,   /* fewer than 2 prompts where both are defined */
    ATTUNE_TAX_OPTIMISED, /* trained or selected on it: no tax, and no part in the correction */
    ATTUNE_TAX_MEASURED,
};

struct attune_tax_cell {
    enum attune_tax_state state;
    double change, low, high; /* model - base in the metric's unit, 95 % bootstrap over prompts */
    double standard;          /* in standard deviations of the base's prompts, positive: better */
    int verdict;              /* 1 better, -1 worse (Holm, 5 %), 0 not separated */
    double p_holm;
};

struct attune_tax {
    size_t *rows, *metrics; /* (n_rows,), (n_metrics,) of the board */
    size_t n_rows, n_metrics;
    size_t n_considered;           /* metrics before the most moved were chosen */
    size_t *n_better, *n_worse;    /* (n_rows,) of those considered */
    struct attune_tax_cell *cells; /* (n_rows, n_metrics) */
    struct attune_arena arena;
};

/* Of rows (n_rows,) those whose base is in the run; of metrics (n_metrics,) those that are not of
 * whole sets, at most `most` of them: those that got worse for most models, then those that moved
 * for most. most 0: all. Rows and metrics keep their order. ATTUNE_E_INPUT where no model has its
 * base in the run. */
enum attune_code attune_tax_read(struct attune_tax *out, const struct attune_board *board,
                                 struct attune_store *store, const size_t *rows, size_t n_rows,
                                 const size_t *metrics, size_t n_metrics, size_t most,
                                 uint64_t seed, size_t n_threads, struct attune_err *err);
void attune_tax_release(struct attune_tax *tax);

/* The metrics that have a direction, into index (board->metrics.n,); their number. */
size_t attune_tax_metrics(const struct attune_board *board, size_t *index);

#endif
