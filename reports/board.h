/* The standing of every model under every metric of one run: what tables, plots and the page
 * start from. */
#ifndef ATTUNE_REPORTS_BOARD_H
#define ATTUNE_REPORTS_BOARD_H

#include "harness/store/leaderboard.h"
#include "harness/store/store_read.h"
#include "reports/sheets/sheet.h"

struct attune_board_row {
    const char *name, *method; /* by method: the same twice */
    const char *base;          /* may be NULL */
    const char *selected_on;   /* comma-separated metrics; may be NULL */
    bool simulated;
    size_t n_models; /* 1, or the models of a method */
};

struct attune_board {
    struct attune_run_list runs;
    const struct attune_run_info *run; /* in runs */
    struct attune_model_list models;
    struct attune_metric_list metrics; /* those that the globs let through: first the metrics of
                                          samples, then those of whole sets */
    size_t n_sample_metrics;
    size_t n_prompts, n_seeds;
    struct attune_board_row *rows; /* (n_rows,) in the order of the suite */
    size_t n_rows;
    struct attune_standing *standing; /* (n_metrics, n_rows) */
    bool by_method;
    struct attune_arena text; /* the notes of standings */
};

/* run: NULL (the latest), an id or a suite's name. globs: over metric names, NULL for all. The
 * stored leaderboard is used where it is there; a run that has not ended, and standings by
 * method, are computed from the scores. ATTUNE_E_USAGE when the globs match no metric of the
 * run. */
enum attune_code attune_board_read(struct attune_board *board, struct attune_store *store,
                                   const char *run, const char *globs, bool by_method,
                                   uint64_t seed, size_t n_threads, struct attune_err *err);
void attune_board_release(struct attune_board *board);

/* Replaces means and intervals by interquartile means over prompts and seeds with intervals over
 * other seeds (aggregate.h); ranks stay those of the paired tests. ATTUNE_E_USAGE by method. */
enum attune_code attune_board_interquartile(struct attune_board *board, struct attune_store *store,
                                            const char *globs, uint64_t seed, size_t n_threads,
                                            struct attune_err *err);

static inline const struct attune_standing *attune_board_cell(const struct attune_board *board,
                                                              size_t metric, size_t row)
{
    return &board->standing[metric * board->n_rows + row];
}

/* The metrics worth a glance, into index (n_metrics,): those that the suite ranks by, pillars
 * first; where it names none that was measured, one or two well-known ones of each family.
 * Returns their number; all metrics when nothing fits. */
size_t attune_board_headline(const struct attune_board *board, size_t *index);

/* The same for a list of words as in rank_by: metrics, globs, pillars, separated by anything. */
size_t attune_board_named(const struct attune_board *board, const char *words, size_t *index);

/* Row numbers, best first, by the mean of one metric; rows without a mean last. order:
 * (n_rows,). */
void attune_board_order(const struct attune_board *board, size_t metric, size_t *order);

/* True when the mean may be the best: rank_low 1, and more than one row to compare with. */
bool attune_standing_is_best(const struct attune_board *board, size_t metric, size_t row);

/* Whether a model was optimised or selected on a metric. */
bool attune_row_is_proxy(const struct attune_board_row *row, const char *metric);

/* Columns of a board's table beside the metrics, behind them; and its rows. */
struct attune_board_layout {
    bool method, base;
    unsigned costs;     /* bits: divergence from the base, candidates, tokens, reward calls, time */
    const size_t *rows; /* (n_rows,) in order; NULL: all, best first by the first metric */
    size_t n_rows;
};
#define ATTUNE_ALL_COSTS 0x1fu

/* A table of rows by the chosen metrics. layout: NULL for names and metrics only; its columns are
 * left out by method. */
enum attune_code attune_board_sheet(const struct attune_board *board, const size_t *metrics,
                                    size_t n_metrics, const struct attune_board_layout *layout,
                                    struct attune_sheet *out, struct attune_err *err);

/* Where a table's numbers come from, as its comment. */
void attune_board_origin(const struct attune_board *board, struct attune_sheet *sheet);

/* One line per model and metric, in the columns of the database table; no run, no time. */
void attune_board_csv(const struct attune_board *board, struct attune_buf *out);
void attune_board_json(const struct attune_board *board, struct attune_buf *out);

#endif
