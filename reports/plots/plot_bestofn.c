/* Best-of-n: what the expected proxy and gold are for n candidates, by the unbiased estimator over
 * the candidates that a selecting model kept (`gold: METRIC` in the suite). Two panels over n, with
 * 95 % bootstrap bands over prompts and Gao's curve through the gold. */
#include <jansson.h>
#include <math.h>

#include "reports/best_of_n_curve.h"
#include "reports/plots/plot.h"

static const double panel_cm = 2.9, title_cm = 0.65, left_cm = 1.3;

static const char proxy_color[] = "#0072B2", gold_color[] = "#D55E00";

/* "Gold reward ↑ (logit)" of a metric that the run measured, else its name. */
static void reward_label(struct attune_buf *out, const struct attune_board *board, const char *name)
{
    for (size_t k = 0; k < board->metrics.n; k++) {
        if (strcmp(board->metrics.items[k].name, name) == 0) {
            attune_plot_metric_label(out, &board->metrics.items[k]);
            return;
        }
    }
    attune_buf_add(out, name);
}

/* The title of a panel; the gold's name stands in the model's spec. */
static void add_title(struct attune_figure *figure, const struct attune_board *board,
                      const struct attune_model_info *model, bool gold)
{
    struct attune_buf title = ATTUNE_BUF_INIT;
    json_t *spec = gold ? json_loads(model->spec, 0, NULL) : NULL;
    const char *watched = json_string_value(json_object_get(spec, "gold"));
    attune_buf_add(&title, gold ? "gold: " : "proxy: ");
    reward_label(&title, board,
                 gold ? (watched ? watched : "the reward that is watched")
                      : (model->selected_on ? model->selected_on : "the reward selected by"));
    attune_buf_add(&figure->script, "set title ");
    attune_figure_text(figure, attune_buf_text(&title));
    attune_buf_add(&figure->script, " noenhanced offset 0,-0.6\n");
    json_decref(spec);
    attune_figure_spend(figure, &title);
}

static void add_data(struct attune_figure *figure, const struct attune_best_of_n_curve *curve)
{
    attune_buf_add(&figure->data, "# n\tKL in nats\tproxy\tlow\thigh\tgold\tlow\thigh\tprompts\n");
    for (size_t k = 0; k < curve->n_points; k++) {
        const struct attune_gain *p = &curve->proxy[k], *g = &curve->gold[k];
        attune_buf_addf(&figure->data, "%.0f\t%.6f\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%zu\n",
                        curve->n[k], curve->d[k] * curve->d[k], p->mean, p->low, p->high, g->mean,
                        g->low, g->high, g->n);
    }
    attune_buf_add(&figure->data, "\n\n");
}

static void add_panel(struct attune_figure *figure, const struct attune_gain *rewards, size_t n,
                      double largest_n, double bottom_cm, bool gold,
                      const struct attune_overopt_fit *fit)
{
    struct attune_buf *s = &figure->script;
    double low = INFINITY, high = -INFINITY;
    for (size_t k = 0; k < n; k++) {
        low = fmin(low, fmin(rewards[k].mean, isnan(rewards[k].low) ? INFINITY : rewards[k].low));
        high =
            fmax(high, fmax(rewards[k].mean, isnan(rewards[k].high) ? -INFINITY : rewards[k].high));
    }
    attune_figure_panel(figure, left_cm, bottom_cm, figure->width_cm - 0.3, bottom_cm + panel_cm);
    attune_figure_axis(figure, 'y', low, high, panel_cm);
    attune_buf_addf(s, "set logscale x 2\nset xrange [0.9:%.6g]\nset grid ls 9\n%s",
                    1.1 * largest_n,
                    gold ? "set format x '%g'\nset xlabel 'candidates n' offset 0,0.4\n"
                         : "set format x ''\nunset xlabel\n");
    attune_buf_add(s, "set style fill transparent solid 0.18 noborder\nplot ");
    attune_figure_data_name(figure);
    attune_buf_addf(s, " index 0 using 1:%d:%d with filledcurves lc rgb '%s'", gold ? 7 : 4,
                    gold ? 8 : 5, gold ? gold_color : proxy_color);
    if (fit) { /* by way of the points: a line through both would hide it */
        attune_buf_addf(s,
                        ", %.10g + kl(x) * (%.10g - %.10g * kl(x)) with lines lw 1.2 lc rgb "
                        "'%s'",
                        rewards[0].mean, fit->a, fit->b, gold ? gold_color : proxy_color);
    }
    attune_buf_addf(s, ", '' index 0 using 1:%d with %s pt %d ps 0.7 lc rgb '%s'\n", gold ? 6 : 3,
                    fit ? "points" : "linespoints", gold ? 7 : 5, gold ? gold_color : proxy_color);
}

