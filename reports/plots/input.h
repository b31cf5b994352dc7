/* What every figure of a run starts from: rows and metrics chosen, names and colours decided once,
 * values by prompt. */
#ifndef ATTUNE_REPORTS_PLOT_INPUT_H
#define ATTUNE_REPORTS_PLOT_INPUT_H

#include "reports/board.h"
#include "reports/plots/figure.h"

struct attune_plot_input {
    const struct attune_board *board;
    const size_t *metrics; /* (n_metrics,) of the board, at least 1 */
    const size_t *rows;    /* (n_rows,) of the board: best first by the first metric, or as named */
    size_t n_metrics, n_rows;
    bool named;                              /* the reader named the rows */
    bool by_prompt;                          /* a point per prompt where the kind can */
    const struct attune_score_table *scores; /* of at least these metrics; NULL where the kind
                                                does not ask; models as in the board */
    double served, reward_tokens;            /* frontier: pieces, tokens per reward call */
    double reference[2]; /* pareto: a point as the axes show it; NaN: none is given */
    struct attune_store *store;
    uint64_t seed;
    size_t n_threads;
};

static inline const struct attune_metric_info *
attune_plot_metric(const struct attune_plot_input *in, size_t k)
{
    return &in->board->metrics.items[in->metrics[k]];
}

/* ---- names */

/* A model's name in at most width characters: long ones lose their middle, which keeps the
 * beginning that they share and the end that tells them apart. */
void attune_plot_name(struct attune_buf *out, const char *name, size_t width);

/* Characters of the longest row name as it is drawn, and the room it takes beside a panel. */
enum { ATTUNE_PLOT_NAME_WIDTH = 24 };
size_t attune_plot_names_width(const struct attune_plot_input *in);
double attune_plot_names_cm(const struct attune_plot_input *in);

/* Appends `set y_tics (...)` with the rows' names at 0, 1, ...; axis: "y" or "x2", whose names
 * lean. blank: tics without names. */
void attune_plot_name_tics(struct attune_figure *figure, const struct attune_plot_input *in,
                           const char *axis, bool blank);

/* "Key clarity ↑ (unit)". */
void attune_plot_metric_label(struct attune_buf *out, const struct attune_metric_info *metric);

/* Appends `set title` with that label and a suffix, broken beyond width characters. */
void attune_plot_title(struct attune_figure *figure, const struct attune_metric_info *metric,
                       const char *suffix, size_t width);

/* ---- colours and the legend */

/* The colour index of a row's method: methods in the order of the board. */
size_t attune_plot_method(const struct attune_board *board, size_t row);

/* Rows that get a colour, a dash and a point of their own where a figure tells models apart by
 * them; the rest are grey. */
enum { ATTUNE_PLOT_N_DISTINCT = 7 };
#define ATTUNE_PLOT_GREY "#bbbbbb"

struct attune_legend_entry {
    const char *text, *color;
    int point; /* gnuplot's point type; 0: text only */
};

/* Lays entries out in lines of the figure's width below bottom_cm + lines; returns the height.
 * Writes nothing where figure is NULL. */
double attune_plot_legend(struct attune_figure *figure, const struct attune_legend_entry *entries,
                          size_t n, double width_cm);

/* The legend of the methods of the rows, or of the first distinct rows themselves. Returns the
 * height it takes; entries: (n,) at least the number of rows and 1. */
size_t attune_plot_method_entries(const struct attune_plot_input *in,
                                  struct attune_legend_entry *entries);

/* Whether rewards or preferences behind some of the rows were simulated: legends say so. */
bool attune_plot_is_simulated(const struct attune_plot_input *in);

/* ---- values by prompt */

/* Prompt means (seeds averaged) of one metric: value, defined (n_rows, n_prompts). */
struct attune_prompt_values {
    double *value;
    unsigned char *defined;
    size_t n_rows, n_prompts;
};

/* ATTUNE_VALUES_TURNED: distances from a target, and signs so that larger is better. */
enum attune_values { ATTUNE_VALUES_PLAIN, ATTUNE_VALUES_TURNED };
enum attune_code attune_prompt_values_read(struct attune_prompt_values *out,
                                           const struct attune_plot_input *in, size_t metric,
                                           enum attune_values how, struct attune_err *err);
void attune_prompt_values_release(struct attune_prompt_values *values);

/* A mean turned so that larger is better; NaN for descriptive metrics. */
double attune_plot_goodness(const struct attune_metric_info *metric, double mean);

#endif
