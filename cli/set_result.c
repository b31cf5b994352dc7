/* Values of set metrics, printed. */
#include "cli/set_result.h"

#include <math.h>

static void print_result_json(struct attune_buf *out, const struct attune_set_result *r, size_t n,
                              size_t m)
{
    const struct attune_set_value *v = &r->value;
    attune_buf_addf(out, "\"%s\": {\"value\": ", r->id);
    if (v->value.state == ATTUNE_DEFINED) {
        attune_buf_add_double(out, v->value.v);
    } else {
        attune_buf_add(out, "null, \"undefined\": ");
        attune_buf_add_json(out, v->value.why);
    }
    if (v->value.state == ATTUNE_DEFINED && !v->ci_why) {
        attune_buf_add(out, ", \"ci_low\": ");
        attune_buf_add_double(out, v->ci_low);
        attune_buf_add(out, ", \"ci_high\": ");
        attune_buf_add_double(out, v->ci_high);
    } else {
        attune_buf_add(out, ", \"ci_low\": null, \"ci_high\": null");
    }
    attune_buf_addf(out, ", \"n\": [%zu, %zu]", n, m);
    for (size_t i = 0; i < v->n_details; i++) {
        attune_buf_addf(out, ", \"%s\": ", v->detail[i].key);
        attune_buf_add_double(out, v->detail[i].v);
    }
    attune_buf_add(out, "}");
}

enum attune_code attune_set_results_evaluate(const char *globs, struct attune_set_pair *pair,
                                             struct attune_set_result *results, size_t *n_results,
                                             struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    *n_results = 0;
    for (size_t i = 0; i < attune_n_set_metrics && !code; i++) {
        const struct attune_set_metric *metric = attune_set_metrics[i];
        if (attune_glob_list(globs, metric->id)) {
            struct attune_set_result *r = &results[(*n_results)++];
            r->id = metric->id;
            r->show_details = metric->needs_features;
            code = attune_set_metric_eval(metric, pair, &r->value, err);
        }
    }
    if (!code && *n_results == 0) {
        code = attune_fail(err, ATTUNE_E_USAGE, "no set metric matches '%s'", globs);
        attune_err_hint(err, "they begin with 'set.', such as set.fad");
    }
    return code;
}

bool attune_set_results_need_features(const char *globs)
{
    for (size_t i = 0; i < attune_n_set_metrics; i++) {
        if (attune_set_metrics[i]->needs_features &&
            attune_glob_list(globs, attune_set_metrics[i]->id)) {
            return true;
        }
    }
    return false;
}

void attune_set_results_json(struct attune_buf *out, const struct attune_set_result *results,
                             size_t n_results, size_t n, size_t m, const char *between)
{
    attune_buf_add(out, "\"metrics\": {");
    for (size_t i = 0; i < n_results; i++) {
        attune_buf_add(out, i ? "," : "");
        attune_buf_add(out, between);
        print_result_json(out, &results[i], n, m);
    }
    attune_buf_add(out, "}");
}

void attune_set_warnings_json(struct attune_buf *out, const char *warnings)
{
    char line[1024];
    attune_buf_add(out, "\"warnings\": [");
    for (const char *p = warnings, *end; *p; p = *end ? end + 1 : end) {
        end = p + strcspn(p, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(end - p), p);
        attune_buf_add(out, p == warnings ? "" : ", ");
        attune_buf_add_json(out, line);
    }
    attune_buf_add(out, "]");
}

void attune_set_results_table(struct attune_buf *out, const struct attune_set_result *results,
                              size_t n_results)
{
    for (size_t i = 0; i < n_results; i++) {
        const struct attune_set_value *v = &results[i].value;
        if (v->value.state != ATTUNE_DEFINED) {
            attune_buf_addf(out, "%-28s undefined: %s\n", results[i].id, v->value.why);
        } else if (v->ci_why) {
            attune_buf_addf(out, "%-28s %12.6g\n", results[i].id, v->value.v);
        } else {
            attune_buf_addf(out, "%-28s %12.6g  [%.6g, %.6g]\n", results[i].id, v->value.v,
                            v->ci_low, v->ci_high);
        }
        for (size_t k = 0; results[i].show_details && k < v->n_details; k++) {
            if (isnan(v->detail[k].v)) {
                attune_buf_addf(out, "  %-30s undefined\n", v->detail[k].key);
            } else {
                attune_buf_addf(out, "  %-30s %8.4g\n", v->detail[k].key, v->detail[k].v);
            }
        }
    }
}
