/* Over-optimisation within one method: gains over the base in proxy and gold against d = sqrt(KL),
 * a panel per family of models that differ in one knob alone, with Gao's curves: d (a - b d) for
 * best-of-n, d (a - b ln d) for trained policies. */
#include <math.h>

#include "models/align/overoptimisation.h"
#include "reports/gains.h"
#include "reports/plots/plot.h"

enum { MAX_PANELS = 6 };

static const double left_cm = 1.15, gap_cm = 0.85, title_cm = 1.0, axis_cm = 0.85;
static const char *const names[2] = {"proxy", "gold"};
static const char *const colors[2] = {"#0072B2", "#D55E00"};

struct family {
    const char *name;
    enum attune_overopt_form form;
    size_t *rows; /* (n,) by divergence */
    size_t n;
    double *d;                    /* (n,) */
    struct attune_gain *gains[2]; /* (n,) proxy, gold */
    bool fitted[2];
    struct attune_overopt_fit fit[2];
};

static bool usable(const struct attune_board *board, size_t row)
{
    const struct attune_model_info *m = &board->models.items[row];
    return m->family && m->divergence > 0.0 && attune_model_base(&board->models, row) != SIZE_MAX;
}

/* The members of a family among the rows, by divergence. */
static void gather(const struct attune_plot_input *in, struct family *f)
{
    const struct attune_model_info *models = in->board->models.items;
    for (size_t i = 0; i < in->n_rows; i++) {
        const size_t row = in->rows[i];
        if (!usable(in->board, row) || strcmp(models[row].family, f->name) != 0) {
            continue;
        }
        size_t at = f->n++;
        for (; at > 0 && models[f->rows[at - 1]].divergence > models[row].divergence; at--) {
            f->rows[at] = f->rows[at - 1];
        }
        f->rows[at] = row;
        f->form = strcmp(models[row].method, "inference") == 0 ? ATTUNE_OVEROPT_BEST_OF_N
                                                               : ATTUNE_OVEROPT_RL;
    }
    for (size_t i = 0; i < f->n; i++) {
        f->d[i] = sqrt(models[f->rows[i]].divergence);
    }
}

static enum attune_code measure(const struct attune_plot_input *in, struct family *f, double *gain,
                                struct attune_err *err)
{
    for (int r = 0; r < 2; r++) {
        const char *metric = attune_plot_metric(in, (size_t)r)->name;
        size_t k = 0;
        while (strcmp(in->scores->metrics.items[k].name, metric) != 0) {
            k++;
        }
        enum attune_code code = attune_gains_read(in->scores, k, f->rows, f->n, in->seed,
                                                  in->n_threads, f->gains[r], err);
        if (code) {
            return code;
        }
        for (size_t i = 0; i < f->n; i++) {
            gain[i] = f->gains[r][i].mean;
        }
        f->fitted[r] = attune_overopt_fit(f->form, f->d, gain, f->n, &f->fit[r], NULL) == ATTUNE_OK;
    }
    return ATTUNE_OK;
}

static bool drawn(const struct attune_plot_input *in, size_t row)
{
    for (size_t i = 0; i < in->n_rows; i++) {
        if (in->rows[i] == row) {
            return true;
        }
    }
    return false;
}

/* The families of the rows in the order of the suite: the first MAX_PANELS into out, the number of
 * all is returned. */
static size_t list_families(const struct attune_plot_input *in, const char **out)
{
    const struct attune_model_info *models = in->board->models.items;
    size_t n = 0;
    for (size_t row = 0; row < in->board->n_rows; row++) {
        bool known = !drawn(in, row) || !usable(in->board, row);
        for (size_t i = 0; i < row && !known; i++) {
            known = drawn(in, i) && usable(in->board, i) &&
                    strcmp(models[i].family, models[row].family) == 0;
        }
        if (!known && n < MAX_PANELS) {
            out[n] = models[row].family;
        }
        n += !known;
    }
    return n;
}

