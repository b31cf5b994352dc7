/* Figures that look below the means: strips of prompts, win rates, critical differences. */
#include <math.h>

#include "base/rng.h"
#include "metrics/stats/nonparametric.h"
#include "metrics/stats/ranks.h"
#include "reports/escape.h"
#include "reports/plots/plot.h"

static const double alpha = 0.05, name_cm_per_char = 0.125;

static size_t find_metric(const struct attune_score_table *scores, const char *name)
{
    size_t k = 0;
    while (k < scores->metrics.n && strcmp(scores->metrics.items[k].name, name) != 0) {
        k++;
    }
    return k;
}

/* Prompt means of all models, turned so that larger is better: value, defined (n_models,
 * n_prompts). */
struct goodness {
    double *value;
    unsigned char *defined;
};

static enum attune_code goodness_init(struct goodness *g, const struct attune_score_table *scores,
                                      size_t metric, struct attune_err *err)
{
    const size_t n = scores->prompts.n;
    const char *direction = scores->metrics.items[metric].direction;
    const bool target = strcmp(direction, "target") == 0;
    const double sense = target || strcmp(direction, "down") == 0 ? -1.0 : 1.0;
    g->value = attune_alloc(scores->models.n, (n + 1) * sizeof *g->value);
    g->defined = attune_alloc(scores->models.n, n + 1);
    if (!g->value || !g->defined) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    for (size_t m = 0; m < scores->models.n; m++) {
        attune_prompt_means(scores, m, metric, target, g->value + m * n, g->defined + m * n);
        for (size_t p = 0; p < n; p++) {
            g->value[m * n + p] *= sense;
        }
    }
    return ATTUNE_OK;
}

static void goodness_release(struct goodness *g)
{
    attune_release(g->value);
    attune_release(g->defined);
}

static double widest_name_cm(const struct attune_score_table *scores)
{
    size_t widest = 4;
    for (size_t m = 0; m < scores->models.n; m++) {
        const size_t n = attune_text_width(scores->models.items[m].name);
        widest = n > widest ? n : widest;
    }
    return fmin(3.4, 0.25 + name_cm_per_char * (double)widest);
}

static void add_title(struct attune_figure *figure, const struct attune_metric_info *m,
                      const char *suffix)
{
    struct attune_buf title = ATTUNE_BUF_INIT;
    const struct attune_sheet_column column = {.direction = m->direction, .target = m->target};
    attune_buf_addf(&title, "%s ", m->title);
    attune_column_arrow(&title, &column);
    attune_buf_add(&title, suffix);
    attune_buf_add(&figure->script, "set title ");
    attune_figure_text(figure, attune_buf_text(&title));
    attune_buf_add(&figure->script, " noenhanced\n");
    attune_buf_release(&title);
}

/* ---- strips */

