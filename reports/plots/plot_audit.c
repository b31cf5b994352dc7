/* Dose and response as small multiples: one panel per metric, one line per damage that it declares
 * to answer for, over the dose the probability that a clean piece scores better than a damaged one.
 */
#include "reports/plots/plot_audit.h"

#include <math.h>

#include "metrics/metric.h"

enum { PANELS_PER_ROW = 3 };

static const double panel_cm = 3.4, gap_cm = 1.0, left_cm = 0.9, header_cm = 0.9, footer_cm = 0.8;

static bool is_shown(const struct attune_audit_response *r, size_t metric)
{
    return r->metric == metric && r->verdict != ATTUNE_AUDIT_NOT_DECLARED && r->n_defined[0] > 0;
}

static size_t n_lines(const struct attune_audit_summary *summary, size_t metric)
{
    size_t n = 0;
    for (size_t k = 0; k < summary->n_responses; k++) {
        n += is_shown(&summary->responses[k], metric);
    }
    return n;
}

/* One block: dose, AUC, mean, pieces. */
static void add_data(struct attune_figure *figure, const char *metric, const char *damage,
                     const struct attune_audit_response *r)
{
    attune_buf_addf(&figure->data, "# %s, %s\n# dose\tauc\tmean\tn\n", metric, damage);
    for (int level = 0; level < ATTUNE_N_DOSES; level++) {
        if (r->n_defined[level] > 0) {
            attune_buf_addf(&figure->data, "%g\t%.6g\t%.9g\t%zu\n",
                            (double)level / (ATTUNE_N_DOSES - 1), r->auc[level], r->mean[level],
                            r->n_defined[level]);
        }
    }
    attune_buf_add(&figure->data, "\n\n");
}

/* The panel's place in the grid, then its lines; returns the data blocks used so far. */
static size_t add_panel(struct attune_figure *figure, const struct attune_audit *audit,
                        const struct attune_audit_summary *summary, size_t metric, size_t place,
                        double height_cm, size_t block)
{
    const struct attune_metric *m = attune_metrics[audit->selection.index[metric]];
    const double width_cm = ATTUNE_FIGURE_PAGE_CM / PANELS_PER_ROW;
    const double left = width_cm * (double)(place % PANELS_PER_ROW) + left_cm;
    const double top =
        height_cm - header_cm - (panel_cm + gap_cm) * (double)(place / PANELS_PER_ROW);
    attune_figure_panel(figure, left, top - panel_cm, left + width_cm - left_cm - 0.2, top);
    attune_buf_add(&figure->script, "set title ");
    attune_figure_text(figure, m->id);
    attune_buf_add(&figure->script,
                   " noenhanced offset 0,-0.6\nplot 0.5 notitle lc rgb '#999999' dt 3");
    for (size_t k = 0; k < summary->n_responses; k++) {
        const struct attune_audit_response *r = &summary->responses[k];
        if (!is_shown(r, metric)) {
            continue;
        }
        const struct attune_audit_series *series = &audit->series[r->series];
        attune_buf_add(&figure->script, ", ");
        attune_figure_data_name(figure);
        attune_buf_addf(&figure->script,
                        " index %zu using 1:2 with lines lw 1.5 dt %d lc rgb '%s' title ", block++,
                        series->seen_as == ATTUNE_SYMBOLIC ? 1 : 2,
                        attune_figure_color((size_t)(series->damage - attune_damages)));
        attune_figure_text(figure, series->damage->title);
        attune_buf_add(&figure->script, " noenhanced");
        add_data(figure, m->id, series->damage->id, r);
    }
    attune_buf_add(&figure->script, "\n");
    return block;
}

enum attune_code attune_plot_audit(struct attune_figure *figure, const struct attune_audit *audit,
                                   const struct attune_audit_summary *summary,
                                   struct attune_err *err)
{
    size_t n_panels = 0, place = 0, block = 0;
    for (size_t metric = 0; metric < audit->selection.n; metric++) {
        n_panels += n_lines(summary, metric) > 0;
    }
    if (n_panels == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "no declared response to draw");
    }
    const size_t n_rows = (n_panels + PANELS_PER_ROW - 1) / PANELS_PER_ROW;
    const double height_cm = header_cm + footer_cm + (panel_cm + gap_cm) * (double)n_rows;
    attune_figure_begin(figure, ATTUNE_FIGURE_PAGE_CM, height_cm);
    attune_buf_add(&figure->script,
                   "set multiplot\nset xrange [0:1]\nset yrange [0:1.02]\nset xtics 0.5\n"
                   "set ytics 0.5\nset key bottom right samplen 1 spacing 0.8 font ',6'\n");
    for (size_t metric = 0; metric < audit->selection.n; metric++) {
        if (n_lines(summary, metric) > 0) {
            block = add_panel(figure, audit, summary, metric, place++, height_cm, block);
        }
    }
    attune_buf_add(&figure->script, "unset multiplot\n");
    return ATTUNE_OK;
}
