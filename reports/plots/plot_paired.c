/* Two models prompt by prompt: a line per prompt, and the differences with their mean. */
#include <math.h>

#include "metrics/stats/order.h"
#include "reports/contrast.h"
#include "reports/plots/plot.h"

static const double panel_cm = 4.6;

/* Rows of the board: the one to be compared with, then the one compared. */
static void choose_pair(const struct attune_plot_input *in, size_t pair[2])
{
    pair[0] = in->rows[in->named ? 0 : 1];
    pair[1] = in->rows[in->named ? 1 : 0];
    for (size_t i = 0; i < in->n_rows && !in->named; i++) {
        const char *base = in->board->rows[in->rows[i]].base;
        for (size_t k = 0; base && k < in->n_rows; k++) {
            if (strcmp(in->board->rows[in->rows[k]].name, base) == 0) {
                pair[0] = in->rows[k];
                pair[1] = in->rows[i];
                return;
            }
        }
    }
}

/* After minus before; for a target how much nearer to it, as the interval is. */
static double difference(const struct attune_contrast *c, size_t i, double before, double after)
{
    return strcmp(c->direction, "target") == 0 ? c->better[i] : after - before;
}

/* Three blocks: prompts (before, after, difference, colour, place), the mean difference, the two
 * means. */
static void add_data(struct attune_figure *figure, const struct attune_plot_input *in,
                     const struct attune_contrast *c, const struct attune_prompt_values *v)
{
    struct attune_buf *d = &figure->data;
    attune_buf_add(d, "# before\tafter\tdifference\tcolour\tplace\tprompt\n");
    for (size_t i = 0; i < c->n; i++) {
        /* Prompts of one run stand in its order in both tables. */
        const size_t p = c->prompt[i];
        const double before = v->value[p], after = v->value[v->n_prompts + p];
        attune_buf_addf(d, "%.10g\t%.10g\t%.10g\t%d\t%.3f\t", before, after,
                        difference(c, i, before, after),
                        c->better[i] > 0.0   ? 0
                        : c->better[i] < 0.0 ? 1
                                             : 7,
                        0.3 * fmod((double)i * 0.6180339887, 1.0) - 0.15);
        attune_figure_data_text(figure, in->scores->prompts.items[p].name);
        attune_buf_add(d, "\n");
    }
    attune_buf_addf(d, "\n\n# mean\tci_low\tci_high of the differences\n%.10g\t%.10g\t%.10g\n",
                    strcmp(c->direction, "target") == 0 ? attune_mean(c->better, c->n)
                                                        : c->difference,
                    c->ci_low, c->ci_high);
    attune_buf_addf(d, "\n\n# the two means\n0\t%.10g\n1\t%.10g\n", c->mean_b, c->mean_a);
}

static void add_values_panel(struct attune_figure *figure, const struct attune_plot_input *in,
                             const size_t pair[2], double smallest, double largest)
{
    struct attune_buf *s = &figure->script;
    attune_figure_axis(figure, 'y', smallest, largest, panel_cm);
    attune_buf_add(s, "set xrange [-0.25:1.25]\nset xtics (");
    for (int side = 0; side < 2; side++) {
        struct attune_buf name = ATTUNE_BUF_INIT;
        attune_plot_name(&name, in->board->rows[pair[side]].name, 19);
        attune_buf_add(s, side ? ", " : "");
        attune_figure_tic(figure, attune_buf_text(&name));
        attune_buf_addf(s, " %d", side);
        attune_figure_spend(figure, &name);
    }
    attune_buf_add(s, ") scale 0 noenhanced\nset grid y ls 9\nplot ");
    attune_figure_data_name(figure);
    attune_buf_add(s,
                   " index 0 using (0):1:(1):($2 - $1):(color($4)) with vectors nohead lw 0.8 lc "
                   "rgb variable, \\\n '' index 0 using (0):1:(color($4)) with points pt 7 ps "
                   "0.4 lc rgb variable, \\\n '' index 0 using (1):2:(color($4)) with points pt 7 "
                   "ps 0.4 lc rgb variable, \\\n '' index 2 using 1:2 with linespoints pt 7 lw 3 "
                   "lc rgb '#000000'\n");
}

