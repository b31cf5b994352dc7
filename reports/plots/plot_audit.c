/* Dose and response as small multiples: a row per metric, a column per damage, and in each cell,
 * over the dose, the probability that a clean piece scores better than a damaged one. All cells
 * share one coordinate system (column, row), so that hundreds of them are one plot. */
#include "reports/plots/plot_audit.h"

#include <math.h>

#include "base/mem.h"

#include "metrics/metric.h"

static const double row_cm = 0.52, widest_cm = 1.2, narrowest_cm = 0.42, footer_cm = 1.6;

/* Room that a curve takes of its cell. */
#define INSIDE 0.84

/* A line's look; in the order in which they are drawn. */
enum look { FRAME, SILENT, HOLDS, LOST, UNCLEAR, N_LOOKS };
static const struct {
    const char *style, *title; /* title NULL: not in the key */
} looks[N_LOOKS] = {
    [FRAME] = {"lw 0.5 lc rgb '#cccccc'", NULL},
    [SILENT] = {"lw 1 lc rgb '#aaaaaa'", "no response declared"},
    [HOLDS] = {"lw 1.8 lc rgb '#0072b2'", "declared, holds"},
    [LOST] = {"lw 1.8 lc rgb '#d55e00'", "declared, lost"},
    [UNCLEAR] = {"lw 1.8 lc rgb '#e69f00'", "declared, too few pieces to tell"},
};

static enum look look_of(const struct attune_audit_response *r)
{
    switch (r->verdict) {
    case ATTUNE_AUDIT_HOLDS:
        return HOLDS;
    case ATTUNE_AUDIT_LOST:
        return LOST;
    case ATTUNE_AUDIT_UNCLEAR:
        return UNCLEAR;
    default:
        return SILENT;
    }
}

/* Where the parts of the picture stand. */
struct layout {
    const struct attune_audit *audit;
    const struct attune_audit_summary *summary;
    size_t *row;       /* (selection.n,) of each metric, SIZE_MAX: not shown */
    size_t n_rows;
    double left_cm, cell_cm, lean_cm; /* labels, width of a cell, height of the slanted names */
};

/* Audio stands apart from notes by half a column. */
static double column_of(const struct layout *l, size_t series)
{
    bool gap = false;
    for (size_t i = 1; i <= series; i++) {
        gap = gap || l->audit->series[i].seen_as != l->audit->series[i - 1].seen_as;
    }
    return (double)series + (gap ? 0.5 : 0.0);
}

static const struct attune_metric *metric_of(const struct attune_audit *audit, size_t metric)
{
    return attune_metrics[audit->selection.index[metric]];
}

/* Metrics that declare a response that was looked at get a row. False: out of memory. */
static bool lay_out(struct layout *l)
{
    size_t longest = 0, longest_name = 0;
    l->row = attune_alloc(l->audit->selection.n, sizeof *l->row);
    for (size_t metric = 0; l->row && metric < l->audit->selection.n; metric++) {
        l->row[metric] = SIZE_MAX;
        for (size_t k = 0; k < l->summary->n_responses && l->row[metric] == SIZE_MAX; k++) {
            const struct attune_audit_response *r = &l->summary->responses[k];
            if (r->metric == metric && r->verdict != ATTUNE_AUDIT_NOT_DECLARED) {
                const size_t length = strlen(metric_of(l->audit, metric)->id);
                l->row[metric] = l->n_rows++;
                longest = length > longest ? length : longest;
            }
        }
    }
    for (size_t i = 0; i < l->audit->n_series; i++) {
        const size_t length = strlen(l->audit->series[i].damage->title);
        longest_name = length > longest_name ? length : longest_name;
    }
    l->left_cm = 0.3 + attune_figure_text_cm(longest);
    l->lean_cm = 0.3 + 0.72 * attune_figure_text_cm(longest_name);
    const double room = ATTUNE_FIGURE_PAGE_CM - l->left_cm - l->lean_cm;
    l->cell_cm = fmax(narrowest_cm, fmin(widest_cm, room / (double)l->audit->n_series));
    return l->row != NULL;
}

/* One point: place, then what it means. */
static void add_point(struct attune_buf *data, double column, double row, double dose, double auc)
{
    attune_buf_addf(data, "%.4f\t%.4f\t%g\t%.4g\n", column + INSIDE * (dose - 0.5),
                    row - INSIDE * (auc - 0.5), dose, auc);
}

/* The curve of a response, or the line of chance in its cell. */
static void add_curve(struct attune_figure *figure, const struct layout *l,
                      const struct attune_audit_response *r, bool chance)
{
    const double column = column_of(l, r->series), row = (double)l->row[r->metric];
    attune_buf_addf(&figure->data, "# %s, %s\n", metric_of(l->audit, r->metric)->id,
                    l->audit->series[r->series].damage->id);
    for (int level = 0; level < ATTUNE_N_DOSES; level++) {
        if (!chance && r->n_defined[level] > 0) {
            const double dose = (double)level / (ATTUNE_N_DOSES - 1);
            add_point(&figure->data, column, row, dose, r->auc[level]);
        }
    }
    if (chance) {
        add_point(&figure->data, column, row, 0.0, 0.5);
        add_point(&figure->data, column, row, 1.0, 0.5);
    }
    attune_buf_add(&figure->data, "\n");
}

