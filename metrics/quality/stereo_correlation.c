/* Correlation of the first two channels: 1 mono, 0 unrelated, -1 opposite polarity.
 *
 *     Pearson correlation of left and right over all samples */
#include "metrics/analysis/levels.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_levels *levels = attune_analysis_levels(a);
    if (levels->why) {
        return attune_undefined(levels->why);
    }
    if (levels->correlation_why) {
        return attune_undefined(levels->correlation_why);
    }
    return attune_defined(levels->correlation);
}

const struct attune_metric attune_metric_quality_stereo_correlation = {
    .id = "quality.stereo_correlation",
    .version = 1,
    .title = "Stereo correlation",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = -1,
    .hi = 1,
    .inputs = ATTUNE_AUDIO,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY,
    .summary = "Pearson correlation of left and right",
    .formula = "cov(l, r) / sqrt(var l var r) over all samples",
    .source = "definition (phase correlation meter over the whole programme)",
    .undefined_when = "one channel, or a channel that is silent or constant",
    .eval = eval,
};
