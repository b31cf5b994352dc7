/* The agreement of metrics with people as a table, JSON, CSV and a figure. */
#include "cli/prefs_agree.h"
#include "cli/report_common.h"

#include <math.h>

#include "base/mem.h"
#include "base/text.h"
#include "reports/plots/plot_prefs.h"

/* Three decimals; a probability with three digits. */
static void cell(struct attune_buf *out, double value, bool probability, int width)
{
    char text[48] = "-";
    if (isfinite(value) && probability) {
        snprintf(text, sizeof text, "%.3g", value);
    } else if (isfinite(value)) {
        snprintf(text, sizeof text, "%.3f", value);
    }
    attune_buf_addf(out, " %*s", width, text);
}

static void print_table(struct attune_buf *out, const struct attune_agreeing *a)
{
    const char *axis = "";
    for (size_t i = 0; i < a->n_raters; i++) {
        attune_buf_addf(out, "%s%s: Krippendorff's alpha %.4f, split halves %.4f\n",
                        i ? "" : "raters among themselves\n  ", a->raters[i].axis,
                        a->raters[i].alpha, a->raters[i].reliability);
        attune_buf_add(out, i + 1 < a->n_raters ? "  " : "\n");
    }
    for (size_t i = 0; i < a->n_rows; i++) {
        const struct attune_agree_row *r = &a->rows[i];
        if (strcmp(axis, r->axis) != 0) {
            axis = r->axis;
            attune_buf_addf(out, "%s%-34s %8s %13s %6s %6s %6s %6s %8s %6s %7s %6s\n",
                            i ? "\n" : "", axis, "accuracy", "95 %", "AUC", "tau-b", "rho", "r",
                            "p Holm", "n", "sys rho", "n");
        }
        attune_buf_addf(out, "  %-32.32s", r->name);
        cell(out, r->samples.accuracy.value, false, 8);
        char interval[32] = "-";
        if (isfinite(r->samples.accuracy.low)) {
            snprintf(interval, sizeof interval, "%.3f..%.3f", r->samples.accuracy.low,
                     r->samples.accuracy.high);
        }
        attune_buf_addf(out, " %13s", interval);
        cell(out, r->samples.auc, false, 6);
        cell(out, r->samples.tau.value, false, 6);
        cell(out, r->samples.rho.value, false, 6);
        cell(out, r->samples.r.value, false, 6);
        cell(out, r->p, true, 8);
        attune_buf_addf(out, " %6zu", r->samples.n);
        cell(out, r->systems.rho.value, false, 7);
        attune_buf_addf(out, " %6zu\n", r->systems.n);
    }
    attune_buf_add(out, "\nMetrics are turned so that better is higher. Accuracy: pairs in the "
                        "people's order; sys: means of\nsystems against their mean rating, or "
                        "their Bradley-Terry rating.\n");
}

static void add_estimate(struct attune_buf *out, const char *key, struct attune_estimate e)
{
    const double parts[] = {e.value, e.low, e.high};
    const char *const suffix[] = {"", "_low", "_high"};
    for (int i = 0; i < 3; i++) {
        attune_buf_addf(out, ", \"%s%s\": ", key, suffix[i]);
        attune_buf_add_double(out, parts[i]);
    }
}

static void add_agreement(struct attune_buf *out, const char *key, const struct attune_agreement *g)
{
    attune_buf_addf(out, ", \"%s\": {\"n\": %zu", key, g->n);
    add_estimate(out, "accuracy", g->accuracy);
    attune_buf_add(out, ", \"auc\": ");
    attune_buf_add_double(out, g->auc);
    add_estimate(out, "tau", g->tau);
    add_estimate(out, "rho", g->rho);
    add_estimate(out, "r", g->r);
    attune_buf_add(out, ", \"p\": ");
    attune_buf_add_double(out, g->p);
    attune_buf_add(out, "}");
}

