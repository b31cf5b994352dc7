/* The alignment tax as a heat map: models by the metrics that they were not optimised on. Colour:
 * the change against the base in standard deviations of the base's prompts, vermillion better; a
 * dot where a paired, corrected test separates the two. Grey: no value; a cross: optimised on. */
#include <math.h>

#include "reports/escape.h"
#include "reports/plots/plot.h"
#include "reports/tax.h"

enum { MOST = 20 };

static const double row_cm = 0.34, foot_cm = 0.85;

static void add_data(struct attune_figure *figure, const struct attune_plot_input *in,
                     const struct attune_tax *tax)
{
    attune_buf_add(&figure->data, "# metric\tmodel\tstandardised\tverdict\toptimised\tchange\tlow\t"
                                  "high\tp (Holm)\tmetric\tmodel\n");
    for (size_t i = 0; i < tax->n_rows; i++) {
        for (size_t k = 0; k < tax->n_metrics; k++) {
            const struct attune_tax_cell *c = &tax->cells[i * tax->n_metrics + k];
            const bool there = c->state == ATTUNE_TAX_MEASURED;
            attune_buf_addf(&figure->data, "%zu\t%zu\t%.4f\t%d\t%d\t%.6g\t%.6g\t%.6g\t%.4g\t", k, i,
                            there ? fmax(-1.0, fmin(1.0, c->standard)) : NAN,
                            there ? c->verdict : 0, c->state == ATTUNE_TAX_OPTIMISED,
                            there ? c->change : NAN, there ? c->low : NAN, there ? c->high : NAN,
                            there ? c->p_holm : NAN);
            attune_figure_data_text(figure, in->board->metrics.items[tax->metrics[k]].name);
            attune_buf_add(&figure->data, "\t");
            attune_figure_data_text(figure, in->board->rows[tax->rows[i]].name);
            attune_buf_add(&figure->data, "\n");
        }
    }
}

static void add_notes(struct attune_figure *figure, const struct attune_plot_input *in,
                      const struct attune_tax *tax)
{
    attune_figure_note(figure,
                       "%zu models; %zu of %zu metrics drawn; Holm over all metrics of a model",
                       tax->n_rows, tax->n_metrics, tax->n_considered);
    for (size_t i = 0; i < tax->n_rows; i++) {
        attune_figure_note(figure, "%s: %zu better, %zu worse than %s",
                           in->board->rows[tax->rows[i]].name, tax->n_better[i], tax->n_worse[i],
                           in->board->rows[tax->rows[i]].base);
    }
}

/* Characters of the longest metric name, and tics with all of them. */
static size_t add_metric_tics(struct attune_figure *figure, const struct attune_plot_input *in,
                              const struct attune_tax *tax, bool write)
{
    size_t longest = 1;
    struct attune_buf name = ATTUNE_BUF_INIT;
    attune_buf_add(&figure->script, write ? "set x2tics (" : "");
    for (size_t k = 0; k < tax->n_metrics; k++) {
        attune_buf_reset(&name);
        attune_plot_name(&name, in->board->metrics.items[tax->metrics[k]].name, 32);
        const size_t width = attune_text_width(attune_buf_text(&name));
        longest = width > longest ? width : longest;
        if (write) {
            attune_buf_add(&figure->script, k ? ", " : "");
            attune_figure_tic(figure, attune_buf_text(&name));
            attune_buf_addf(&figure->script, " %zu", k);
        }
    }
    attune_buf_add(&figure->script,
                   write ? ") rotate by 90 left noenhanced scale 0 offset 0,-0.2\n" : "");
    attune_figure_spend(figure, &name);
    return longest;
}

static void draw(struct attune_figure *figure, const struct attune_plot_input *in,
                 const struct attune_tax *tax)
{
    const struct attune_plot_input shown = {
        .board = in->board, .rows = tax->rows, .n_rows = tax->n_rows};
    const double left = attune_plot_names_cm(&shown), width_cm = ATTUNE_FIGURE_COLUMN_CM;
    const double head = 0.3 + 0.85 * attune_figure_text_cm(add_metric_tics(figure, in, tax, false));
    const double cell_cm = fmin(0.6, (width_cm - left - 0.3) / (double)tax->n_metrics);
    const double body_cm = row_cm * (double)tax->n_rows;
    const struct attune_legend_entry legend[] = {
        {"separated from the base (Holm, 5 %)", "#222222", 7},
        {"optimised on", "#222222", 2},
        {"simulated rewards", "#222222", 0}};
    const size_t n_legend = attune_plot_is_simulated(in) ? 3 : 2;
    const double legend_cm = attune_plot_legend(NULL, legend, n_legend, width_cm);
    attune_figure_begin(figure, width_cm, legend_cm + foot_cm + body_cm + head);
    attune_plot_legend(figure, legend, n_legend, width_cm);
    struct attune_buf *s = &figure->script;
    attune_figure_palette(figure, true);
    const double bottom = legend_cm + foot_cm;
    attune_figure_panel(figure, left, bottom, left + cell_cm * (double)tax->n_metrics,
                        bottom + body_cm);
    attune_plot_name_tics(figure, &shown, "y", false);
    add_metric_tics(figure, in, tax, true);
    attune_buf_addf(
        s,
        "unset border\nset tics scale 0\nunset xtics\nset xrange [-0.5:%.1f]\nset x2range "
        "[-0.5:%.1f]\nset yrange [%.1f:-0.5]\nset cbrange [-1:1]\n"
        "set colorbox horizontal user origin screen %.4f,%.4f size screen %.4f,%.4f noborder\n"
        "set cbtics ('1 sd worse' -1, 'base' 0, '1 sd better' 1) offset 0,0.25\n"
        "set style fill solid noborder\nplot ",
        (double)tax->n_metrics - 0.5, (double)tax->n_metrics - 0.5, (double)tax->n_rows - 0.5,
        1.2 / width_cm, (legend_cm + 0.5) / figure->height_cm, 6.0 / width_cm,
        0.18 / figure->height_cm);
    attune_figure_data_name(figure);
    attune_buf_add(s,
                   " using 1:2:(0.47):(0.45):(0xeeeeee) with boxxyerror lc rgb variable, '' using "
                   "1:2:(0.47):(0.45):3 with boxxyerror lc palette, '' using 1:($4 != 0 ? $2 : "
                   "NaN) with points pt 7 ps 0.35 lc rgb '#222222', '' using 1:($5 == 1 ? $2 : "
                   "NaN) with points pt 2 ps 0.8 lc rgb '#222222'\nset output\n");
    add_data(figure, in, tax);
    add_notes(figure, in, tax);
}

enum attune_code attune_plot_tax(struct attune_figure *figure, const struct attune_plot_input *in,
                                 struct attune_err *err)
{
    struct attune_tax tax;
    size_t *rows = attune_alloc(in->board->n_rows, sizeof *rows);
    if (!rows) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    for (size_t i = 0; i < in->n_rows; i++) { /* unless named in the order of the suite, where
                                                 families stand together */
        rows[i] = in->named ? in->rows[i] : i;
    }
    enum attune_code code =
        attune_tax_read(&tax, in->board, in->store, rows, in->n_rows, in->metrics, in->n_metrics,
                        MOST, in->seed, in->n_threads, err);
    if (!code && tax.n_metrics == 0) {
        code = attune_fail(err, ATTUNE_E_USAGE,
                           "metrics of whole sets have no value per prompt to compare");
    } else if (!code) {
        draw(figure, in, &tax);
    }
    if (!code) {
        attune_tax_release(&tax);
    }
    attune_release(rows);
    return code;
}
