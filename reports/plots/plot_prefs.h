/* Figures of human preferences: values with intervals one below the other, who beats whom, and
 * ratings over the votes. */
#ifndef ATTUNE_REPORTS_PLOT_PREFS_H
#define ATTUNE_REPORTS_PLOT_PREFS_H

#include "harness/prefs/elo_history.h"
#include "reports/plots/figure.h"

struct attune_plotted {
    const char *name;
    double value, low, high; /* NAN: no interval */
    bool filled;             /* else with a white heart */
};

/* A row per item, top down, with a line at `reference` (NAN: none). */
enum attune_code attune_plot_intervals(struct attune_figure *figure, const char *title,
                                       const struct attune_plotted *rows, size_t n,
                                       double reference, struct attune_err *err);

/* share (n, n): how often the row beats the column, NAN where they never met. */
enum attune_code attune_plot_win_matrix(struct attune_figure *figure, const char *title,
                                        const char *const *names, const double *share, size_t n,
                                        struct attune_err *err);

/* Elo ratings over the votes in the order they stand, a line per model from its first vote on, its
 * name at the right. Dates of the votes stand below their numbers. */
enum attune_code attune_plot_elo(struct attune_figure *figure,
                                 const struct attune_elo_history *history,
                                 const struct attune_names *models, double k,
                                 struct attune_err *err);

#endif