/* ---- drawing */

static void note(struct attune_figure *figure, const struct family *f)
{
    attune_figure_note(figure, "%s: %zu models", f->name, f->n);
    for (int r = 0; r < 2; r++) {
        const struct attune_overopt_fit *fit = &f->fit[r];
        if (!f->fitted[r]) {
            attune_figure_note(figure, "  %s: no fit (3 points of different KL are needed)",
                               names[r]);
            continue;
        }
        char turn[80] = "no turning point";
        if (fit->turns) {
            snprintf(turn, sizeof turn, "turns at %.3g nats, gain %+.3f%s",
                     fit->turning_d * fit->turning_d, fit->turning_reward,
                     fit->turning_d > f->d[f->n - 1] ? ", beyond the data" : "");
        }
        attune_figure_note(figure, "  %s: R = d (%.4g - %.4g %s), R2 %.3f, %s", names[r], fit->a,
                           fit->b, f->form == ATTUNE_OVEROPT_BEST_OF_N ? "d" : "ln d", fit->r2,
                           turn);
    }
}

static void add_data(struct attune_figure *figure, const struct attune_plot_input *in,
                     const struct family *f)
{
    attune_buf_add(&figure->data, "# d\tproxy\tlow\thigh\tgold\tlow\thigh\tKL in nats\tmodel\n");
    for (size_t i = 0; i < f->n; i++) {
        attune_buf_addf(&figure->data, "%.6g", f->d[i]);
        for (int r = 0; r < 2; r++) {
            const struct attune_gain *g = &f->gains[r][i];
            attune_buf_addf(&figure->data, "\t%.6g\t%.6g\t%.6g", g->mean,
                            isnan(g->low) ? g->mean : g->low, isnan(g->high) ? g->mean : g->high);
        }
        attune_buf_addf(&figure->data, "\t%.6g\t", f->d[i] * f->d[i]);
        attune_figure_data_text(figure, in->board->rows[f->rows[i]].name);
        attune_buf_add(&figure->data, "\n");
    }
    attune_buf_add(&figure->data, "\n\n");
}

/* The family's name over what the gold's fit says. */
static void add_title(struct attune_figure *figure, const struct family *f)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_plot_name(&text, f->name, ATTUNE_PLOT_NAME_WIDTH);
    attune_buf_add(&figure->script, "set title ");
    attune_figure_text(figure, attune_buf_text(&text));
    attune_buf_reset(&text);
    const struct attune_overopt_fit *fit = &f->fit[1];
    if (!f->fitted[1]) {
        attune_buf_add(&text, "too few points to fit");
    } else if (fit->turns && fit->turning_d <= f->d[f->n - 1]) {
        attune_buf_addf(&text, "R\xc2\xb2 %.2f, turns at %.3g nats", fit->r2,
                        fit->turning_d * fit->turning_d);
    } else {
        attune_buf_addf(&text, "R\xc2\xb2 %.2f, no turn yet", fit->r2);
    }
    attune_buf_add(&figure->script, ".\"\\n\".");
    attune_figure_text(figure, attune_buf_text(&text));
    attune_buf_add(&figure->script, " noenhanced offset 0,-0.6\n");
    attune_figure_spend(figure, &text);
}