enum attune_code attune_plot_distribution(struct attune_figure *figure,
                                          const struct attune_board *board, size_t metric,
                                          const struct attune_score_table *scores,
                                          struct attune_err *err)
{
    const struct attune_metric_info *m = &board->metrics.items[metric];
    const size_t k = find_metric(scores, m->name), n = scores->prompts.n;
    size_t *order = attune_alloc(board->n_rows, sizeof *order);
    double *value = attune_alloc(n, sizeof *value);
    unsigned char *defined = attune_alloc(n, 1);
    enum attune_code code = ATTUNE_OK;
    if (!order || !value || !defined) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
        goto out;
    }
    attune_board_order(board, metric, order);
    const double left = widest_name_cm(scores), row_cm = 0.62;
    const double body_cm = row_cm * (double)board->n_rows;
    attune_figure_begin(figure, ATTUNE_FIGURE_COLUMN_CM, body_cm + 1.7);
    attune_figure_panel(figure, left, 0.9, figure->width_cm - 0.3, 0.9 + body_cm);
    add_title(figure, m, "");
    attune_buf_add(&figure->data, "# row\tprompt mean\tjitter\n");
    double smallest = INFINITY, largest = -INFINITY;
    struct attune_rng rng;
    attune_rng_init(&rng, 1, n);
    struct attune_buf *s = &figure->script;
    attune_buf_add(s, "set ytics (");
    for (size_t i = 0; i < board->n_rows; i++) {
        attune_buf_add(s, i ? ", " : "");
        attune_figure_tic(figure, board->rows[order[i]].name);
        attune_buf_addf(s, " %zu", i);
        attune_prompt_means(scores, order[i], k, false, value, defined);
        for (size_t p = 0; p < n; p++) {
            if (defined[p]) {
                attune_buf_addf(&figure->data, "%zu\t%.10g\t%.3f\n", i, value[p],
                                0.5 * attune_rng_uniform(&rng) - 0.25);
                smallest = fmin(smallest, value[p]);
                largest = fmax(largest, value[p]);
            }
        }
    }
    attune_buf_addf(s, ") noenhanced scale 0\nset yrange [%.1f:-0.6]\nset grid x ls 9\n",
                    (double)board->n_rows - 0.4);
    attune_figure_axis(figure, 'x', smallest, largest);
    attune_buf_add(s, "set xlabel ");
    attune_figure_text(figure, strcmp(m->unit, "1") ? m->unit : "mean of a prompt's seeds");
    attune_buf_add(s, " noenhanced offset 0,0.6\n");
    attune_buf_add(&figure->data, "\n\n# row\tmean\tci_low\tci_high\n");
    for (size_t i = 0; i < board->n_rows; i++) {
        const struct attune_standing *st = attune_board_cell(board, metric, order[i]);
        const double mean = st->present ? st->mean : NAN;
        attune_buf_addf(&figure->data, "%zu\t%.10g\t%.10g\t%.10g\n", i, mean,
                        isnan(st->ci_low) ? mean : st->ci_low,
                        isnan(st->ci_high) ? mean : st->ci_high);
    }
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    attune_buf_add(
        s, " index 0 using 2:($1 + $3) with points pt 7 ps 0.6 lc rgb '#9ecae1', '' index 1 using "
           "2:1:3:4 with xerrorbars pt 7 lw 1.6 lc rgb '#D55E00'\nset output\n");
out:
    attune_release(order);
    attune_release(value);
    attune_release(defined);
    return code;
}

/* ---- win rates */

static double win_rate(const struct goodness *g, size_t n_prompts, size_t a, size_t b)
{
    double wins = 0.0;
    size_t n = 0;
    for (size_t p = 0; p < n_prompts; p++) {
        const size_t i = a * n_prompts + p, j = b * n_prompts + p;
        if (g->defined[i] && g->defined[j]) {
            wins += g->value[i] > g->value[j] ? 1.0 : g->value[i] == g->value[j] ? 0.5 : 0.0;
            n++;
        }
    }
    return n ? wins / (double)n : NAN;
}

