/* Two metrics, turned so that better is right and up: the models that no other beats in both, and
 * the area that they dominate above a reference point, which is given or the worst mean of the
 * models drawn in each metric. Hypervolume by method is printed beside. */
#include <math.h>

#include "metrics/stats/pareto.h"
#include "reports/escape.h"
#include "reports/plots/place.h"
#include "reports/plots/plot.h"

static const double panel_cm = 5.6, left_cm = 1.35;

struct plane {
    struct attune_point *points; /* (n_rows,) turned; NaN: no mean */
    bool *front;
    struct attune_point reference; /* turned */
    double sense[2];               /* shown = sense * turned */
    double low[2], high[2], width_cm;
};

static double shown(const struct plane *p, int axis, struct attune_point point)
{
    return p->sense[axis] * (axis ? point.y : point.x);
}

/* The end of an interval as it is shown; the mean where there is none (or the metric has a target,
 * where the interval is not one of distances). */
static double end_of(const struct attune_plot_input *in, const struct plane *p, size_t i, int axis,
                     bool high)
{
    const struct attune_standing *s = attune_board_cell(in->board, in->metrics[axis], in->rows[i]);
    const double end = high ? s->ci_high : s->ci_low;
    const bool target = strcmp(attune_plot_metric(in, (size_t)axis)->direction, "target") == 0;
    return isnan(end) || target ? shown(p, axis, p->points[i]) : end;
}

static void measure(const struct attune_plot_input *in, struct plane *p)
{
    struct attune_point worst = {INFINITY, INFINITY};
    for (int d = 0; d < 2; d++) {
        const struct attune_metric_info *m = attune_plot_metric(in, (size_t)d);
        p->sense[d] = strcmp(m->direction, "up") == 0 ? 1.0 : -1.0;
        p->low[d] = INFINITY;
        p->high[d] = -INFINITY;
    }
    for (size_t i = 0; i < in->n_rows; i++) {
        double at[2];
        for (size_t d = 0; d < 2; d++) {
            const struct attune_standing *s =
                attune_board_cell(in->board, in->metrics[d], in->rows[i]);
            at[d] = s->present && !isnan(s->mean)
                        ? attune_plot_goodness(attune_plot_metric(in, d), s->mean)
                        : NAN;
        }
        p->points[i] = (struct attune_point){at[0], at[1]};
        if (isnan(at[0]) || isnan(at[1])) {
            continue;
        }
        worst.x = fmin(worst.x, at[0]);
        worst.y = fmin(worst.y, at[1]);
        for (int d = 0; d < 2; d++) {
            p->low[d] = fmin(p->low[d], end_of(in, p, i, d, false));
            p->high[d] = fmax(p->high[d], end_of(in, p, i, d, true));
        }
    }
    const bool given = in->reference[0] == in->reference[0];
    p->reference = given ? (struct attune_point){p->sense[0] * in->reference[0],
                                                 p->sense[1] * in->reference[1]}
                         : worst;
    for (int d = 0; d < 2; d++) {
        p->low[d] = fmin(p->low[d], shown(p, d, p->reference));
        p->high[d] = fmax(p->high[d], shown(p, d, p->reference));
    }
    attune_pareto_front(p->points, in->n_rows, p->front);
}

/* ---- data */

static void add_points(struct attune_figure *figure, const struct attune_plot_input *in,
                       const struct plane *p)
{
    attune_buf_add(&figure->data, "# x\tlow\thigh\ty\tlow\thigh\tmethod\ton the front\tmodel\n");
    for (size_t i = 0; i < in->n_rows; i++) {
        for (int d = 0; d < 2; d++) {
            attune_buf_addf(&figure->data, "%.8g\t%.8g\t%.8g\t", shown(p, d, p->points[i]),
                            end_of(in, p, i, d, false), end_of(in, p, i, d, true));
        }
        attune_buf_addf(&figure->data, "%zu\t%d\t", attune_plot_method(in->board, in->rows[i]),
                        p->front[i]);
        attune_figure_data_text(figure, in->board->rows[in->rows[i]].name);
        attune_buf_add(&figure->data, "\n");
    }
    attune_buf_add(&figure->data, "\n\n");
}

/* The dominated area as stairs from the front's right end up to its left, closed through the
 * reference point. */
