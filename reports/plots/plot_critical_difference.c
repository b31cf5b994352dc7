/* Mean ranks over the prompts, with bars that join models which Holm-corrected signed-rank tests
 * do not separate (Demsar 2006; Benavoli et al. 2016). */
#include <math.h>

#include "metrics/stats/cliques.h"
#include "metrics/stats/nonparametric.h"
#include "metrics/stats/ranks.h"
#include "reports/plots/plot.h"

static const double alpha = 0.05, name_row_cm = 0.36;

/* Keeps the prompts on which every model has a value; returns their number. */
static size_t complete_prompts(struct attune_prompt_values *v)
{
    size_t kept = 0;
    for (size_t p = 0; p < v->n_prompts; p++) {
        bool all = true;
        for (size_t m = 0; m < v->n_rows; m++) {
            all = all && v->defined[m * v->n_prompts + p];
        }
        for (size_t m = 0; all && m < v->n_rows; m++) {
            v->value[m * v->n_prompts + kept] = v->value[m * v->n_prompts + p];
        }
        kept += all;
    }
    for (size_t m = 1; m < v->n_rows; m++) {
        memmove(v->value + m * kept, v->value + m * v->n_prompts, kept * sizeof *v->value);
    }
    memset(v->defined, 1, v->n_rows * kept);
    return kept;
}

static void add_line(struct attune_buf *s, double x0, double y0, double x1, double y1,
                     const char *style)
{
    attune_buf_addf(s, "set arrow from %.5g,%.5g to %.5g,%.5g nohead %s\n", x0, y0, x1, y1, style);
}

/* Ranks, best first. */
struct ranking {
    double *mean, *p; /* (k,), (k, k) Holm-corrected */
    size_t *order;    /* (k,) */
    struct attune_rank *places;
    struct attune_clique *cliques; /* (n_cliques,) */
    size_t k, n_prompts, n_cliques;
    struct attune_friedman friedman;
};

static enum attune_code rank(struct ranking *r, struct attune_prompt_values *values,
                             struct attune_err *err)
{
    const size_t k = r->k = values->n_rows;
    r->mean = attune_alloc(k, sizeof *r->mean);
    r->p = attune_alloc(k * k, sizeof *r->p);
    r->order = attune_alloc(k, sizeof *r->order);
    r->places = attune_alloc(k, sizeof *r->places);
    r->cliques = attune_alloc(k, sizeof *r->cliques);
    if (!r->mean || !r->p || !r->order || !r->places || !r->cliques) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    r->n_prompts = complete_prompts(values);
    enum attune_code code =
        attune_friedman(values->value, k, r->n_prompts, alpha, r->mean, &r->friedman, err);
    if (!code) {
        const struct attune_columns table = {values->value, values->defined, k, r->n_prompts};
        code = attune_rank_columns(&table, false, alpha, r->places, r->p, err);
    }
    for (size_t i = 0; i < k && !code; i++) {
        size_t at = i;
        for (; at > 0 && r->mean[r->order[at - 1]] > r->mean[i]; at--) {
            r->order[at] = r->order[at - 1];
        }
        r->order[at] = i;
    }
    r->n_cliques = code ? 0 : attune_cliques(r->order, r->p, k, alpha, r->cliques);
    return code;
}

/* A bar per clique, step_rows apart. */
static void add_cliques(struct attune_buf *s, const struct ranking *r, double step_rows)
{
    for (size_t i = 0; i < r->n_cliques; i++) {
        const double y = -step_rows * (double)(i + 1), room = 0.005 * (double)r->k;
        add_line(s, r->mean[r->order[r->cliques[i].first]] - room, y,
                 r->mean[r->order[r->cliques[i].last]] + room, y, "lw 4 lc rgb '#0072B2' front");
    }
}