/* One index of the data per look, so that each is one plot command with one line in the key. */
static void add_curves(struct attune_figure *figure, const struct layout *l)
{
    attune_buf_add(&figure->data, "# column\trow\tdose\tAUC\n");
    for (int look = 0; look < N_LOOKS; look++) {
        attune_buf_add(&figure->data, "NaN\tNaN\tNaN\tNaN\n\n"); /* no index is empty */
        for (size_t k = 0; k < l->summary->n_responses; k++) {
            const struct attune_audit_response *r = &l->summary->responses[k];
            if (l->row[r->metric] != SIZE_MAX && (look == FRAME || look == (int)look_of(r))) {
                add_curve(figure, l, r, look == FRAME);
            }
        }
        attune_buf_add(&figure->data, "\n");
    }
}

static void add_labels(struct attune_figure *figure, const struct layout *l)
{
    struct attune_buf *s = &figure->script;
    attune_buf_add(s, "set ytics (");
    for (size_t metric = 0, n = 0; metric < l->audit->selection.n; metric++) {
        if (l->row[metric] != SIZE_MAX) {
            attune_buf_add(s, n++ ? ", " : "");
            attune_figure_tic(figure, metric_of(l->audit, metric)->id);
            attune_buf_addf(s, " %zu", l->row[metric]);
        }
    }
    attune_buf_add(s, ") noenhanced\nset x2tics (");
    for (size_t i = 0; i < l->audit->n_series; i++) {
        attune_buf_add(s, i ? ", " : "");
        attune_figure_tic(figure, l->audit->series[i].damage->title);
        attune_buf_addf(s, " %.1f", column_of(l, i));
    }
    attune_buf_add(s, ") rotate by 45 left offset -0.3,-0.2 noenhanced\n");
    for (size_t i = 0; i < l->audit->n_series; i++) {
        const enum attune_modality seen_as = l->audit->series[i].seen_as;
        if (i == 0 || l->audit->series[i - 1].seen_as != seen_as) {
            attune_buf_addf(s, "set label '%s' at first %.2f,%.2f left\n",
                            seen_as == ATTUNE_SYMBOLIC ? "seen as notes" : "seen as audio",
                            column_of(l, i) - 0.5, (double)l->n_rows + 0.1);
        }
    }
    attune_buf_addf(s,
                    "set label 'In each cell: dose 0 to 1 to the right, the probability that a "
                    "clean piece scores better than a damaged one (0 to 1, grey: 1/2) upwards.' at "
                    "screen %.4f,%.4f left\n",
                    0.2 / figure->width_cm, 0.2 / figure->height_cm);
}

enum attune_code attune_plot_audit(struct attune_figure *figure, const struct attune_audit *audit,
                                   const struct attune_audit_summary *summary,
                                   struct attune_err *err)
{
    struct layout l = {.audit = audit, .summary = summary};
    if (!lay_out(&l)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    if (l.n_rows == 0) {
        attune_release(l.row);
        return attune_fail(err, ATTUNE_E_INPUT, "no declared response to draw");
    }
    const double n_columns = column_of(&l, audit->n_series - 1) + 1.0;
    const double body_cm = row_cm * (double)l.n_rows, width_cm = l.cell_cm * n_columns;
    attune_figure_begin(figure, fmax(l.left_cm + width_cm + l.lean_cm, ATTUNE_FIGURE_PAGE_CM),
                        footer_cm + body_cm + l.lean_cm);
    attune_figure_panel(figure, l.left_cm, footer_cm, l.left_cm + width_cm, footer_cm + body_cm);
    add_labels(figure, &l);
    add_curves(figure, &l);
    struct attune_buf *s = &figure->script;
    attune_buf_addf(s,
                    "unset border\nset tics scale 0\nunset xtics\nset xrange [-0.5:%.1f]\nset "
                    "x2range [-0.5:%.1f]\nset yrange [%.1f:-0.5]\n"
                    "set key maxrows 1 left Left reverse at screen %.4f,%.4f samplen 2 "
                    "width -2\nplot ",
                    n_columns - 0.5, n_columns - 0.5, (double)l.n_rows - 0.5,
                    0.2 / figure->width_cm, 0.75 / figure->height_cm);
    for (int look = 0; look < N_LOOKS; look++) {
        attune_buf_add(s, look ? ", " : "");
        attune_figure_data_name(figure);
        attune_buf_addf(s, " index %d using 1:2 with lines %s ", look, looks[look].style);
        attune_buf_add(s, looks[look].title ? "title '" : "notitle");
        attune_buf_add(s, looks[look].title ? looks[look].title : "");
        attune_buf_add(s, looks[look].title ? "'" : "");
    }
    attune_buf_add(s, "\nset output\n");
    attune_release(l.row);
    return ATTUNE_OK;
}
