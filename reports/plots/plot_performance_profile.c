/* The share of prompts on which a model reaches a value or better, over that value.
 *
 * A prompt's seeds are averaged first, so a step is 1 / n_prompts. The band is the pointwise 95 %
 * percentile bootstrap over prompts: n draws from prompts of which k reach the value hold a
 * binomial number of them, so the percentiles are those of Binomial(n, k / n) and need no
 * simulation. At 0 and 1 the bootstrap has no width; that is its known weakness, not certainty. */
#include <math.h>

#include "metrics/stats/distribution.h"
#include "metrics/stats/order.h"
#include "reports/plots/plot.h"

enum { MAX_BANDS = 3 };

static const double panel_cm = 4.2;

/* The smallest count c with P(Binomial(n, p) <= c) >= q. */
static size_t binomial_quantile(size_t n, double p, double q)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t c = low + (high - low) / 2;
        const double cdf =
            c == n ? 1.0 : attune_beta_cdf(1.0 - p, (double)(n - c), (double)c + 1.0);
        if (cdf >= q) {
            high = c;
        } else {
            low = c + 1;
        }
    }
    return low;
}

/* Share and band of k of n prompts. */
static void add_step(struct attune_buf *data, double at, size_t k, size_t n)
{
    const double p = (double)k / (double)n;
    const bool sure = k == 0 || k == n;
    attune_buf_addf(data, "%.10g\t%.6g\t%.6g\t%.6g\n", at, p,
                    sure ? p : (double)binomial_quantile(n, p, 0.025) / (double)n,
                    sure ? p : (double)binomial_quantile(n, p, 0.975) / (double)n);
}

/* One block per model, as stairs: value, share, low, high. x holds the model's n turned prompt
 * means, ascending; the axis shows sense * value. */
static void add_model(struct attune_figure *figure, const double *x, size_t n, double sense,
                      const double ends[2])
{
    struct attune_buf *d = &figure->data;
    add_step(d, sense * ends[0], n, n);
    for (size_t i = 0; i < n;) {
        size_t next = i;
        while (next < n && x[next] == x[i]) {
            next++;
        }
        add_step(d, sense * x[i], n - i, n);
        add_step(d, sense * x[i], n - next, n);
        i = next;
    }
    if (n > 0) {
        add_step(d, sense * ends[1], 0, n);
    } else {
        attune_buf_add(d, "NaN\tNaN\tNaN\tNaN\n");
    }
    attune_buf_add(d, "\n\n");
}

/* The defined values of a row, sorted, into x; their number. */
static size_t sorted_row(const struct attune_prompt_values *v, size_t row, double *x,
                         double *scratch)
{
    size_t n = 0;
    for (size_t p = row * v->n_prompts; p < (row + 1) * v->n_prompts; p++) {
        if (v->defined[p]) {
            x[n++] = v->value[p];
        }
    }
    attune_sort_doubles(x, scratch, n);
    return n;
}

static void add_axes(struct attune_figure *figure, const struct attune_metric_info *m,
                     const double ends[2], double sense, double left)
{
    struct attune_buf *s = &figure->script;
    const bool target = strcmp(m->direction, "target") == 0;
    attune_plot_title(figure, m, "", 50);
    attune_figure_axis(figure, 'x', fmin(sense * ends[0], sense * ends[1]),
                       fmax(sense * ends[0], sense * ends[1]), figure->width_cm - left - 0.3);
    attune_buf_addf(s,
                    "set yrange [0:1.02]\nset ytics 0.25\nset grid ls 9\n"
                    "set ylabel 'share of prompts' offset 0.4,0\nset xlabel '%s' noenhanced offset "
                    "0,0.4\nset style fill transparent solid 0.18 noborder\n",
                    target        ? "at most this far from the target"
                    : sense < 0.0 ? "at most this value"
                                  : "at least this value");
}

