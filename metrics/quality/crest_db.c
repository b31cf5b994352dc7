/* Crest factor: sample peak over root mean square, all channels.
 *
 *     20 log10(max |x| / rms) */
#include "metrics/analysis/levels.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_levels *levels = attune_analysis_levels(a);
    if (levels->why) {
        return attune_undefined(levels->why);
    }
    if (!(levels->sample_peak > 0.0)) {
        return attune_undefined("digital silence");
    }
    return attune_defined(20.0 * log10(levels->sample_peak / levels->rms));
}

const struct attune_metric attune_metric_quality_crest_db = {
    .id = "quality.crest_db",
    .version = 1,
    .title = "Crest factor",
    .unit = "dB",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_CLIPPING,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY,
    .summary = "sample peak over root mean square",
    .formula = "20 log10(max |x| / rms), over all channels",
    .source = "definition",
    .undefined_when = "digital silence",
    .eval = eval,
};
