/* What the metrics are, and which attune this is. */
#include "attune_version.h"
#include "lib/attune.h"
#include "metrics/metric.h"
#include "metrics/set/set_metric.h"

const char *attune_library_version(void)
{
    return ATTUNE_VERSION;
}

size_t attune_metric_count(void)
{
    return attune_n_metrics + attune_n_set_metrics;
}

enum attune_status attune_metric_about(size_t index, struct attune_metric_text *text)
{
    static const char *const directions[] = {
        [ATTUNE_NONE] = "none", [ATTUNE_UP] = "up", [ATTUNE_DOWN] = "down",
        [ATTUNE_TARGET] = "target"};
    if (index >= attune_metric_count()) {
        return ATTUNE_STATUS_USAGE;
    }
    const struct attune_metric m =
        index < attune_n_metrics
            ? *attune_metrics[index]
            : attune_set_metric_view(attune_set_metrics[index - attune_n_metrics]);
    *text = (struct attune_metric_text){
        .id = m.id, .version = m.version, .title = m.title, .unit = m.unit,
        .direction = directions[m.direction], .target = m.target, .lo = m.lo, .hi = m.hi,
        .audio = (m.inputs & ATTUNE_AUDIO) != 0, .symbolic = (m.inputs & ATTUNE_SYMBOLIC) != 0,
        .summary = m.summary, .formula = m.formula, .source = m.source,
        .undefined_when = m.undefined_when};
    return ATTUNE_STATUS_OK;
}