static void add_panel(struct attune_figure *figure, const struct family *f, size_t index,
                      const double box[4], const char *unit, bool y_label)
{
    struct attune_buf *s = &figure->script;
    double low = 0.0, high = 0.0;
    for (size_t i = 0; i < f->n; i++) {
        for (int r = 0; r < 2; r++) {
            const struct attune_gain *g = &f->gains[r][i];
            low = fmin(low, isnan(g->low) ? g->mean : g->low);
            high = fmax(high, isnan(g->high) ? g->mean : g->high);
        }
    }
    attune_figure_panel(figure, box[0], box[1], box[2], box[3]);
    add_title(figure, f);
    attune_figure_axis(figure, 'y', low, high, box[3] - box[1]);
    attune_figure_axis(figure, 'x', 0.0, f->d[f->n - 1], box[2] - box[0]);
    attune_buf_addf(s, "set xrange [0:%.6g]\nset grid ls 9\nset xzeroaxis lc rgb '#777777'\n",
                    1.06 * f->d[f->n - 1]);
    attune_buf_add(s, "set xlabel '\xe2\x88\x9aKL (\xe2\x88\x9anats)' offset 0,0.5\n");
    if (y_label) {
        attune_buf_addf(s, "set ylabel 'gain over the base%s' noenhanced offset 0.6,0\n", unit);
    } else {
        attune_buf_add(s, "unset ylabel\n");
    }
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    for (int r = 0; r < 2; r++) {
        attune_buf_addf(s,
                        "%s index %zu using 1:%d:%d:%d with yerrorbars pt %d ps 0.6 lw 0.9 lc rgb "
                        "'%s'",
                        r ? ", ''" : "", index, 2 + 3 * r, 3 + 3 * r, 4 + 3 * r, r ? 7 : 5,
                        colors[r]);
    }
    for (int r = 0; r < 2; r++) {
        if (f->fitted[r]) {
            attune_buf_addf(s,
                            ", (x > 0 ? x * (%.10g - (%.10g) * %s) : 0) with lines lw 1.3 dt %d lc "
                            "rgb '%s'",
                            f->fit[r].a, f->fit[r].b,
                            f->form == ATTUNE_OVEROPT_BEST_OF_N ? "x" : "log(x)", r ? 1 : 2,
                            colors[r]);
        }
    }
    attune_buf_add(s, "\n");
}

