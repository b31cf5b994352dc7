/* The kinds of figures. Each function fills a figure that attune_figure_init prepared; nothing
 * is drawn yet. */
#ifndef ATTUNE_REPORTS_PLOT_H
#define ATTUNE_REPORTS_PLOT_H

#include "metrics/analysis/beats.h"
#include "metrics/analysis/chords.h"
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/levels.h"
#include "metrics/analysis/onset.h"
#include "reports/plots/input.h"

/* What `attune plot` can draw, NULL-terminated. */
struct attune_plot_kind {
    const char *name, *summary;
    bool of_sample; /* of one sample: its features come from the command, not from the store */
    /* Of a run: */
    enum attune_code (*draw)(struct attune_figure *figure, const struct attune_plot_input *in,
                             struct attune_err *err);
    const char *metrics; /* drawn where none are asked for; NULL: what the suite ranks by */
    bool of_scores;      /* looks below the means: needs `scores`, drawn by model only */
    bool
        all_metrics; /* without --metrics all that have a direction, else what the suite ranks by */
};
extern const struct attune_plot_kind attune_plot_kinds[];

/* ---- figures of a run; the first metrics of the input are drawn, the rest is left */

/* Means with intervals, one panel per metric; filled points are those that may be best. */
enum attune_code attune_plot_leaderboard(struct attune_figure *figure,
                                         const struct attune_plot_input *in,
                                         struct attune_err *err);

/* Metrics by models. Colour: how far a model stands from the mean of the models drawn, in standard
 * deviations of their means, turned so that vermillion is better; descriptive metrics are grey.
 * The number is the mean. */
enum attune_code attune_plot_heatmap(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err);

/* All metrics with a direction on one disc; on every axis the worst of the models drawn lies on the
 * inner ring and the best on the rim, both printed there. ATTUNE_E_USAGE for fewer than 3. */
enum attune_code attune_plot_radar(struct attune_figure *figure, const struct attune_plot_input *in,
                                   struct attune_err *err);

/* Two metrics: a point per model with both intervals; by_prompt a point per prompt and model.
 * ATTUNE_E_USAGE for fewer than 2. */
enum attune_code attune_plot_scatter(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err);

/* One metric, a point per prompt and model with the mean and its interval. */
enum attune_code attune_plot_distribution(struct attune_figure *figure,
                                          const struct attune_plot_input *in,
                                          struct attune_err *err);

/* One metric of two models, a line per prompt, and the differences with their mean. The two: as
 * named; else the best model that has its base in the run, beside that base; else the best two. */
enum attune_code attune_plot_paired(struct attune_figure *figure,
                                    const struct attune_plot_input *in, struct attune_err *err);

/* One metric: the share of prompts on which a model reaches a value or better, over that value
 * (score distributions of Agarwal et al. 2021, after Dolan & More 2002), with pointwise 95 %
 * bootstrap bands over prompts. */
enum attune_code attune_plot_performance_profile(struct attune_figure *figure,
                                                 const struct attune_plot_input *in,
                                                 struct attune_err *err);

/* One metric: how often the row beats the column on a prompt, ties half. */
enum attune_code attune_plot_winrate(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err);

/* One metric: mean ranks over the prompts with bars that join models which Holm-corrected
 * signed-rank tests do not separate (Demsar 2006; Benavoli et al. 2016). */
enum attune_code attune_plot_critical_difference(struct attune_figure *figure,
                                                 const struct attune_plot_input *in,
                                                 struct attune_err *err);

/* One metric from run to run of the suite, with the steps that history.h finds; a panel per named
 * model, the best one without names. */
enum attune_code attune_plot_history(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err);

/* Two metrics, proxy and gold: gains over the base against sqrt(KL), a panel per family, with
 * Gao's curves; notes: fits, R2, turning points. ATTUNE_E_INPUT where no model has family, base and
 * divergence. */
enum attune_code attune_plot_overopt(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err);

/* One metric that grows with quality against compute per piece (equal_compute.h); notes: where the
 * lines of search and training cross. */
enum attune_code attune_plot_frontier(struct attune_figure *figure,
                                      const struct attune_plot_input *in, struct attune_err *err);

/* Two metrics with directions: Pareto front and hypervolume above the input's reference point, else
 * above the worst means of the models drawn. */
enum attune_code attune_plot_pareto(struct attune_figure *figure,
                                    const struct attune_plot_input *in, struct attune_err *err);

/* The alignment tax (tax.h) as a heat map, at most the 20 metrics that moved for most models. */
enum attune_code attune_plot_tax(struct attune_figure *figure, const struct attune_plot_input *in,
                                 struct attune_err *err);

/* Expected proxy and gold of best-of-n over n, from the candidates of the first row that kept
 * some. */
enum attune_code attune_plot_bestofn(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err);

/* ---- figures of a sample */

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

/* Pitch classes over time, and above them the chords (left out where they have a why). */
enum attune_code attune_plot_chromagram(struct attune_figure *figure, const char *title,
                                        const struct attune_chroma *chroma,
                                        const struct attune_chords *chords, struct attune_err *err);

/* Strength of every tempo over time, on a logarithmic scale, and above it the beats, downbeats
 * longer; the tempo found as a line (beats left out where they have a why). */
enum attune_code attune_plot_tempogram(struct attune_figure *figure, const char *title,
                                       const struct attune_onset *onset,
                                       const struct attune_beats *beats, struct attune_err *err);

/* Momentary and short-term loudness over time with the integrated loudness as a line. */
enum attune_code attune_plot_loudness(struct attune_figure *figure, const char *title,
                                      const struct attune_levels *levels, struct attune_err *err);

#endif
