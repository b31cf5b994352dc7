/* Metrics by models as a heat map. */
#include <math.h>

#include "metrics/stats/order.h"
#include "reports/escape.h"
#include "reports/plots/plot.h"

static const double row_cm = 0.44, narrow_cm = 0.36, footer_cm = 0.85;

/* One line per cell: column, row, deviation, the mean as text, whether the cell is dark. Returns
 * the characters of the longest number. */
static size_t add_row(struct attune_figure *figure, const struct attune_plot_input *in, size_t k,
                      double *good)
{
    const struct attune_metric_info *m = attune_plot_metric(in, k);
    size_t n = 0, longest = 1;
    double largest = 0.0;
    for (size_t i = 0; i < in->n_rows; i++) {
        const struct attune_standing *s = attune_board_cell(in->board, in->metrics[k], in->rows[i]);
        if (s->present && !isnan(s->mean)) {
            good[n++] = attune_plot_goodness(m, s->mean);
            largest = fmax(largest, fabs(s->mean));
        }
    }
    const double centre = n ? attune_mean(good, n) : 0.0, spread = attune_sd(good, n);
    const struct attune_sheet_column column = {.n_decimals = largest >= 100.0  ? 0
                                                             : largest >= 10.0 ? 1
                                                             : largest >= 0.1  ? 2
                                                                               : 3};
    struct attune_buf text = ATTUNE_BUF_INIT;
    for (size_t i = 0; i < in->n_rows; i++) {
        const struct attune_standing *s = attune_board_cell(in->board, in->metrics[k], in->rows[i]);
        const bool there = s->present && !isnan(s->mean);
        const double g = there ? attune_plot_goodness(m, s->mean) : NAN;
        const double z = isnan(g) || spread <= 1e-9 * fmax(1.0, largest)
                             ? 0.0
                             : fmax(-2.0, fmin(2.0, (g - centre) / spread));
        attune_buf_reset(&text);
        if (there) {
            attune_cell_number(&text, &column, s->mean);
        } else {
            attune_buf_add(&text, "\xe2\x80\x93");
        }
        longest = attune_text_width(attune_buf_text(&text)) > longest
                      ? attune_text_width(attune_buf_text(&text))
                      : longest;
        attune_buf_addf(&figure->data, "%zu\t%zu\t%.4f\t%s\t%d\n", i, k, isnan(g) ? NAN : z,
                        attune_buf_text(&text), fabs(z) > 1.5);
    }
    attune_figure_spend(figure, &text);
    return longest;
}

static size_t longest_label(const struct attune_plot_input *in)
{
    size_t longest = 0;
    struct attune_buf label = ATTUNE_BUF_INIT;
    for (size_t k = 0; k < in->n_metrics; k++) {
        attune_buf_reset(&label);
        attune_plot_metric_label(&label, attune_plot_metric(in, k));
        const size_t n = attune_text_width(attune_buf_text(&label));
        longest = n > longest ? n : longest;
    }
    attune_buf_release(&label);
    return longest;
}

static void add_metric_tics(struct attune_figure *figure, const struct attune_plot_input *in)
{
    struct attune_buf label = ATTUNE_BUF_INIT;
    attune_buf_add(&figure->script, "set ytics (");
    for (size_t k = 0; k < in->n_metrics; k++) {
        attune_buf_reset(&label);
        attune_plot_metric_label(&label, attune_plot_metric(in, k));
        attune_buf_add(&figure->script, k ? ", " : "");
        attune_figure_tic(figure, attune_buf_text(&label));
        attune_buf_addf(&figure->script, " %zu", k);
    }
    attune_buf_add(&figure->script, ") noenhanced\n");
    attune_figure_spend(figure, &label);
}

enum attune_code attune_plot_heatmap(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err)
{
    double *good = attune_alloc(in->n_rows, sizeof *good);
    if (!good) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    attune_buf_add(&figure->data, "# model\tmetric\tdeviation\tmean\tdark\n");
    size_t widest = 1;
    for (size_t k = 0; k < in->n_metrics; k++) {
        const size_t n = add_row(figure, in, k, good);
        widest = n > widest ? n : widest;
    }
    attune_release(good);
    const double n = (double)in->n_rows, names_cm = attune_plot_names_cm(in);
    const double left = fmin(5.5, 0.25 + attune_figure_text_cm(longest_label(in)));
    const double lean = 0.72 * names_cm; /* the last slanted name leans out to the right */
    /* Numbers where they fit the page; without them cells are narrow. */
    const double number_cm = attune_figure_text_cm(widest) + 0.12;
    const bool numbers = left + number_cm * n + lean <= ATTUNE_FIGURE_PAGE_CM;
    const double cell_cm = fmax(numbers ? number_cm : narrow_cm,
                                fmin(1.2, (ATTUNE_FIGURE_COLUMN_CM - left - lean) / n));
    const double body_cm = row_cm * (double)in->n_metrics, width_cm = cell_cm * n;
    /* The scale is as wide as its three words at least. */
    const double scale_cm = fmin(8.0, fmax(width_cm, attune_figure_text_cm(33)));
    attune_figure_begin(figure, left + fmax(width_cm + lean, scale_cm + 0.5),
                        0.25 + lean + body_cm + footer_cm);
    struct attune_buf *s = &figure->script;
    attune_figure_palette(figure, true);
    attune_figure_panel(figure, left, footer_cm, left + width_cm, footer_cm + body_cm);
    attune_plot_name_tics(figure, in, "x2", false);
    add_metric_tics(figure, in);
    attune_buf_addf(
        s,
        "unset border\nset tics scale 0\nunset xtics\nset xrange [-0.5:%.1f]\nset x2range "
        "[-0.5:%.1f]\nset yrange [%.1f:-0.5]\nset cbrange [-2:2]\n"
        "set colorbox horizontal user origin screen %.4f,%.4f size screen %.4f,%.4f noborder\n"
        "set cbtics ('worse' -2, 'mean of the models' 0, 'better' 2) offset 0,0.25\n"
        "set style fill solid noborder\nplot ",
        n - 0.5, n - 0.5, (double)in->n_metrics - 0.5, left / figure->width_cm,
        0.5 / figure->height_cm, scale_cm / figure->width_cm, 0.18 / figure->height_cm);
    attune_figure_data_name(figure);
    attune_buf_add(s, " using 1:2:(0.48):(0.46):(0xeeeeee) with boxxyerror lc rgb variable, '' "
                      "using 1:2:(0.48):(0.46):3 with boxxyerror lc palette");
    attune_buf_add(s, numbers ? ", '' using 1:2:4:($5 == 1 ? 0xffffff : 0x222222) with labels "
                                "noenhanced textcolor rgb variable\n"
                              : "\n");
    attune_buf_add(s, "set output\n");
    return ATTUNE_OK;
}