static void draw(struct attune_figure *figure, const struct attune_plot_input *in,
                 const struct attune_prompt_values *v, double *x, double *scratch)
{
    const struct attune_metric_info *m = attune_plot_metric(in, 0);
    const double sense =
        strcmp(m->direction, "down") == 0 || strcmp(m->direction, "target") == 0 ? -1.0 : 1.0;
    const size_t n_drawn =
        in->n_rows < ATTUNE_PLOT_N_DISTINCT ? in->n_rows : ATTUNE_PLOT_N_DISTINCT;
    struct attune_legend_entry legend[ATTUNE_PLOT_N_DISTINCT + 2];
    size_t n_legend = 0;
    for (; n_legend < n_drawn; n_legend++) {
        legend[n_legend] = (struct attune_legend_entry){in->board->rows[in->rows[n_legend]].name,
                                                        attune_figure_color(n_legend), 5};
    }
    if (in->n_rows > n_drawn) {
        legend[n_legend++] =
            (struct attune_legend_entry){"grey: the other models", ATTUNE_PLOT_GREY, 5};
    }
    const char *note = in->n_rows == 1 ? "band: 95 % bootstrap over prompts"
                                       : "bands of the first: 95 % bootstrap over prompts";
    legend[n_legend++] = (struct attune_legend_entry){note, "#444444", 0};
    double ends[2] = {INFINITY, -INFINITY};
    for (size_t p = 0; p < v->n_rows * v->n_prompts; p++) {
        if (v->defined[p]) {
            ends[0] = fmin(ends[0], v->value[p]);
            ends[1] = fmax(ends[1], v->value[p]);
        }
    }
    const double width_cm = ATTUNE_FIGURE_COLUMN_CM, left = 1.25;
    const double legend_cm = attune_plot_legend(NULL, legend, n_legend, width_cm);
    attune_figure_begin(figure, width_cm, panel_cm + 1.75 + legend_cm);
    attune_plot_legend(figure, legend, n_legend, width_cm);
    attune_figure_panel(figure, left, 1.1 + legend_cm, width_cm - 0.3, 1.1 + legend_cm + panel_cm);
    add_axes(figure, m, ends, sense, left);
    struct attune_buf *s = &figure->script;
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    for (size_t i = n_drawn < MAX_BANDS ? n_drawn : MAX_BANDS; i-- > 0;) {
        attune_buf_addf(s, " index %zu using 1:3:4 with filledcurves lc rgb '%s', \\\n ''", i,
                        attune_figure_color(i));
    }
    for (size_t i = in->n_rows; i-- > 0;) { /* the best on top */
        attune_buf_addf(s, " index %zu using 1:2 with lines lw %s dt %zu lc rgb '%s'%s", i,
                        i < n_drawn ? "1.8" : "0.6", i < n_drawn ? 1 + i % 4 : 1,
                        i < n_drawn ? attune_figure_color(i) : ATTUNE_PLOT_GREY,
                        i ? ", \\\n ''" : "\nset output\n");
    }
    for (size_t i = 0; i < in->n_rows; i++) {
        attune_buf_add(&figure->data, "# ");
        attune_figure_data_text(figure, in->board->rows[in->rows[i]].name);
        attune_buf_add(&figure->data, ": value, share, low, high\n");
        add_model(figure, x, sorted_row(v, i, x, scratch), sense, ends);
    }
}

enum attune_code attune_plot_performance_profile(struct attune_figure *figure,
                                                 const struct attune_plot_input *in,
                                                 struct attune_err *err)
{
    struct attune_prompt_values values;
    enum attune_code code =
        attune_prompt_values_read(&values, in, in->metrics[0], ATTUNE_VALUES_TURNED, err);
    if (code) {
        return code;
    }
    double *x = attune_alloc(2 * values.n_prompts, sizeof *x);
    if (x) {
        draw(figure, in, &values, x, x + values.n_prompts);
    } else {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    attune_release(x);
    attune_prompt_values_release(&values);
    return code;
}
