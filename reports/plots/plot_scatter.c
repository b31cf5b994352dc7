/* Two metrics against each other: models with the intervals of both, or a point per prompt. */
#include <math.h>

#include "reports/escape.h"
#include "reports/plots/place.h"
#include "reports/plots/plot.h"

static const double panel_cm = 5.2, left_cm = 1.35;

/* ---- names beside the points, where there is room */

/* The point of a row in centimetres, and the cross of its two intervals. Returns whether it has
 * both means. */
static bool locate(const struct attune_plot_input *in, size_t i, const double range[2][2],
                   double panel_width_cm, struct attune_box *point, struct attune_box cross[2])
{
    double at[2], low[2], high[2];
    for (int d = 0; d < 2; d++) {
        const struct attune_standing *s = attune_board_cell(in->board, in->metrics[d], in->rows[i]);
        const double cm = (d == 0 ? panel_width_cm : panel_cm) / (range[d][1] - range[d][0]);
        at[d] = s->present ? cm * (s->mean - range[d][0]) : NAN;
        low[d] = isnan(s->ci_low) ? at[d] : cm * (s->ci_low - range[d][0]);
        high[d] = isnan(s->ci_high) ? at[d] : cm * (s->ci_high - range[d][0]);
    }
    *point = (struct attune_box){at[0] - 0.07, at[1] - 0.07, at[0] + 0.07, at[1] + 0.07};
    cross[0] = (struct attune_box){low[0], at[1] - 0.02, high[0], at[1] + 0.02};
    cross[1] = (struct attune_box){at[0] - 0.02, low[1], at[0] + 0.02, high[1]};
    return !isnan(at[0]) && !isnan(at[1]);
}

/* Names beside the points, off the intervals where that is possible; returns how many found no
 * room. boxes: (4 * n_rows,). */
static size_t add_names(struct attune_figure *figure, const struct attune_plot_input *in,
                        const double range[2][2], double panel_width_cm, struct attune_box *boxes)
{
    /* Names and points grow upwards from the middle, crosses stand below it. */
    struct attune_box *points = boxes + 2 * in->n_rows;
    size_t n = 0, n_crosses = 0, n_left_out = 0;
    for (size_t i = 0; i < in->n_rows; i++) {
        struct attune_box cross[2];
        if (locate(in, i, range, panel_width_cm, &points[n], cross)) {
            n++;
            *(points - ++n_crosses) = cross[0];
            *(points - ++n_crosses) = cross[1];
        }
    }
    for (size_t i = 0; i < in->n_rows; i++) {
        struct attune_box at, cross[2], place;
        if (!locate(in, i, range, panel_width_cm, &at, cross)) {
            continue;
        }
        struct attune_buf name = ATTUNE_BUF_INIT;
        attune_plot_name(&name, in->board->rows[in->rows[i]].name, ATTUNE_PLOT_NAME_WIDTH);
        const double width_cm = attune_figure_text_cm(attune_text_width(attune_buf_text(&name)));
        const double x = at.x0 + 0.07, y = at.y0 + 0.07;
        if (attune_place_find(points - n_crosses, n_crosses + n, x, y, width_cm, panel_width_cm,
                              panel_cm, &place) ||
            attune_place_find(points, n, x, y, width_cm, panel_width_cm, panel_cm, &place)) {
            attune_place_label(figure, attune_buf_text(&name), &place, panel_width_cm, panel_cm);
            points[n++] = place;
        } else {
            n_left_out++;
        }
        attune_figure_spend(figure, &name);
    }
    return n_left_out;
}

/* ---- what both sorts share */

static void add_axes(struct attune_figure *figure, const struct attune_plot_input *in,
                     const double low[2], const double high[2])
{
    for (int d = 0; d < 2; d++) {
        struct attune_buf label = ATTUNE_BUF_INIT;
        attune_plot_metric_label(&label, attune_plot_metric(in, (size_t)d));
        attune_figure_axis(figure, "xy"[d], low[d], high[d],
                           d == 0 ? figure->width_cm - left_cm - 0.3 : panel_cm);
        attune_buf_addf(&figure->script, "set %clabel ", "xy"[d]);
        attune_figure_text(figure, attune_buf_text(&label));
        attune_buf_addf(&figure->script, " noenhanced offset %s\n", d == 0 ? "0,0.4" : "0.4,0");
        attune_figure_spend(figure, &label);
    }
    attune_buf_add(&figure->script, "set grid ls 9\n");
}

/* Starts the picture: legend below, panel above it. */
static double begin(struct attune_figure *figure, const struct attune_legend_entry *legend,
                    size_t n_legend)
{
    const double width_cm = ATTUNE_FIGURE_COLUMN_CM;
    const double legend_cm = attune_plot_legend(NULL, legend, n_legend, width_cm);
    attune_figure_begin(figure, width_cm, panel_cm + 1.65 + legend_cm);
    attune_plot_legend(figure, legend, n_legend, width_cm);
    attune_figure_panel(figure, left_cm, 1.15 + legend_cm, width_cm - 0.3,
                        1.15 + legend_cm + panel_cm);
    return width_cm - 0.3 - left_cm;
}

/* ---- a point per model */

