/* The kinds of figures. Each function fills a figure that attune_figure_init prepared; nothing
 * is drawn yet. */
#ifndef ATTUNE_REPORTS_PLOT_H
#define ATTUNE_REPORTS_PLOT_H

#include "reports/board.h"
#include "reports/plots/figure.h"

/* What `attune plot` can draw, NULL-terminated. */
struct attune_plot_kind {
    const char *name, *summary;
    bool of_sample; /* of one sample: its features come from the command, not from the store */
};
extern const struct attune_plot_kind attune_plot_kinds[];

/* Means with intervals, one panel per metric, a row per model in the order of the first metric;
 * filled points are those that may be best. */
enum attune_code attune_plot_leaderboard(struct attune_figure *figure,
                                         const struct attune_board *board, const size_t *metrics,
                                         size_t n_metrics, struct attune_err *err);

/* Metrics by models. Colour: how far a model stands from the mean of all models, in standard
 * deviations of the models' means, turned so that vermillion is better; descriptive metrics are
 * grey. The number is the mean. */
enum attune_code attune_plot_heatmap(struct attune_figure *figure, const struct attune_board *board,
                                     const size_t *metrics, size_t n_metrics,
                                     struct attune_err *err);

/* One metric, prompt by prompt: a point per prompt and model with the mean and its interval; how
 * often one model beats another on a prompt; mean ranks over the prompts with bars that join models
 * which Holm-corrected signed-rank tests do not separate (Demsar 2006; Benavoli et al. 2016).
 * scores: of at least this metric, models as in the board. */
enum attune_code attune_plot_distribution(struct attune_figure *figure,
                                          const struct attune_board *board, size_t metric,
                                          const struct attune_score_table *scores,
                                          struct attune_err *err);
enum attune_code attune_plot_winrate(struct attune_figure *figure, const struct attune_board *board,
                                     size_t metric, const struct attune_score_table *scores,
                                     struct attune_err *err);
enum attune_code attune_plot_critical_difference(struct attune_figure *figure,
                                                 const struct attune_board *board, size_t metric,
                                                 const struct attune_score_table *scores,
                                                 struct attune_err *err);

/* A square matrix over time: (n, n), cells 1 / rate_hz seconds wide; values below floor are
 * drawn as floor. */
enum attune_code attune_plot_ssm(struct attune_figure *figure, const char *title,
                                 const double *matrix, size_t n, double rate_hz, double floor,
                                 struct attune_err *err);

/* The fitness scape plot: fitness (n, n) of the segments of length - 1 (row) and start (column), in
 * frames of 1 / rate_hz seconds; drawn over the segments' centres and lengths. */
enum attune_code attune_plot_scape(struct attune_figure *figure, const char *title,
                                   const double *fitness, size_t n, double rate_hz,
                                   struct attune_err *err);

/* Pitch classes over time: frames (n, 12), C first, frame i from time_s[i] to time_s[i + 1]. */
enum attune_code attune_plot_chromagram(struct attune_figure *figure, const char *title,
                                        const float *frames, const double *time_s, size_t n,
                                        struct attune_err *err);

#endif