static void add_names(struct attune_figure *figure, const struct attune_plot_input *in,
                      const struct ranking *r, double below, double room)
{
    struct attune_buf *s = &figure->script;
    const size_t k = r->k;
    for (size_t i = 0; i < k; i++) {
        const bool left = i < (k + 1) / 2;
        const double at = r->mean[r->order[i]];
        const double y = -below - (double)(left ? i : k - 1 - i);
        const double edge = left ? 1.0 - room : (double)k + room;
        add_line(s, at, 0.0, at, y, "lw 0.8 lc rgb '#777777'");
        add_line(s, at, y, edge, y, "lw 0.8 lc rgb '#777777'");
        struct attune_buf text = ATTUNE_BUF_INIT;
        if (!left) {
            attune_buf_addf(&text, "%.2f  ", at);
        }
        attune_plot_name(&text, in->board->rows[in->rows[r->order[i]]].name,
                         ATTUNE_PLOT_NAME_WIDTH);
        if (left) {
            attune_buf_addf(&text, "  %.2f", at);
        }
        attune_buf_add(s, "set label ");
        attune_figure_text(figure, attune_buf_text(&text));
        attune_buf_addf(s, " at %.5g,%.5g %s offset %s0.6,0 noenhanced\n", edge, y,
                        left ? "right" : "left", left ? "-" : "");
        attune_figure_spend(figure, &text);
    }
}

static void draw(struct attune_figure *figure, const struct attune_plot_input *in,
                 const struct ranking *r)
{
    const size_t k = r->k;
    const double below = 0.9 + 0.4 * (double)r->n_cliques;
    const double margin = attune_plot_names_cm(in) + 0.8;
    const double rows = below + 0.5 * (double)(k + 1);
    /* Room between neighbouring ranks where there are many: up to two columns. */
    const double scale_cm = fmin(ATTUNE_FIGURE_PAGE_CM - 2.0 * margin,
                                 fmax(0.3 * (double)k, ATTUNE_FIGURE_COLUMN_CM - 2.0 * margin));
    attune_figure_begin(figure, 2.0 * margin + fmax(scale_cm, 2.0), name_row_cm * rows + 1.5);
    attune_figure_panel(figure, margin, 0.15, figure->width_cm - margin, 0.15 + name_row_cm * rows);
    struct attune_buf *s = &figure->script;
    char suffix[120];
    snprintf(suffix, sizeof suffix, ": mean rank over %zu prompts (Friedman p %s%.2g)",
             r->n_prompts, r->friedman.p < 1e-3 ? "< " : "= ",
             r->friedman.p < 1e-3 ? 1e-3 : r->friedman.p);
    attune_plot_title(figure, attune_plot_metric(in, 0), suffix,
                      (size_t)(figure->width_cm / attune_figure_text_cm(1)));
    add_cliques(s, r, 0.4);
    add_names(figure, in, r, below, 0.02 * (double)k);
    attune_buf_addf(s,
                    "set title offset 0,0.3\nset border 4\nunset ytics\nunset xtics\nset x2tics "
                    "%d\nset xrange [1:%zu]\nset x2range "
                    "[1:%zu]\nset yrange [%.4g:0]\nset clip two\nplot NaN\nset output\n",
                    k > 12 ? 5 : 1, k, k, -rows);
    attune_buf_add(&figure->data, "# mean rank\tmodel\n");
    for (size_t i = 0; i < k; i++) {
        attune_buf_addf(&figure->data, "%.6g\t", r->mean[r->order[i]]);
        attune_figure_data_text(figure, in->board->rows[in->rows[r->order[i]]].name);
        attune_buf_add(&figure->data, "\n");
    }
}

enum attune_code attune_plot_critical_difference(struct attune_figure *figure,
                                                 const struct attune_plot_input *in,
                                                 struct attune_err *err)
{
    struct attune_prompt_values values;
    struct ranking r = {0};
    enum attune_code code =
        attune_prompt_values_read(&values, in, in->metrics[0], ATTUNE_VALUES_TURNED, err);
    if (!code) {
        code = rank(&r, &values, err);
    }
    if (!code) {
        draw(figure, in, &r);
    }
    attune_release(r.mean);
    attune_release(r.p);
    attune_release(r.order);
    attune_release(r.places);
    attune_release(r.cliques);
    attune_prompt_values_release(&values);
    return code;
}