static void add_differences_panel(struct attune_figure *figure, double smallest, double largest)
{
    struct attune_buf *s = &figure->script;
    attune_figure_axis(figure, 'y', fmin(0.0, smallest), fmax(0.0, largest), panel_cm);
    attune_buf_add(s, "set xrange [-0.35:0.35]\nset xtics ('difference' 0) scale 0\nplot 0 lc rgb "
                      "'#444444' lw 0.8, ");
    attune_figure_data_name(figure);
    attune_buf_add(s,
                   " index 0 using 5:3:(color($4)) with points pt 7 ps 0.5 lc rgb variable, \\\n "
                   "'' index 1 using (0):1:2:3 with yerrorbars pt 7 lw 2.2 lc rgb '#000000'\n");
}

static void draw(struct attune_figure *figure, const struct attune_plot_input *in,
                 const size_t pair[2], const struct attune_contrast *c,
                 const struct attune_prompt_values *v)
{
    size_t n[3] = {0};
    double lo = INFINITY, hi = -INFINITY, lo_d = INFINITY, hi_d = -INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        const double before = v->value[c->prompt[i]];
        const double after = v->value[v->n_prompts + c->prompt[i]];
        lo = fmin(lo, fmin(before, after));
        hi = fmax(hi, fmax(before, after));
        lo_d = fmin(lo_d, difference(c, i, before, after));
        hi_d = fmax(hi_d, difference(c, i, before, after));
        n[c->better[i] > 0.0 ? 0 : c->better[i] < 0.0 ? 1 : 2]++;
    }
    char better[40], worse[40], tied[40], test[80];
    snprintf(better, sizeof better, "better: %zu", n[0]);
    snprintf(worse, sizeof worse, "worse: %zu", n[1]);
    snprintf(tied, sizeof tied, "tied: %zu", n[2]);
    snprintf(test, sizeof test, "black: means, 95 %% interval; p %s%.2g", c->p < 1e-3 ? "< " : "= ",
             fmax(c->p, 1e-3));
    const struct attune_legend_entry legend[] = {{better, attune_figure_color(0), 7},
                                                 {worse, attune_figure_color(1), 7},
                                                 {tied, attune_figure_color(7), 7},
                                                 {test, "#444444", 0}};
    const double width_cm = ATTUNE_FIGURE_COLUMN_CM;
    const double legend_cm = attune_plot_legend(NULL, legend, 4, width_cm);
    attune_figure_begin(figure, width_cm, panel_cm + 1.5 + legend_cm);
    const double bottom = 0.7 + legend_cm;
    struct attune_buf *s = &figure->script;
    attune_figure_colors(figure);
    attune_buf_add(s, "set multiplot\n");
    attune_plot_legend(figure, legend, 4, width_cm);
    attune_plot_title(figure, attune_plot_metric(in, 0), "", 34);
    attune_figure_panel(figure, 1.2, bottom, 5.4, bottom + panel_cm);
    add_values_panel(figure, in, pair, lo, hi);
    attune_buf_add(s, "unset label\nunset title\n");
    attune_figure_panel(figure, 6.7, bottom, width_cm - 0.2, bottom + panel_cm);
    add_differences_panel(figure, lo_d, hi_d);
    attune_buf_add(s, "unset multiplot\nset output\n");
    add_data(figure, in, c, v);
}

enum attune_code attune_plot_paired(struct attune_figure *figure,
                                    const struct attune_plot_input *in, struct attune_err *err)
{
    if (in->n_rows < 2 || (in->named && in->n_rows != 2)) {
        return attune_fail(err, ATTUNE_E_USAGE, "'paired' compares 2 models, not %zu", in->n_rows);
    }
    size_t pair[2];
    choose_pair(in, pair);
    struct attune_plot_input two = *in;
    two.rows = pair;
    two.n_rows = 2;
    struct attune_prompt_values values = {0};
    struct attune_contrasts contrasts = {0};
    const struct attune_contrast_options options = {.globs = attune_plot_metric(in, 0)->name,
                                                    .alpha = 0.05,
                                                    .seed = in->seed,
                                                    .n_threads = in->n_threads};
    const int64_t run = in->board->run->id;
    enum attune_code code = attune_contrasts_read(
        &contrasts, in->store, (struct attune_side){run, in->board->rows[pair[1]].name},
        (struct attune_side){run, in->board->rows[pair[0]].name}, &options, err);
    if (!code && (contrasts.n == 0 || contrasts.items[0].n == 0)) {
        code = attune_fail(err, ATTUNE_E_INPUT, "the two models have no value on a common prompt");
    }
    if (!code) {
        code = attune_prompt_values_read(&values, &two, in->metrics[0], ATTUNE_VALUES_PLAIN, err);
    }
    if (!code) {
        draw(figure, in, pair, &contrasts.items[0], &values);
    }
    attune_prompt_values_release(&values);
    attune_contrasts_release(&contrasts);
    return code;
}
