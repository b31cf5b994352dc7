/* Metrics by models as a heat map. */
#include <math.h>

#include "metrics/stats/order.h"
#include "reports/escape.h"
#include "reports/plots/plot.h"

static const double row_cm = 0.42, footer_cm = 0.5, name_cm_per_char = 0.125;

/* Badness turned into goodness: larger is better; NaN for descriptive metrics. */
static double goodness(const struct attune_metric_info *m, double mean)
{
    return strcmp(m->direction, "up") == 0       ? mean
           : strcmp(m->direction, "down") == 0   ? -mean
           : strcmp(m->direction, "target") == 0 ? -fabs(mean - m->target)
                                                 : NAN;
}

/* One line per cell: column, row, deviation, and the mean as text. */
static void add_row(struct attune_figure *figure, const struct attune_board *board,
                    const size_t *order, size_t metric, size_t line, double *good)
{
    const struct attune_metric_info *m = &board->metrics.items[metric];
    size_t n = 0;
    double largest = 0.0;
    for (size_t r = 0; r < board->n_rows; r++) {
        const struct attune_standing *s = attune_board_cell(board, metric, r);
        if (s->present && !isnan(s->mean)) {
            good[n++] = goodness(m, s->mean);
            largest = fmax(largest, fabs(s->mean));
        }
    }
    const double centre = n ? attune_mean(good, n) : 0.0, spread = attune_sd(good, n);
    const int decimals = largest >= 100.0 ? 0 : largest >= 10.0 ? 1 : largest >= 0.1 ? 2 : 3;
    for (size_t i = 0; i < board->n_rows; i++) {
        const struct attune_standing *s = attune_board_cell(board, metric, order[i]);
        const bool there = s->present && !isnan(s->mean);
        const double g = there ? goodness(m, s->mean) : NAN;
        const double z = isnan(g) || spread <= 1e-9 * fmax(1.0, largest)
                             ? 0.0
                             : fmax(-2.0, fmin(2.0, (g - centre) / spread));
        attune_buf_addf(&figure->data, "%zu\t%zu\t%.4f\t", i, line, isnan(g) ? NAN : z);
        if (there) {
            const struct attune_sheet_column column = {.n_decimals = decimals};
            attune_cell_number(&figure->data, &column, s->mean);
        } else {
            attune_buf_add(&figure->data, "\xe2\x80\x93");
        }
        attune_buf_addf(&figure->data, "\t%d\n", fabs(z) > 1.5);
    }
}

static double text_cm(size_t n_chars)
{
    return 0.2 + name_cm_per_char * (double)n_chars;
}

static void add_tics(struct attune_figure *figure, const struct attune_board *board,
                     const size_t *order, const size_t *metrics, size_t n_metrics)
{
    struct attune_buf *s = &figure->script;
    attune_buf_add(s, "set x2tics (");
    for (size_t i = 0; i < board->n_rows; i++) {
        attune_buf_add(s, i ? ", " : "");
        attune_figure_tic(figure, board->rows[order[i]].name);
        attune_buf_addf(s, " %zu", i);
    }
    attune_buf_add(s, ") rotate by 45 left noenhanced offset -0.3,-0.2\nset ytics (");
    for (size_t k = 0; k < n_metrics; k++) {
        const struct attune_metric_info *m = &board->metrics.items[metrics[k]];
        struct attune_buf label = ATTUNE_BUF_INIT;
        const struct attune_sheet_column column = {.direction = m->direction, .target = m->target};
        attune_buf_addf(&label, "%s ", m->title);
        attune_column_arrow(&label, &column);
        if (strcmp(m->unit, "1") != 0) {
            attune_buf_addf(&label, " (%s)", m->unit);
        }
        attune_buf_add(s, k ? ", " : "");
        attune_figure_tic(figure, attune_buf_text(&label));
        attune_buf_addf(s, " %zu", k);
        attune_buf_release(&label);
    }
    attune_buf_add(s, ") noenhanced\n");
}

enum attune_code attune_plot_heatmap(struct attune_figure *figure, const struct attune_board *board,
                                     const size_t *metrics, size_t n_metrics,
                                     struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    size_t *order = attune_alloc(board->n_rows, sizeof *order);
    double *good = attune_alloc(board->n_rows, sizeof *good);
    if (!order || !good) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
        goto out;
    }
    attune_board_order(board, metrics[0], order);
    size_t widest = 0, longest = 0;
    for (size_t k = 0; k < n_metrics; k++) {
        const struct attune_metric_info *m = &board->metrics.items[metrics[k]];
        const size_t unit = strcmp(m->unit, "1") ? strlen(m->unit) + 3 : 0;
        widest = strlen(m->title) + unit + 2 > widest ? strlen(m->title) + unit + 2 : widest;
    }
    for (size_t r = 0; r < board->n_rows; r++) {
        const size_t n = attune_text_width(board->rows[r].name);
        longest = n > longest ? n : longest;
    }
    const double left = fmin(5.0, text_cm(widest)),
                 top_cm = fmin(3.0, 0.3 + 0.72 * text_cm(longest));
    const double spill =
        fmin(2.0, 0.6 * text_cm(longest)); /* the last slanted name leans out to the right */
    const double cell_cm =
        fmax(0.75, fmin(1.2, (ATTUNE_FIGURE_COLUMN_CM - left - spill) / (double)board->n_rows));
    const double body_cm = row_cm * (double)n_metrics;
    attune_figure_begin(figure, left + cell_cm * (double)board->n_rows + spill,
                        top_cm + body_cm + footer_cm + 0.35);
    struct attune_buf *s = &figure->script;
    attune_figure_palette(figure, true);
    attune_figure_panel(figure, left, footer_cm + 0.35, figure->width_cm - spill,
                        footer_cm + 0.35 + body_cm);
    add_tics(figure, board, order, metrics, n_metrics);
    attune_buf_addf(
        s,
        "unset border\nset tics scale 0\nunset xtics\nset xrange [-0.5:%.1f]\nset x2range "
        "[-0.5:%.1f]\nset yrange [%.1f:-0.5]\nset cbrange [-2:2]\n"
        "set colorbox horizontal user origin screen %.4f,%.4f size screen %.4f,%.4f noborder\n"
        "set cbtics ('worse' -2, 'mean of the models' 0, 'better' 2) offset 0,0.25\n",
        (double)board->n_rows - 0.5, (double)board->n_rows - 0.5, (double)n_metrics - 0.5,
        left / figure->width_cm, 0.45 / figure->height_cm,
        (figure->width_cm - spill - left) / figure->width_cm, 0.18 / figure->height_cm);
    for (size_t k = 0; k < n_metrics; k++) {
        add_row(figure, board, order, metrics[k], k, good);
    }
    attune_buf_add(s, "set style fill solid noborder\nplot ");
    attune_figure_data_name(figure);
    attune_buf_add(
        s, " using 1:2:(0.48):(0.46):(0xeeeeee) with boxxyerror lc rgb variable, '' using "
           "1:2:(0.48):(0.46):3 with boxxyerror lc palette, '' using 1:2:4:($5 == 1 ? 0xffffff : "
           "0x222222) with labels noenhanced textcolor rgb variable\n");
out:
    attune_release(order);
    attune_release(good);
    return code;
}
