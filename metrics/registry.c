/* The list of all per-sample metrics, made from metrics.def, and look-ups in it. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "metrics/metric.h"

#define METRIC(group, name) extern const struct attune_metric attune_metric_##group##_##name;
#include "metrics/metrics.def"
#undef METRIC

const struct attune_metric *const attune_metrics[] = {
#define METRIC(group, name) &attune_metric_##group##_##name,
#include "metrics/metrics.def"
#undef METRIC
    NULL,
};
const size_t attune_n_metrics = sizeof attune_metrics / sizeof *attune_metrics - 1;

const struct attune_metric *attune_metric_find(const char *id)
{
    for (size_t i = 0; i < attune_n_metrics; i++) {
        if (strcmp(attune_metrics[i]->id, id) == 0) {
            return attune_metrics[i];
        }
    }
    return NULL;
}

bool attune_metric_chosen(const char *globs, const char *id)
{
    static const char pillar[] = "pillar.";
    const size_t n = sizeof pillar - 1;
    return attune_glob_list(globs, id) ||
           (strncmp(id, pillar, n) == 0 && attune_glob_list(globs, id + n));
}

size_t attune_metric_index(const struct attune_metric *metric)
{
    size_t i = 0;
    while (attune_metrics[i] != metric) {
        i++;
    }
    return i;
}

const char *attune_direction_text(const struct attune_metric *metric, char *buf, size_t size)
{
    switch (metric->direction) {
    case ATTUNE_UP:
        snprintf(buf, size, "up");
        break;
    case ATTUNE_DOWN:
        snprintf(buf, size, "down");
        break;
    case ATTUNE_TARGET:
        snprintf(buf, size, "=%g", metric->target);
        break;
    case ATTUNE_NONE:
        snprintf(buf, size, "none");
        break;
    }
    return buf;
}

struct attune_value attune_metric_eval(const struct attune_metric *metric,
                                       struct attune_analysis *analysis)
{
    if (!(metric->inputs & attune_analysis_modality(analysis))) {
        return (struct attune_value){.state = ATTUNE_NOT_APPLICABLE,
                                     .why = attune_analysis_modality(analysis) == ATTUNE_AUDIO
                                                ? "symbolic input only"
                                                : "audio input only"};
    }
    struct attune_value value = metric->eval(analysis);
    /* A crumb of rounding beyond the range is clamped; more than that is a bug worth hearing of. */
    if (value.state == ATTUNE_DEFINED && (value.v < metric->lo || value.v > metric->hi)) {
        const double tolerance = 1e-9 * (1.0 + fabs(value.v));
        if (value.v < metric->lo - tolerance || value.v > metric->hi + tolerance) {
            return attune_undefined("internal: value outside the metric's range");
        }
        value.v = value.v < metric->lo ? metric->lo : metric->hi;
    }
    return value;
}