enum attune_code attune_plot_winrate(struct attune_figure *figure, const struct attune_board *board,
                                     size_t metric, const struct attune_score_table *scores,
                                     struct attune_err *err)
{
    const struct attune_metric_info *m = &board->metrics.items[metric];
    const size_t k = board->n_rows;
    struct goodness g = {0};
    size_t *order = attune_alloc(k, sizeof *order);
    enum attune_code code = goodness_init(&g, scores, find_metric(scores, m->name), err);
    if (!order && !code) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    if (code) {
        goto out;
    }
    attune_board_order(board, metric, order);
    const double left = widest_name_cm(scores), cell_cm = fmax(0.5, fmin(1.0, 5.2 / (double)k));
    const double body_cm = cell_cm * (double)k, names_cm = 0.3 + 0.72 * left;
    attune_figure_begin(figure, left + body_cm + 0.6 * left + 0.3, body_cm + names_cm + 1.2);
    attune_figure_panel(figure, left, 0.5, left + body_cm, 0.5 + body_cm);
    attune_figure_palette(figure, true);
    struct attune_buf *s = &figure->script;
    add_title(figure, m, ": share of prompts won by the row");
    for (int axis = 0; axis < 2; axis++) {
        attune_buf_add(s, axis ? "set ytics (" : "set x2tics (");
        for (size_t i = 0; i < k; i++) {
            attune_buf_add(s, i ? ", " : "");
            attune_figure_tic(figure, board->rows[order[i]].name);
            attune_buf_addf(s, " %zu", i);
        }
        attune_buf_add(s, axis ? ") noenhanced\n"
                               : ") rotate by 45 left noenhanced offset -0.3,-0.2\n");
    }
    attune_buf_addf(
        s,
        "unset border\nset tics scale 0\nunset xtics\nunset colorbox\nset cbrange [0:1]\n"
        "set xrange [-0.5:%.1f]\nset x2range [-0.5:%.1f]\nset yrange [%.1f:-0.5]\n"
        "set style fill solid noborder\nplot ",
        (double)k - 0.5, (double)k - 0.5, (double)k - 0.5);
    attune_figure_data_name(figure);
    attune_buf_add(s, " using 1:2:(0.48):(0.46):3 with boxxyerror lc palette, '' using "
                      "1:2:(sprintf('%.2f', $3)) with "
                      "labels noenhanced\nset output\n");
    attune_buf_add(&figure->data, "# column\trow\tshare won by the row\n");
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            const double share = i == j ? NAN : win_rate(&g, scores->prompts.n, order[i], order[j]);
            attune_buf_addf(&figure->data, "%zu\t%zu\t%.6g\n", j, i, share);
        }
    }
out:
    attune_release(order);
    goodness_release(&g);
    return code;
}

/* ---- critical differences */

/* Keeps the prompts on which every model has a value; returns their number. */
static size_t complete_prompts(struct goodness *g, size_t n_models, size_t n_prompts)
{
    size_t kept = 0;
    for (size_t p = 0; p < n_prompts; p++) {
        bool all = true;
        for (size_t m = 0; m < n_models; m++) {
            all = all && g->defined[m * n_prompts + p];
        }
        for (size_t m = 0; all && m < n_models; m++) {
            g->value[m * n_prompts + kept] = g->value[m * n_prompts + p];
        }
        kept += all;
    }
    for (size_t m = 1; m < n_models; m++) {
        memmove(g->value + m * kept, g->value + m * n_prompts, kept * sizeof *g->value);
    }
    memset(g->defined, 1, n_models * kept);
    return kept;
}

static void add_line(struct attune_buf *s, double x0, double y0, double x1, double y1,
                     const char *style)
{
    attune_buf_addf(s, "set arrow from %.5g,%.5g to %.5g,%.5g nohead %s\n", x0, y0, x1, y1, style);
}

/* The longest runs of neighbouring ranks in which no pair is separated. Returns how many bars were
 * drawn. */
static size_t add_cliques(struct attune_buf *s, const double *rank, const size_t *order,
                          const double *p, size_t k)
{
    size_t n_bars = 0, reached = 0;
    for (size_t i = 0; i < k; i++) {
        size_t end = i;
        for (bool alike = true; alike && end + 1 < k;) {
            for (size_t j = i; j <= end; j++) {
                alike = alike && p[order[j] * k + order[end + 1]] > alpha;
            }
            end += alike;
        }
        if (end > i && end > reached) {
            n_bars++;
            add_line(s, rank[order[i]] - 0.04, -0.45 * (double)n_bars, rank[order[end]] + 0.04,
                     -0.45 * (double)n_bars, "lw 4 lc rgb '#0072B2'");
            reached = end;
        }
    }
    return n_bars;
}

