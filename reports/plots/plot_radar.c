/* Several metrics on one disc. An axis per metric, turned so that outward is better; the worst mean
 * of the models drawn lies on the inner ring, the best on the rim. The numbers of both stand at the
 * axis: distances on different axes cannot be compared without them. */
#include <math.h>

#include "reports/escape.h"
#include "reports/plots/plot.h"

static const double pi = 3.14159265358979323846, inner = 0.25, disc_cm = 1.75, label_cm = 0.75;

struct axis {
    size_t metric; /* in the input */
    double worst, best, worst_mean, best_mean;
};

/* Axes of the metrics that have a direction and a mean; axes (n_metrics,). */
static size_t find_axes(const struct attune_plot_input *in, struct axis *axes)
{
    size_t n = 0;
    for (size_t k = 0; k < in->n_metrics; k++) {
        struct axis a = {.metric = k, .worst = INFINITY, .best = -INFINITY};
        for (size_t i = 0; i < in->n_rows; i++) {
            const struct attune_standing *s =
                attune_board_cell(in->board, in->metrics[k], in->rows[i]);
            const double g =
                s->present ? attune_plot_goodness(attune_plot_metric(in, k), s->mean) : NAN;
            if (g < a.worst) {
                a.worst = g;
                a.worst_mean = s->mean;
            }
            if (g > a.best) {
                a.best = g;
                a.best_mean = s->mean;
            }
        }
        if (isfinite(a.best)) {
            axes[n++] = a;
        }
    }
    return n;
}

/* Distance from the centre, the rim being 1. */
static double radius(const struct axis *a, double goodness)
{
    return a->best > a->worst ? inner + (1.0 - inner) * (goodness - a->worst) / (a->best - a->worst)
                              : 1.0;
}

/* The first axis points up, the others follow clockwise. */
static double angle(size_t axis, size_t n)
{
    return pi / 2.0 - 2.0 * pi * (double)axis / (double)n;
}

static void add_rings(struct attune_figure *figure, size_t n)
{
    attune_buf_add(&figure->data, "# rings: x, y\n");
    for (int ring = 0; ring < 3; ring++) {
        const double r = inner + 0.5 * (1.0 - inner) * (double)ring;
        for (size_t i = 0; i <= n; i++) {
            attune_buf_addf(&figure->data, "%.5f\t%.5f\n", r * cos(angle(i % n, n)),
                            r * sin(angle(i % n, n)));
        }
        attune_buf_add(&figure->data, "\n");
    }
    for (size_t i = 0; i < n; i++) {
        attune_buf_addf(&figure->data, "%.5f\t%.5f\n%.5f\t%.5f\n\n", inner * cos(angle(i, n)),
                        inner * sin(angle(i, n)), cos(angle(i, n)), sin(angle(i, n)));
    }
    attune_buf_add(&figure->data, "\n");
}

/* One block: x, y, mean, metric; a gap where the model has no mean. */
static void add_model(struct attune_figure *figure, const struct attune_plot_input *in, size_t i,
                      const struct axis *axes, size_t n)
{
    const struct attune_board_row *row = &in->board->rows[in->rows[i]];
    attune_buf_add(&figure->data, "# ");
    attune_figure_data_text(figure, row->name);
    attune_buf_add(&figure->data, ": x, y, mean, metric\n");
    for (size_t a = 0; a <= n; a++) {
        const struct axis *axis = &axes[a % n];
        const struct attune_metric_info *m = attune_plot_metric(in, axis->metric);
        const struct attune_standing *s =
            attune_board_cell(in->board, in->metrics[axis->metric], in->rows[i]);
        const double mean = s->present ? s->mean : NAN;
        const double r = radius(axis, attune_plot_goodness(m, mean));
        attune_buf_addf(&figure->data, "%.5f\t%.5f\t%.10g\t%s\n", r * cos(angle(a % n, n)),
                        r * sin(angle(a % n, n)), mean, m->name);
    }
    attune_buf_add(&figure->data, "\n\n");
}