static enum attune_code draw_models(struct attune_figure *figure,
                                    const struct attune_plot_input *in,
                                    struct attune_legend_entry *legend, struct attune_err *err)
{
    struct attune_box *boxes = attune_alloc(4 * in->n_rows, sizeof *boxes);
    if (!boxes) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY}, range[2][2];
    attune_buf_add(&figure->data, "# x\tlow\thigh\ty\tlow\thigh\tmethod\tmodel\n");
    for (size_t i = 0; i < in->n_rows; i++) {
        for (int d = 0; d < 2; d++) {
            const struct attune_standing *s =
                attune_board_cell(in->board, in->metrics[d], in->rows[i]);
            const double mean = s->present ? s->mean : NAN;
            const double ends[2] = {isnan(s->ci_low) ? mean : s->ci_low,
                                    isnan(s->ci_high) ? mean : s->ci_high};
            low[d] = fmin(low[d], ends[0]);
            high[d] = fmax(high[d], ends[1]);
            attune_buf_addf(&figure->data, "%.10g\t%.10g\t%.10g\t", mean, ends[0], ends[1]);
        }
        attune_buf_addf(&figure->data, "%zu\t", attune_plot_method(in->board, in->rows[i]));
        attune_figure_data_text(figure, in->board->rows[in->rows[i]].name);
        attune_buf_add(&figure->data, "\n");
    }
    size_t n_legend = attune_plot_method_entries(in, legend);
    legend[n_legend++] = (struct attune_legend_entry){"means, 95 % intervals", "#444444", 0};
    const double panel_width_cm = begin(figure, legend, n_legend);
    for (int d = 0; d < 2; d++) {
        attune_figure_range(low[d], high[d], range[d]);
    }
    const size_t n_left_out = add_names(figure, in, range, panel_width_cm, boxes);
    add_axes(figure, in, low, high);
    struct attune_buf *s = &figure->script;
    if (n_left_out > 0) {
        attune_buf_addf(s,
                        "set title 'no room for %zu of the names: they are in the data'"
                        " offset 0,-0.7 textcolor rgb '#777777'\n",
                        n_left_out);
    }
    attune_figure_colors(figure);
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    attune_buf_add(s,
                   " using 1:4:2:3:5:6:(color($7)) with xyerrorbars pt 0 lw 0.8 lc rgb variable, "
                   "'' using 1:4:(color($7)) with points pt 7 lc rgb variable\nset output\n");
    attune_release(boxes);
    return ATTUNE_OK;
}

/* ---- a point per prompt */

static enum attune_code draw_prompts(struct attune_figure *figure,
                                     const struct attune_plot_input *in,
                                     struct attune_legend_entry *legend, struct attune_err *err)
{
    static const int points[ATTUNE_PLOT_N_DISTINCT] = {7, 5, 9, 13, 11, 6, 4};
    struct attune_prompt_values v[2] = {{0}, {0}};
    enum attune_code code = ATTUNE_OK;
    for (size_t d = 0; d < 2 && !code; d++) {
        code = attune_prompt_values_read(&v[d], in, in->metrics[d], ATTUNE_VALUES_PLAIN, err);
    }
    size_t n_legend = 0, n_points = 0;
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < in->n_rows && !code; i++) {
        const char *name = in->board->rows[in->rows[i]].name;
        attune_buf_add(&figure->data, "# ");
        attune_figure_data_text(figure, name);
        attune_buf_add(&figure->data, ": x, y, prompt\n");
        for (size_t p = 0; p < v[0].n_prompts; p++) {
            const size_t at = i * v[0].n_prompts + p;
            const bool both = v[0].defined[at] && v[1].defined[at];
            n_points += both;
            for (int d = 0; d < 2; d++) {
                low[d] = both ? fmin(low[d], v[d].value[at]) : low[d];
                high[d] = both ? fmax(high[d], v[d].value[at]) : high[d];
                attune_buf_addf(&figure->data, "%.10g\t", both ? v[d].value[at] : NAN);
            }
            attune_figure_data_text(figure, in->scores->prompts.items[p].name);
            attune_buf_add(&figure->data, "\n");
        }
        attune_buf_add(&figure->data, "\n\n");
        if (i < ATTUNE_PLOT_N_DISTINCT) {
            legend[n_legend++] =
                (struct attune_legend_entry){name, attune_figure_color(i), points[i]};
        }
    }
    if (!code && n_points == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "no prompt has a value of both metrics");
    }
    if (!code) {
        if (in->n_rows > n_legend) {
            legend[n_legend++] =
                (struct attune_legend_entry){"grey: the other models", ATTUNE_PLOT_GREY, 7};
        }
        begin(figure, legend, n_legend);
        add_axes(figure, in, low, high);
        attune_buf_add(&figure->script, "plot ");
        attune_figure_data_name(figure);
        for (size_t i = in->n_rows; i-- > 0;) {
            const bool distinct = i < ATTUNE_PLOT_N_DISTINCT;
            attune_buf_addf(&figure->script,
                            " index %zu using 1:2 with points pt %d ps %s lc rgb '%s'%s", i,
                            distinct ? points[i] : 7, distinct ? "0.7" : "0.4",
                            distinct ? attune_figure_color(i) : ATTUNE_PLOT_GREY,
                            i ? ", \\\n ''" : "\nset output\n");
        }
    }
    attune_prompt_values_release(&v[0]);
    attune_prompt_values_release(&v[1]);
    return code;
}

enum attune_code attune_plot_scatter(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err)
{
    if (in->n_metrics < 2) {
        attune_fail(err, ATTUNE_E_USAGE, "'scatter' needs 2 metrics, not %zu", in->n_metrics);
        attune_err_hint(err, "--metrics X,Y");
        return ATTUNE_E_USAGE;
    }
    struct attune_legend_entry *legend =
        attune_alloc(in->n_rows + ATTUNE_PLOT_N_DISTINCT + 2, sizeof *legend);
    if (!legend) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    enum attune_code code = in->by_prompt ? draw_prompts(figure, in, legend, err)
                                          : draw_models(figure, in, legend, err);
    attune_release(legend);
    return code;
}