static void add_names(struct attune_figure *figure, const struct attune_board *board,
                      const double *rank, const size_t *order, size_t k, double below)
{
    struct attune_buf *s = &figure->script;
    for (size_t i = 0; i < k; i++) {
        const bool left = i < (k + 1) / 2;
        const double y = -below - (double)(left ? i : k - 1 - i);
        const double edge = left ? 0.9 : (double)k + 0.1;
        add_line(s, rank[order[i]], 0.0, rank[order[i]], y, "lw 0.8 lc rgb '#444444'");
        add_line(s, rank[order[i]], y, edge, y, "lw 0.8 lc rgb '#444444'");
        struct attune_buf text = ATTUNE_BUF_INIT;
        attune_buf_addf(&text, left ? "%s  %.2f" : "%2$.2f  %1$s", board->rows[order[i]].name,
                        rank[order[i]]);
        attune_buf_add(s, "set label ");
        attune_figure_text(figure, attune_buf_text(&text));
        attune_buf_addf(s, " at %.5g,%.5g %s noenhanced\n", left ? edge - 0.05 : edge + 0.05, y,
                        left ? "right" : "left");
        attune_buf_release(&text);
    }
}

enum attune_code attune_plot_critical_difference(struct attune_figure *figure,
                                                 const struct attune_board *board, size_t metric,
                                                 const struct attune_score_table *scores,
                                                 struct attune_err *err)
{
    const struct attune_metric_info *m = &board->metrics.items[metric];
    const size_t k = board->n_rows;
    struct goodness g = {0};
    struct attune_friedman friedman;
    double *rank = attune_alloc(k, sizeof *rank), *p = attune_alloc(k * k, sizeof *p);
    size_t *order = attune_alloc(k, sizeof *order);
    struct attune_rank *places = attune_alloc(k, sizeof *places);
    enum attune_code code = rank && p && order && places
                                ? goodness_init(&g, scores, find_metric(scores, m->name), err)
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    if (code) {
        goto out;
    }
    const size_t n = complete_prompts(&g, k, scores->prompts.n);
    code = attune_friedman(g.value, k, n, alpha, rank, &friedman, err);
    if (!code) {
        const struct attune_columns table = {g.value, g.defined, k, n};
        code = attune_rank_columns(&table, false, alpha, places, p, err);
    }
    if (code) {
        goto out;
    }
    for (size_t i = 0; i < k; i++) {
        size_t at = i;
        for (; at > 0 && rank[order[at - 1]] > rank[i]; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    struct attune_buf bars = ATTUNE_BUF_INIT; /* counted before the picture's size is settled */
    const double below = 0.8 + 0.45 * (double)add_cliques(&bars, rank, order, p, k);
    const double margin = widest_name_cm(scores) + 0.9, row_cm = 0.42;
    const double rows = below + 0.5 * (double)(k + 1);
    attune_figure_begin(figure, fmax(ATTUNE_FIGURE_COLUMN_CM, 2.0 * margin + 3.6),
                        row_cm * rows + 1.4);
    attune_figure_panel(figure, margin, 0.2, figure->width_cm - margin, 0.2 + row_cm * rows);
    struct attune_buf *s = &figure->script;
    char suffix[120];
    snprintf(suffix, sizeof suffix, ": mean rank over %zu prompts (Friedman p %s%.2g)", n,
             friedman.p < 1e-3 ? "< " : "= ", friedman.p < 1e-3 ? 1e-3 : friedman.p);
    add_title(figure, m, suffix);
    attune_buf_add(s, attune_buf_text(&bars));
    attune_buf_release(&bars);
    add_names(figure, board, rank, order, k, below);
    attune_buf_addf(
        s,
        "set border 4\nunset ytics\nunset xtics\nset x2tics 1\nset xrange [1:%zu]\nset x2range "
        "[1:%zu]\nset yrange [%.4g:0]\nset clip two\nplot NaN\nset output\n",
        k, k, -rows);
    attune_buf_add(&figure->data, "# mean rank\tmodel\n");
    for (size_t i = 0; i < k; i++) {
        attune_buf_addf(&figure->data, "%.6g\t", rank[order[i]]);
        attune_escape_terminal(&figure->data, board->rows[order[i]].name);
        attune_buf_add(&figure->data, "\n");
    }
out:
    attune_release(rank);
    attune_release(p);
    attune_release(order);
    attune_release(places);
    goodness_release(&g);
    return code;
}
