/* An audit as JSON. */
#include "metrics/metric.h"
#include "reports/sheets/audit_sheet.h"

#include <math.h>

static void add_key(struct attune_buf *out, const char *key)
{
    attune_buf_add(out, ", ");
    attune_buf_add_json(out, key);
    attune_buf_add(out, ": ");
}

static void add_number(struct attune_buf *out, const char *key, double value)
{
    add_key(out, key);
    attune_buf_add_double(out, value);
}

static void add_text(struct attune_buf *out, const char *key, const char *text)
{
    add_key(out, key);
    attune_buf_add_json(out, text);
}

/* Values per dose, null where no piece is defined. */
static void add_doses(struct attune_buf *out, const char *key,
                      const struct attune_audit_response *r, const double *values)
{
    add_key(out, key);
    for (int level = 0; level < ATTUNE_N_DOSES; level++) {
        attune_buf_add(out, level ? ", " : "[");
        attune_buf_add_double(out, r->n_defined[level] && r->n_defined[0] ? values[level] : NAN);
    }
    attune_buf_add(out, "]");
}

static const char *modality_name(enum attune_modality modality)
{
    return modality == ATTUNE_SYMBOLIC ? "symbolic" : "audio";
}

static void add_response(struct attune_buf *out, const struct attune_audit *audit,
                         const struct attune_audit_response *r)
{
    static const char *const verdicts[] = {"not declared", "holds", "lost", "unclear"};
    const struct attune_audit_series *series = &audit->series[r->series];
    attune_buf_add(out, "{\"damage\": ");
    attune_buf_add_json(out, series->damage->id);
    add_text(out, "modality", modality_name(series->seen_as));
    add_number(out, "tau", r->n ? r->tau : NAN);
    add_number(out, "tau_low", r->tau_interval.why ? NAN : r->tau_interval.low);
    add_number(out, "tau_high", r->tau_interval.why ? NAN : r->tau_interval.high);
    add_number(out, "curve_tau", r->curve_tau);
    add_number(out, "n", (double)r->n);
    add_doses(out, "mean", r, r->mean);
    add_doses(out, "auc", r, r->auc);
    add_key(out, "n_defined");
    for (int level = 0; level < ATTUNE_N_DOSES; level++) {
        attune_buf_addf(out, "%s%zu", level ? ", " : "[", r->n_defined[level]);
    }
    attune_buf_add(out, "]");
    add_text(out, "verdict", verdicts[r->verdict]);
    attune_buf_add(out, "}");
}

static void add_invariance(struct attune_buf *out, const struct attune_audit_invariance *v)
{
    attune_buf_add(out, "{\"change\": ");
    attune_buf_add_json(out, attune_audit_checks[v->check].id);
    add_number(out, "largest_change", v->largest_change);
    add_number(out, "typical_change", v->typical_change);
    add_number(out, "order", v->order);
    add_number(out, "n", (double)v->n);
    add_number(out, "n_lost", (double)v->n_lost);
    attune_buf_addf(out, ", \"promised\": %s, \"kept\": %s}", v->promised ? "true" : "false",
                    v->kept ? "true" : "false");
}

static void add_null(struct attune_buf *out, const struct attune_audit *audit,
                     const struct attune_audit_null_response *r)
{
    attune_buf_add(out, "{\"null\": ");
    attune_buf_add_json(out, audit->nulls[r->null].spec->id);
    add_text(out, "modality", modality_name(audit->nulls[r->null].seen_as));
    add_number(out, "mean", r->mean);
    add_number(out, "better_than", r->better_than);
    add_number(out, "n", (double)r->n);
    attune_buf_add(out, "}");
}

static void add_metric(struct attune_buf *out, const struct attune_audit *audit,
                       const struct attune_audit_summary *summary, size_t metric)
{
    const struct attune_metric *m = attune_metrics[audit->selection.index[metric]];
    char direction[32];
    attune_buf_add_json(out, m->id);
    attune_buf_addf(out, ": {\"version\": %d", m->version);
    add_text(out, "direction", attune_direction_text(m, direction, sizeof direction));
    attune_buf_add(out, ",\n   \"responses\": [");
    const char *separator = "\n    ";
    for (size_t k = 0; k < summary->n_responses; k++) {
        if (summary->responses[k].metric == metric) {
            attune_buf_add(out, separator);
            add_response(out, audit, &summary->responses[k]);
            separator = ",\n    ";
        }
    }
    attune_buf_add(out, "],\n   \"invariances\": [");
    separator = "\n    ";
    for (size_t k = 0; k < summary->n_invariances; k++) {
        if (summary->invariances[k].metric == metric) {
            attune_buf_add(out, separator);
            add_invariance(out, &summary->invariances[k]);
            separator = ",\n    ";
        }
    }
    attune_buf_add(out, "],\n   \"nulls\": [");
    separator = "\n    ";
    for (size_t k = 0; k < summary->n_nulls; k++) {
        if (summary->nulls[k].metric == metric) {
            attune_buf_add(out, separator);
            add_null(out, audit, &summary->nulls[k]);
            separator = ",\n    ";
        }
    }
    attune_buf_add(out, "]}");
}

void attune_audit_json(struct attune_buf *out, const struct attune_audit *audit,
                       const struct attune_audit_corpus *corpus,
                       const struct attune_audit_summary *summary)
{
    attune_buf_addf(out,
                    "{\"pieces\": %zu, \"skipped\": %zu, \"held\": %zu, \"lost\": %zu, "
                    "\"unclear\": %zu, \"promises\": %zu, \"broken\": %zu,\n \"metrics\": {",
                    corpus->n, corpus->n_skipped, summary->n_held, summary->n_lost,
                    summary->n_unclear, summary->n_promises, summary->n_broken);
    for (size_t i = 0; i < audit->selection.n; i++) {
        attune_buf_add(out, i ? ",\n  " : "\n  ");
        add_metric(out, audit, summary, i);
    }
    attune_buf_add(out, "}}\n");
}