static void add_stairs(struct attune_figure *figure, const struct plane *p, size_t n)
{
    attune_buf_add(&figure->data, "# the front: x, y\n");
    double top = p->reference.y, right = INFINITY;
    attune_buf_addf(&figure->data, "%.8g\t%.8g\n", shown(p, 0, p->reference),
                    shown(p, 1, p->reference));
    for (;;) {
        const struct attune_point *next = NULL;
        for (size_t i = 0; i < n; i++) {
            const struct attune_point *q = &p->points[i];
            if (p->front[i] && q->x > p->reference.x && q->y > top && q->x < right &&
                (!next || q->x > next->x)) {
                next = q;
            }
        }
        if (!next) {
            break;
        }
        attune_buf_addf(&figure->data, "%.8g\t%.8g\n%.8g\t%.8g\n", p->sense[0] * next->x,
                        p->sense[1] * top, p->sense[0] * next->x, p->sense[1] * next->y);
        top = next->y;
        right = next->x;
    }
    attune_buf_addf(&figure->data, "%.8g\t%.8g\n%.8g\t%.8g\n\n\n", p->sense[0] * p->reference.x,
                    p->sense[1] * top, shown(p, 0, p->reference), shown(p, 1, p->reference));
}

/* ---- notes */

static enum attune_code add_notes(struct attune_figure *figure, const struct attune_plot_input *in,
                                  const struct plane *p, double *area, struct attune_err *err)
{
    struct attune_point *some = attune_alloc(in->n_rows, sizeof *some);
    if (!some) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    enum attune_code code = attune_hypervolume(p->points, in->n_rows, p->reference, area, err);
    attune_figure_note(figure, "hypervolume %.6g above the reference point (%.6g, %.6g)", *area,
                       shown(p, 0, p->reference), shown(p, 1, p->reference));
    for (size_t i = 0; i < in->n_rows && !code; i++) {
        if (p->front[i]) {
            attune_figure_note(figure, "on the front: %s (%.4g, %.4g)",
                               in->board->rows[in->rows[i]].name, shown(p, 0, p->points[i]),
                               shown(p, 1, p->points[i]));
        }
    }
    for (size_t m = 0; m < in->board->n_rows && !code; m++) { /* methods by their index */
        size_t n = 0;
        const char *method = NULL;
        for (size_t i = 0; i < in->n_rows; i++) {
            if (attune_plot_method(in->board, in->rows[i]) == m) {
                method = in->board->rows[in->rows[i]].method;
                some[n++] = p->points[i];
            }
        }
        double part = 0.0;
        code = method ? attune_hypervolume(some, n, p->reference, &part, err) : ATTUNE_OK;
        if (method && !code) {
            attune_figure_note(figure, "hypervolume of %s alone: %.6g", method, part);
        }
    }
    attune_release(some);
    return code;
}

/* ---- the picture */

static void centimetres(const struct plane *p, struct attune_point point, double at[2])
{
    const double size[2] = {p->width_cm, panel_cm};
    for (int d = 0; d < 2; d++) {
        double range[2];
        attune_figure_range(p->low[d], p->high[d], range);
        at[d] = size[d] * (shown(p, d, point) - range[0]) / (range[1] - range[0]);
    }
}

/* Names of the front first, then of the others where there is room. */
static void add_names(struct attune_figure *figure, const struct attune_plot_input *in,
                      const struct plane *p, struct attune_box *boxes)
{
    size_t n = 0;
    double at[2];
    for (size_t i = 0; i < in->n_rows; i++) {
        centimetres(p, p->points[i], at);
        if (isfinite(at[0]) && isfinite(at[1])) {
            boxes[n++] =
                (struct attune_box){at[0] - 0.07, at[1] - 0.07, at[0] + 0.07, at[1] + 0.07};
        }
    }
    for (size_t i = 0; i < 2 * in->n_rows; i++) {
        const size_t k = i % in->n_rows;
        centimetres(p, p->points[k], at);
        if (p->front[k] != (i < in->n_rows) || !isfinite(at[0]) || !isfinite(at[1])) {
            continue;
        }
        struct attune_buf name = ATTUNE_BUF_INIT;
        struct attune_box place;
        attune_plot_name(&name, in->board->rows[in->rows[k]].name, ATTUNE_PLOT_NAME_WIDTH);
        const double text_cm =
            0.85 * attune_figure_text_cm(attune_text_width(attune_buf_text(&name)));
        if (attune_place_find(boxes, n, at[0], at[1], text_cm, p->width_cm, panel_cm, &place)) {
            attune_place_label(figure, attune_buf_text(&name), &place, p->width_cm, panel_cm);
            boxes[n++] = place;
        }
        attune_figure_spend(figure, &name);
    }
}

