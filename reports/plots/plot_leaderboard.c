/* Means with intervals, one panel per metric. */
#include <math.h>

#include "reports/plots/plot.h"

enum { PANELS_PER_ROW = 2 };

static const double row_cm = 0.38, title_cm = 0.4, header_cm = 0.85, footer_cm = 0.5, gap_cm = 0.45;

/* One block of data per metric: row, mean, low, high, filled, method. */
static void add_data(struct attune_figure *figure, const struct attune_plot_input *in, size_t k,
                     double width_cm)
{
    struct attune_buf *d = &figure->data;
    double smallest = INFINITY, largest = -INFINITY;
    attune_buf_addf(d, "# %s\n# row\tmean\tci_low\tci_high\tmay_be_best\tmethod\tmodel\n",
                    attune_plot_metric(in, k)->name);
    for (size_t i = 0; i < in->n_rows; i++) {
        const size_t row = in->rows[i];
        const struct attune_standing *s = attune_board_cell(in->board, in->metrics[k], row);
        const double mean = s->present ? s->mean : NAN;
        const double low = isnan(s->ci_low) ? mean : s->ci_low;
        const double high = isnan(s->ci_high) ? mean : s->ci_high;
        smallest = fmin(smallest, low);
        largest = fmax(largest, high);
        attune_buf_addf(d, "%zu\t%.10g\t%.10g\t%.10g\t%d\t%zu\t", i, mean, isnan(mean) ? NAN : low,
                        isnan(mean) ? NAN : high,
                        attune_standing_is_best(in->board, in->metrics[k], row),
                        attune_plot_method(in->board, row));
        attune_figure_data_text(figure, in->board->rows[row].name);
        attune_buf_add(d, "\n");
    }
    attune_buf_add(d, "\n\n");
    attune_figure_axis(figure, 'x', smallest, largest, width_cm);
}

/* Intervals, then a point each; those that can't be the best get a white heart. */
static void add_panel(struct attune_figure *figure, size_t block)
{
    struct attune_buf *s = &figure->script;
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    attune_buf_addf(
        s,
        " index %zu using 2:1:3:4:(color($6)) with xerrorbars pt 0 lw 1.4 lc rgb variable, \\\n"
        " '' index %zu using 2:1:(color($6)) with points pt 7 lc rgb variable, \\\n"
        " '' index %zu using ($5 == 0 ? $2 : NaN):1 with points pt 7 ps 0.5 lc rgb '#ffffff'\n",
        block, block, block);
}

static size_t title_width(double panel_cm)
{
    return (size_t)(panel_cm / attune_figure_text_cm(1));
}

/* Of the longest title; two at least, as most figures have. */
static size_t title_lines(const struct attune_plot_input *in, double panel_cm)
{
    size_t most = 2;
    for (size_t k = 0; k < in->n_metrics; k++) {
        struct attune_buf label = ATTUNE_BUF_INIT;
        attune_plot_metric_label(&label, attune_plot_metric(in, k));
        const size_t n = attune_figure_title_lines(attune_buf_text(&label), title_width(panel_cm));
        most = n > most ? n : most;
        attune_buf_release(&label);
    }
    return most;
}

enum attune_code attune_plot_leaderboard(struct attune_figure *figure,
                                         const struct attune_plot_input *in, struct attune_err *err)
{
    struct attune_legend_entry *legend = attune_alloc(in->n_rows + 1, sizeof *legend);
    if (!legend) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    size_t n_legend = attune_plot_method_entries(in, legend);
    legend[n_legend++] = (struct attune_legend_entry){"filled: may be best", "#444444", 0};
    const double width_cm = ATTUNE_FIGURE_COLUMN_CM, names_cm = attune_plot_names_cm(in);
    const double legend_cm = attune_plot_legend(NULL, legend, n_legend, width_cm);
    const size_t n_columns = in->n_metrics < PANELS_PER_ROW ? in->n_metrics : PANELS_PER_ROW;
    const size_t n_lines = (in->n_metrics + n_columns - 1) / n_columns;
    const double panel_cm =
        (width_cm - names_cm - 0.25 - gap_cm * (double)(n_columns - 1)) / (double)n_columns;
    const double top_cm = header_cm + title_cm * (double)(title_lines(in, panel_cm) - 2);
    const double body_cm = row_cm * (double)in->n_rows, step_cm = top_cm + body_cm + footer_cm;
    attune_figure_begin(figure, width_cm, step_cm * (double)n_lines + legend_cm + 0.2);

    struct attune_buf *s = &figure->script;
    attune_figure_colors(figure);
    attune_buf_addf(s, "set multiplot\nset yrange [%.1f:-0.6]\nset grid x ls 9\nset grid y ls 9\n",
                    (double)in->n_rows - 0.4);
    attune_plot_legend(figure, legend, n_legend, width_cm);
    for (size_t k = 0; k < in->n_metrics; k++) {
        const double left = names_cm + (double)(k % n_columns) * (panel_cm + gap_cm);
        const double top = figure->height_cm - (double)(k / n_columns) * step_cm - top_cm;
        attune_figure_panel(figure, left, top - body_cm, left + panel_cm, top);
        attune_plot_title(figure, attune_plot_metric(in, k), "",
                          title_width(panel_cm));
        attune_plot_name_tics(figure, in, "y", k % n_columns > 0);
        add_data(figure, in, k, panel_cm);
        add_panel(figure, k);
        attune_buf_add(s, k == 0 ? "unset label\n" : "");
    }
    attune_buf_add(s, "unset multiplot\nset output\n");
    attune_release(legend);
    return ATTUNE_OK;
}