static void print_json(struct attune_buf *out, const struct attune_agreeing *a)
{
    attune_buf_add(out, "{\"raters\": [");
    for (size_t i = 0; i < a->n_raters; i++) {
        attune_buf_add(out, i ? ",\n  {\"axis\": " : "\n  {\"axis\": ");
        attune_buf_add_json(out, a->raters[i].axis);
        attune_buf_add(out, ", \"alpha\": ");
        attune_buf_add_double(out, a->raters[i].alpha);
        attune_buf_add(out, ", \"split_half\": ");
        attune_buf_add_double(out, a->raters[i].reliability);
        attune_buf_add(out, "}");
    }
    attune_buf_add(out, "],\n \"agreement\": [");
    for (size_t i = 0; i < a->n_rows; i++) {
        attune_buf_add(out, i ? ",\n  {\"axis\": " : "\n  {\"axis\": ");
        attune_buf_add_json(out, a->rows[i].axis);
        attune_buf_add(out, ", \"metric\": ");
        attune_buf_add_json(out, a->rows[i].name);
        attune_buf_add(out, ", \"p_holm\": ");
        attune_buf_add_double(out, a->rows[i].p);
        add_agreement(out, "samples", &a->rows[i].samples);
        add_agreement(out, "systems", &a->rows[i].systems);
        attune_buf_add(out, "}");
    }
    attune_buf_add(out, "\n ]}\n");
}

static void print_csv(struct attune_buf *out, const struct attune_agreeing *a)
{
    attune_buf_add(out, "axis,metric,n,accuracy,accuracy_low,accuracy_high,auc,tau,rho,rho_low,"
                        "rho_high,r,p,p_holm,n_systems,system_tau,system_rho,system_r\n");
    for (size_t i = 0; i < a->n_rows; i++) {
        const struct attune_agree_row *r = &a->rows[i];
        const struct attune_agreement *s = &r->samples, *y = &r->systems;
        const double values[] = {(double)s->n, s->accuracy.value, s->accuracy.low,
                                 s->accuracy.high, s->auc, s->tau.value, s->rho.value, s->rho.low,
                                 s->rho.high, s->r.value, s->p, r->p, (double)y->n, y->tau.value,
                                 y->rho.value, y->r.value};
        attune_buf_add_csv(out, r->axis);
        attune_buf_add(out, ",");
        attune_buf_add_csv(out, r->name);
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            attune_buf_add(out, ",");
            if (isfinite(values[k])) {
                attune_buf_add_double(out, values[k]);
            }
        }
        attune_buf_add(out, "\n");
    }
}

/* Accuracies with intervals; filled where Holm's p is below .05. */
static enum attune_code plot(const struct attune_agreeing *a, struct attune_err *err)
{
    struct attune_figure figure = {0};
    struct attune_plotted *rows = attune_alloc(a->n_rows, sizeof *rows);
    char(*names)[128] = attune_alloc(a->n_rows, sizeof *names);
    size_t n = 0;
    enum attune_code code = rows && names ? attune_figure_init(&figure, a->o->plot, NULL, err)
                                          : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    const bool several = a->n_rows && strcmp(a->rows[0].axis, a->rows[a->n_rows - 1].axis) != 0;
    for (size_t i = 0; i < a->n_rows && !code; i++) {
        const struct attune_agree_row *r = &a->rows[i];
        if (isfinite(r->samples.accuracy.value)) {
            snprintf(names[n], sizeof *names, "%.40s%s%.80s", several ? r->axis : "",
                     several ? ": " : "", r->name);
            rows[n] = (struct attune_plotted){names[n], r->samples.accuracy.value,
                                              r->samples.accuracy.low, r->samples.accuracy.high,
                                              r->p < 0.05};
            n++;
        }
    }
    if (!code && n == 0) {
        code = attune_fail(err, ATTUNE_E_INCONCLUSIVE, "no agreement to draw");
    }
    code = code ? code
                : attune_plot_intervals(&figure, "Pairs in the people's order", rows, n, 0.5, err);
    code = code ? code : attune_figure_write(&figure, NULL, err);
    attune_say_warnings(&figure);
    attune_figure_release(&figure);
    attune_release(rows);
    attune_release(names);
    return code;
}

enum attune_code attune_agree_print(const struct attune_agreeing *a, struct attune_err *err)
{
    struct attune_buf out = ATTUNE_BUF_INIT;
    if (strcmp(a->o->format, "json") == 0) {
        print_json(&out, a);
    } else if (strcmp(a->o->format, "csv") == 0) {
        print_csv(&out, a);
    } else {
        print_table(&out, a);
    }
    fputs(attune_buf_text(&out), stdout);
    const bool failed = out.failed;
    attune_buf_release(&out);
    return failed       ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
           : a->o->plot ? plot(a, err)
                        : ATTUNE_OK;
}