static void add_label(struct attune_figure *figure, const struct attune_plot_input *in,
                      const struct axis *axis, double at)
{
    struct attune_buf title = ATTUNE_BUF_INIT;
    struct attune_buf *s = &figure->script;
    const double x = cos(at), y = sin(at);
    attune_plot_metric_label(&title, attune_plot_metric(in, axis->metric));
    /* Beside the disc there is room for few characters, above and below it for many. */
    const size_t width = fabs(x) < 0.1 ? 40 : 16;
    const bool broken = attune_text_width(attune_buf_text(&title)) > width;
    attune_buf_add(s, "set label ");
    attune_figure_title(figure, attune_buf_text(&title), width);
    attune_buf_addf(s, ".\"\\n%.3g to %.3g\" at %.5f,%.5f %s noenhanced offset 0,%.2f\n",
                    axis->worst_mean, axis->best_mean, 1.08 * x, 1.08 * y,
                    fabs(x) < 0.1 ? "center"
                    : x > 0.0     ? "left"
                                  : "right",
                    y > 0.9    ? (broken ? 2.2 : 1.3)
                    : y < -0.9 ? -0.4
                    : broken   ? 0.9
                               : 0.5);
    attune_figure_spend(figure, &title);
}

static void draw(struct attune_figure *figure, const struct attune_plot_input *in,
                 const struct axis *axes, size_t n, struct attune_legend_entry *legend)
{
    static const int points[ATTUNE_PLOT_N_DISTINCT] = {7, 5, 9, 13, 11, 6, 4};
    const size_t n_drawn =
        in->n_rows < ATTUNE_PLOT_N_DISTINCT ? in->n_rows : ATTUNE_PLOT_N_DISTINCT;
    for (size_t i = 0; i < n_drawn; i++) {
        legend[i] = (struct attune_legend_entry){in->board->rows[in->rows[i]].name,
                                                 attune_figure_color(i), points[i]};
    }
    size_t n_legend = n_drawn;
    if (in->n_rows > n_drawn) {
        legend[n_legend++] =
            (struct attune_legend_entry){"grey: the other models", ATTUNE_PLOT_GREY, 7};
    }
    legend[n_legend++] =
        (struct attune_legend_entry){"inner ring: worst mean, rim: best mean", "#444444", 0};
    const double width_cm = ATTUNE_FIGURE_COLUMN_CM;
    const double legend_cm = attune_plot_legend(NULL, legend, n_legend, width_cm);
    attune_figure_begin(figure, width_cm, 2.0 * (disc_cm + label_cm) + legend_cm + 0.5);
    attune_plot_legend(figure, legend, n_legend, width_cm);
    const double middle_cm = figure->height_cm - disc_cm - label_cm - 0.1;
    attune_figure_panel(figure, width_cm / 2.0 - disc_cm, middle_cm - disc_cm,
                        width_cm / 2.0 + disc_cm, middle_cm + disc_cm);
    struct attune_buf *s = &figure->script;
    add_rings(figure, n);
    for (size_t a = 0; a < n; a++) {
        add_label(figure, in, &axes[a], angle(a, n));
    }
    attune_buf_add(s, "unset border\nunset tics\nset xrange [-1:1]\nset yrange [-1:1]\nplot ");
    attune_figure_data_name(figure);
    attune_buf_add(s, " index 0 using 1:2 with lines ls 9");
    for (size_t i = in->n_rows; i-- > 0;) { /* the best on top */
        const bool distinct = i < n_drawn;
        attune_buf_addf(s,
                        ", \\\n '' index %zu using 1:2 with linespoints lw %s pt %d ps %s dt %zu "
                        "lc rgb '%s'",
                        1 + i, distinct ? "1.6" : "0.6", distinct ? points[i] : 0,
                        distinct ? "0.9" : "0", distinct ? 1 + i % 4 : 1,
                        distinct ? attune_figure_color(i) : ATTUNE_PLOT_GREY);
    }
    for (size_t i = 0; i < in->n_rows; i++) {
        add_model(figure, in, i, axes, n);
    }
    attune_buf_add(s, "\nset output\n");
}

enum attune_code attune_plot_radar(struct attune_figure *figure, const struct attune_plot_input *in,
                                   struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    struct axis *axes = attune_alloc(in->n_metrics, sizeof *axes);
    struct attune_legend_entry *legend = attune_alloc(ATTUNE_PLOT_N_DISTINCT + 2, sizeof *legend);
    const size_t n = axes ? find_axes(in, axes) : 0;
    if (!axes || !legend) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    } else if (n < 3) {
        code = attune_fail(err, ATTUNE_E_USAGE,
                           "a radar needs 3 metrics with a direction and values, not %zu", n);
        attune_err_hint(err, "name more with --metrics, or draw 'scatter' or 'leaderboard'");
    } else {
        draw(figure, in, axes, n, legend);
    }
    attune_release(axes);
    attune_release(legend);
    return code;
}