/* What the vertical axis is measured in: nothing where proxy and gold differ in that. */
static void axis_unit(const struct attune_plot_input *in, char out[32])
{
    const char *units[2] = {attune_plot_metric(in, 0)->unit, attune_plot_metric(in, 1)->unit};
    const bool same = strcmp(units[0], units[1]) == 0 && strcmp(units[0], "1") != 0;
    const bool plain = strspn(units[0], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/") ==
                       strlen(units[0]);
    out[0] = '\0';
    if (same && plain) {
        snprintf(out, 32, " (%.20s)", units[0]);
    }
}

static void draw(struct attune_figure *figure, const struct attune_plot_input *in,
                 const struct family *families, size_t n)
{
    struct attune_buf labels[2] = {ATTUNE_BUF_INIT, ATTUNE_BUF_INIT};
    bool simulated = false, any[2] = {false, false};
    for (size_t k = 0; k < n; k++) {
        any[families[k].form == ATTUNE_OVEROPT_RL] = true;
        for (size_t i = 0; i < families[k].n; i++) {
            simulated = simulated || in->board->rows[families[k].rows[i]].simulated;
        }
    }
    struct attune_legend_entry legend[5];
    size_t n_legend = 0;
    for (int r = 0; r < 2; r++) {
        attune_buf_addf(&labels[r], "%s: %s", names[r], attune_plot_metric(in, (size_t)r)->name);
        legend[n_legend++] =
            (struct attune_legend_entry){attune_buf_text(&labels[r]), colors[r], r ? 7 : 5};
    }
    legend[n_legend++] = (struct attune_legend_entry){
        any[0] && any[1] ? "lines: d (a \xe2\x88\x92 b ln d), best-of-n d (a \xe2\x88\x92 b d)"
        : any[0]         ? "lines: d (a \xe2\x88\x92 b d)"
                         : "lines: d (a \xe2\x88\x92 b ln d)",
        "#444444", 0};
    legend[n_legend++] = (struct attune_legend_entry){"R\xc2\xb2 and turn: of gold", "#444444", 0};
    if (simulated) {
        legend[n_legend++] = (struct attune_legend_entry){"simulated rewards", "#444444", 0};
    }
    char unit[32];
    axis_unit(in, unit);
    const size_t n_columns = n > 1 ? 2 : 1, n_lines = (n + n_columns - 1) / n_columns;
    const double width_cm = ATTUNE_FIGURE_COLUMN_CM;
    const double wide =
        n > 1 ? (width_cm - left_cm - gap_cm - 0.3) / 2.0 : width_cm - left_cm - 0.3;
    const double high = n > 1 ? 2.9 : 4.2;
    const double foot_cm = attune_plot_legend(NULL, legend, n_legend, width_cm);
    attune_figure_begin(figure, width_cm,
                        foot_cm + 0.15 + (double)n_lines * (high + title_cm + axis_cm));
    attune_plot_legend(figure, legend, n_legend, width_cm);
    attune_buf_add(&figure->script, "set samples 400\nset multiplot\n");
    for (size_t k = 0; k < n; k++) {
        const double x = left_cm + (double)(k % n_columns) * (wide + gap_cm);
        const double y = figure->height_cm - (double)(k / n_columns + 1) * (high + title_cm) -
                         (double)(k / n_columns) * axis_cm;
        add_panel(figure, &families[k], k, (double[]){x, y, x + wide, y + high}, unit,
                  k % n_columns == 0);
        attune_buf_add(&figure->script, k == 0 ? "unset label\n" : "");
        add_data(figure, in, &families[k]);
        note(figure, &families[k]);
    }
    attune_buf_add(&figure->script, "unset multiplot\nset output\n");
    attune_figure_spend(figure, &labels[0]);
    attune_figure_spend(figure, &labels[1]);
}

static enum attune_code no_family(const struct attune_plot_input *in, struct attune_err *err)
{
    attune_fail(err, ATTUNE_E_INPUT,
                "run '%s' has no family of models with a base and a divergence from it",
                in->board->run->name);
    attune_err_hint(err, "`family: NAME` and `base: MODEL` in the suite; workers report `logprob` "
                         "and `ref_logprob`");
    return ATTUNE_E_INPUT;
}

enum attune_code attune_plot_overopt(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err)
{
    if (in->n_metrics < 2) {
        attune_fail(err, ATTUNE_E_USAGE, "'overopt' needs 2 metrics, the proxy and the gold");
        attune_err_hint(err, "--metrics PROXY,GOLD");
        return ATTUNE_E_USAGE;
    }
    const char *found[MAX_PANELS];
    struct family families[MAX_PANELS] = {{0}};
    const size_t n_all = list_families(in, found), n = n_all < MAX_PANELS ? n_all : MAX_PANELS;
    if (n == 0) {
        return no_family(in, err);
    }
    enum attune_code code = ATTUNE_OK;
    struct attune_arena arena = {0};
    double *gain = attune_arena_alloc(&arena, in->n_rows, sizeof *gain);
    for (size_t k = 0; k < n && !code; k++) {
        struct family *f = &families[k];
        *f =
            (struct family){.name = found[k],
                            .rows = attune_arena_alloc(&arena, in->n_rows, sizeof *f->rows),
                            .d = attune_arena_alloc(&arena, in->n_rows, sizeof *f->d),
                            .gains = {attune_arena_alloc(&arena, in->n_rows, sizeof *f->gains[0]),
                                      attune_arena_alloc(&arena, in->n_rows, sizeof *f->gains[1])}};
        if (!gain || !f->rows || !f->d || !f->gains[0] || !f->gains[1]) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
        } else {
            gather(in, f);
            code = measure(in, f, gain, err);
        }
    }
    if (!code) {
        draw(figure, in, families, n);
    }
    if (!code && n < n_all) {
        attune_figure_note(figure,
                           "%zu families, the first %zu are drawn; name the models of others to "
                           "see them",
                           n_all, n);
    }
    attune_arena_release(&arena);
    return code;
}
