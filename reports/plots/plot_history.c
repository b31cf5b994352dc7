/* One metric from run to run: means with intervals, the level between the steps that a change-point
 * search finds, and at every step the run and the commit that made it. A panel per model. */
#include <math.h>

#include "reports/history.h"
#include "reports/plots/plot.h"

enum { MAX_PANELS = 4 };

static const double panel_cm = 3.6, title_cm = 0.9, foot_cm = 0.9, left_cm = 1.3;

/* Index, mean, low, high, level, step; one block per model. */
static void add_data(struct attune_figure *figure, const struct attune_history *h)
{
    attune_buf_add(&figure->data, "# index\tmean\tlow\thigh\tlevel\tstep\trun\tstarted\tcommit\n");
    for (size_t i = 0; i < h->n; i++) {
        const struct attune_history_point *p = &h->points[i];
        const double low = isnan(p->ci_low) ? p->mean : p->ci_low;
        const double high = isnan(p->ci_high) ? p->mean : p->ci_high;
        if (!isnan(p->p)) { /* the level jumps between two runs */
            attune_buf_add(&figure->data, "\n");
        }
        attune_buf_addf(&figure->data, "%zu\t%.10g\t%.10g\t%.10g\t%.10g\t%d\t%lld\t", i + 1,
                        p->mean, low, high, p->level, !isnan(p->p), (long long)p->run);
        attune_figure_data_text(figure, p->started);
        attune_buf_add(&figure->data, "\t");
        attune_figure_data_text(figure, p->commit);
        attune_buf_add(&figure->data, "\n");
    }
    attune_buf_add(&figure->data, "\n\n");
}

static void range_of(const struct attune_history *h, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < h->n; i++) {
        const struct attune_history_point *p = &h->points[i];
        *low = fmin(*low, fmin(p->mean, isnan(p->ci_low) ? p->mean : p->ci_low));
        *high = fmax(*high, fmax(p->mean, isnan(p->ci_high) ? p->mean : p->ci_high));
    }
}

/* Few runs by their number, so that the labels do not touch. */
static void add_run_tics(struct attune_figure *figure, const struct attune_history *h)
{
    const size_t every = (h->n + 11) / 12;
    attune_buf_add(&figure->script, "set xtics (");
    for (size_t i = 0; i < h->n; i += every) {
        attune_buf_addf(&figure->script, "%s'%lld' %zu", i ? ", " : "", (long long)h->points[i].run,
                        i + 1);
    }
    attune_buf_add(&figure->script, ")\n");
}

static void add_steps(struct attune_figure *figure, const struct attune_history *h)
{
    size_t line = 0;
    for (size_t i = 0; i < h->n; i++) {
        if (isnan(h->points[i].p)) {
            continue;
        }
        struct attune_buf text = ATTUNE_BUF_INIT;
        attune_history_step_text(&text, h, i);
        const double x = (double)i + 0.5;
        const bool left = i > h->n / 2;
        attune_buf_addf(&figure->script,
                        "set arrow from first %.4g,graph 0 to first %.4g,graph 1 nohead lc rgb "
                        "'#D55E00' dt 2\nset label ",
                        x, x);
        attune_figure_text(figure, attune_buf_text(&text));
        attune_buf_addf(&figure->script,
                        " at first %.4g,graph %.3f %s offset %s0.5,0 tc rgb '#D55E00' noenhanced\n",
                        x, 0.94 - 0.1 * (double)(line++ % 4), left ? "right" : "left",
                        left ? "-" : "");
        attune_figure_spend(figure, &text);
    }
}

static void add_panel(struct attune_figure *figure, const struct attune_plot_input *in,
                      const struct attune_history *h, size_t panel, size_t n_panels)
{
    struct attune_buf *s = &figure->script;
    const double top = figure->height_cm - title_cm - (double)panel * (panel_cm + title_cm);
    attune_buf_add(s, "unset arrow\nunset label\n");
    attune_figure_panel(figure, left_cm, top - panel_cm, figure->width_cm - 0.3, top);
    struct attune_buf title = ATTUNE_BUF_INIT;
    attune_buf_add(&title, ": ");
    attune_plot_name(&title, h->model, ATTUNE_PLOT_NAME_WIDTH);
    attune_plot_title(figure, attune_plot_metric(in, 0), attune_buf_text(&title), 60);
    attune_figure_spend(figure, &title);
    double low, high;
    range_of(h, &low, &high);
    attune_figure_axis(figure, 'y', low, high + 0.25 * (high - low), panel_cm);
    attune_buf_addf(s, "set xrange [0.5:%.1f]\nset grid ls 9\n%s", (double)h->n + 0.5,
                    panel + 1 == n_panels ? "set xlabel 'run' offset 0,0.4\n" : "unset xlabel\n");
    add_run_tics(figure, h);
    add_steps(figure, h);
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    attune_buf_addf(s,
                    " index %zu using 1:5 with lines lw 2 lc rgb '#D55E00', '' index %zu using "
                    "1:2:3:4 with yerrorbars pt 7 ps 0.4 lc rgb '#0072B2'\n",
                    panel, panel);
    add_data(figure, h);
}

enum attune_code attune_plot_history(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err)
{
    const size_t most = in->named ? MAX_PANELS : 1;
    const size_t n = in->n_rows < most ? in->n_rows : most;
    attune_figure_begin(figure, ATTUNE_FIGURE_PAGE_CM, foot_cm + (double)n * (panel_cm + title_cm));
    attune_buf_add(&figure->script, "set multiplot\n");
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < n && !code; i++) {
        struct attune_history history;
        code = attune_history_read(&history, in->store, in->board->run,
                                   in->board->rows[in->rows[i]].name,
                                   attune_plot_metric(in, 0)->name, in->seed, err);
        if (!code) {
            add_panel(figure, in, &history, i, n);
            attune_history_release(&history);
        }
    }
    attune_buf_add(&figure->script, "unset multiplot\nset output\n");
    return code;
}