static void add_axes(struct attune_figure *figure, const struct attune_plot_input *in,
                     const struct plane *p)
{
    for (int d = 0; d < 2; d++) {
        struct attune_buf label = ATTUNE_BUF_INIT;
        const struct attune_metric_info *m = attune_plot_metric(in, (size_t)d);
        attune_buf_add(&label, strcmp(m->direction, "target") == 0 ? "distance from target: " : "");
        attune_plot_metric_label(&label, m);
        attune_figure_axis(figure, "xy"[d], p -> low[d], p -> high[d],
                           d ? panel_cm : p -> width_cm);
        attune_buf_addf(&figure->script, "set %clabel ", "xy"[d]);
        attune_figure_text(figure, attune_buf_text(&label));
        attune_buf_addf(&figure->script, " noenhanced offset %s\n", d ? "0.4,0" : "0,0.4");
        attune_figure_spend(figure, &label);
    }
    attune_buf_add(&figure->script,
                   "set grid ls 9\nset style fill transparent solid 0.10 noborder\n");
}

static void draw(struct attune_figure *figure, const struct attune_plot_input *in, struct plane *p,
                 double area, struct attune_legend_entry *legend, struct attune_box *boxes)
{
    char text[96];
    snprintf(text, sizeof text, "shaded: dominated, hypervolume %.4g", area);
    size_t n_legend = attune_plot_method_entries(in, legend);
    legend[n_legend++] = (struct attune_legend_entry){"reference point", "#444444", 2};
    legend[n_legend++] = (struct attune_legend_entry){text, "#444444", 0};
    legend[n_legend++] = (struct attune_legend_entry){"95 % intervals", "#444444", 0};
    if (attune_plot_is_simulated(in)) {
        legend[n_legend++] = (struct attune_legend_entry){"simulated rewards", "#444444", 0};
    }
    const double width_cm = ATTUNE_FIGURE_COLUMN_CM;
    const double foot_cm = 1.15 + attune_plot_legend(NULL, legend, n_legend, width_cm);
    attune_figure_begin(figure, width_cm, foot_cm + panel_cm + 0.3);
    attune_plot_legend(figure, legend, n_legend, width_cm);
    attune_figure_panel(figure, left_cm, foot_cm, width_cm - 0.3, foot_cm + panel_cm);
    p->width_cm = width_cm - 0.3 - left_cm;
    add_axes(figure, in, p);
    add_names(figure, in, p, boxes);
    attune_figure_colors(figure);
    struct attune_buf *s = &figure->script;
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    attune_buf_addf(s,
                    " index 1 using 1:2 with filledcurves closed lc rgb '#444444', '' index 1 "
                    "using 1:2 with lines lw 0.9 lc rgb '#444444', '' index 0 using "
                    "1:4:2:3:5:6:(color($7)) with xyerrorbars pt 0 lw 0.7 lc rgb variable, '' "
                    "index 0 using 1:4:(color($7)) with points pt 7 ps 0.8 lc rgb variable, "
                    "'+' using (%.8g):(%.8g) with points pt 2 lc rgb '#444444'\nset output\n",
                    shown(p, 0, p->reference), shown(p, 1, p->reference));
    add_points(figure, in, p);
    add_stairs(figure, p, in->n_rows);
}

enum attune_code attune_plot_pareto(struct attune_figure *figure,
                                    const struct attune_plot_input *in, struct attune_err *err)
{
    for (size_t d = 0; d < 2 && d < in->n_metrics; d++) {
        if (strcmp(attune_plot_metric(in, d)->direction, "none") == 0) {
            return attune_fail(err, ATTUNE_E_USAGE,
                               "'%s' has no direction: nothing is better in it",
                               attune_plot_metric(in, d)->name);
        }
    }
    if (in->n_metrics < 2) {
        attune_fail(err, ATTUNE_E_USAGE, "'pareto' needs 2 metrics, not %zu", in->n_metrics);
        attune_err_hint(err, "--metrics X,Y");
        return ATTUNE_E_USAGE;
    }
    struct plane p = {.points = attune_alloc(in->n_rows, sizeof *p.points),
                      .front = attune_alloc(in->n_rows, sizeof *p.front)};
    struct attune_legend_entry *legend = attune_alloc(in->n_rows + 5, sizeof *legend);
    struct attune_box *boxes = attune_alloc(2 * in->n_rows, sizeof *boxes);
    enum attune_code code = ATTUNE_OK;
    double area = 0.0;
    if (p.points && p.front && legend && boxes) {
        measure(in, &p);
        code = isfinite(p.reference.x + p.reference.y)
                   ? add_notes(figure, in, &p, &area, err)
                   : attune_fail(err, ATTUNE_E_INPUT, "no model has a value of both metrics");
    } else {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    if (!code) {
        draw(figure, in, &p, area, legend, boxes);
    }
    attune_release(p.points);
    attune_release(p.front);
    attune_release(legend);
    attune_release(boxes);
    return code;
}