static void note_fit(struct attune_figure *figure, const char *what,
                     const struct attune_overopt_fit *fit, double largest_d)
{
    attune_figure_note(figure, "%s: R = d (%.4g - %.4g d), d = sqrt(KL); R2 %.4f", what, fit->a,
                       fit->b, fit->r2);
    if (fit->turns) {
        const double kl = fit->turning_d * fit->turning_d;
        attune_figure_note(figure, "%s turns at %.2f nats, n of some %.2g, by the fit%s", what, kl,
                           exp(kl + 1.0), fit->turning_d > largest_d ? ": beyond the data" : "");
    } else {
        attune_figure_note(figure, "%s: the fit has no turning point", what);
    }
}

static void draw(struct attune_figure *figure, const struct attune_plot_input *in,
                 const struct attune_model_info *model, const struct attune_best_of_n_curve *curve)
{
    struct attune_overopt_fit fits[2];
    const bool fitted =
        curve->n_points > 3 &&
        attune_best_of_n_curve_fit(curve, curve->proxy, &fits[0], NULL) == ATTUNE_OK &&
        attune_best_of_n_curve_fit(curve, curve->gold, &fits[1], NULL) == ATTUNE_OK;
    char pool[160];
    snprintf(pool, sizeof pool, "%zu prompts, %zu candidates each; 95 %% bands", curve->n_prompts,
             curve->smallest_pool);
    struct attune_legend_entry legend[3] = {
        {pool, "#444444", 0},
        {"line: d (a \xe2\x88\x92 b d), d = \xe2\x88\x9aKL", "#444444", 0},
        {"simulated rewards", "#444444", 0}};
    size_t n_legend = fitted ? 2 : 1;
    legend[n_legend] = legend[2];
    n_legend += model->simulated;
    const double width_cm = ATTUNE_FIGURE_COLUMN_CM;
    const double foot_cm = 1.05 + attune_plot_legend(NULL, legend, n_legend, width_cm);
    attune_figure_begin(figure, width_cm, foot_cm + 2.0 * (panel_cm + title_cm));
    attune_plot_legend(figure, legend, n_legend, width_cm);
    attune_buf_add(&figure->script,
                   "kl(n) = n < 1 ? 0 : sqrt(log(n) - (n - 1) / n)\nset samples 400\n"
                   "set multiplot\n");
    add_title(figure, in->board, model, false);
    add_panel(figure, curve->proxy, curve->n_points, curve->n[curve->n_points - 1],
              foot_cm + panel_cm + title_cm, false, fitted ? &fits[0] : NULL);
    attune_buf_add(&figure->script, "unset label\n");
    add_title(figure, in->board, model, true);
    add_panel(figure, curve->gold, curve->n_points, curve->n[curve->n_points - 1], foot_cm, true,
              fitted ? &fits[1] : NULL);
    attune_buf_add(&figure->script, "unset multiplot\nset output\n");
    add_data(figure, curve);
    const size_t last = curve->n_points - 1;
    attune_figure_note(figure, "%s, n = 1 to %.0f: proxy %.3f to %.3f, gold %.3f to %.3f",
                       model->name, curve->n[last], curve->proxy[0].mean, curve->proxy[last].mean,
                       curve->gold[0].mean, curve->gold[last].mean);
    if (fitted) {
        note_fit(figure, "proxy", &fits[0], curve->d[last]);
        note_fit(figure, "gold", &fits[1], curve->d[last]);
    }
}

enum attune_code attune_plot_bestofn(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err)
{
    enum attune_code code = ATTUNE_E_INPUT;
    attune_fail(err, code, "no model of run '%s' selects among candidates", in->board->run->name);
    attune_err_hint(err, "`best_of: N` with `select: METRIC` and `gold: METRIC` in the suite");
    for (size_t i = 0; i < in->n_rows && code == ATTUNE_E_INPUT; i++) {
        const struct attune_model_info *model = &in->board->models.items[in->rows[i]];
        struct attune_best_of_n_curve curve;
        if (!model->selected_on && !in->named) {
            continue;
        }
        code = attune_best_of_n_curve_read(&curve, in->store, in->board->run->id, model->name,
                                           in->seed, in->n_threads, err);
        if (!code) {
            draw(figure, in, model, &curve);
        }
    }
    return code;
}
