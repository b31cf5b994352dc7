/* The list of set metrics, made from sets.def, and their evaluation. */
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"

#define SET_METRIC(name) extern const struct attune_set_metric attune_set_metric_##name;
#include "metrics/set/sets.def"
#undef SET_METRIC

const struct attune_set_metric *const attune_set_metrics[] = {
#define SET_METRIC(name) &attune_set_metric_##name,
#include "metrics/set/sets.def"
#undef SET_METRIC
    NULL,
};
const size_t attune_n_set_metrics = sizeof attune_set_metrics / sizeof *attune_set_metrics - 1;

const struct attune_set_metric *attune_set_metric_find(const char *id)
{
    for (size_t i = 0; i < attune_n_set_metrics; i++) {
        if (strcmp(attune_set_metrics[i]->id, id) == 0) {
            return attune_set_metrics[i];
        }
    }
    return NULL;
}

struct attune_metric attune_set_metric_view(const struct attune_set_metric *m)
{
    return (struct attune_metric){
        .id = m->id, .version = m->version, .title = m->title, .unit = m->unit,
        .direction = m->direction, .target = m->target, .lo = m->lo, .hi = m->hi,
        .summary = m->summary, .formula = m->formula, .source = m->source,
        .undefined_when = m->undefined_when,
    };
}

void attune_set_detail(struct attune_set_value *out, const char *key, double v)
{
    if (out->n_details < ATTUNE_SET_MAX_DETAILS) {
        out->detail[out->n_details].key = key;
        out->detail[out->n_details++].v = v;
    }
}

enum attune_code attune_set_metric_eval(const struct attune_set_metric *metric,
                                        struct attune_set_pair *pair, struct attune_set_value *out,
                                        struct attune_err *err)
{
    *out = (struct attune_set_value){.ci_why = "no value"};
    if (metric->needs_reference && pair->reference.n == 0 && !pair->reference.mean) {
        out->value = attune_undefined("no reference set");
        return ATTUNE_OK;
    }
    if (!metric->takes_moments &&
        (!pair->candidate.rows || (metric->needs_reference && !pair->reference.rows))) {
        out->value = attune_undefined("only mean and covariance are known, not the rows");
        return ATTUNE_OK;
    }
    enum attune_code code = metric->final(pair, out, err);
    const size_t n_clusters = attune_set_n_clusters(&pair->candidate);
    if (!code && out->value.state == ATTUNE_DEFINED && n_clusters < pair->candidate.n) {
        attune_set_detail(out, "resampled_prompts", (double)n_clusters);
    }
    return code;
}
