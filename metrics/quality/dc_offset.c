/* DC offset: the largest absolute mean of a channel, full scale = 1.
 *
 *     max over channels |mean x| */
#include "metrics/analysis/levels.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_levels *levels = attune_analysis_levels(a);
    if (levels->why) {
        return attune_undefined(levels->why);
    }
    return attune_defined(levels->dc_offset);
}

const struct attune_metric attune_metric_quality_dc_offset = {
    .id = "quality.dc_offset",
    .version = 1,
    .title = "DC offset",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "largest mean value of a channel",
    .formula = "max over channels of |mean of the samples|, full scale = 1",
    .source = "definition",
    .undefined_when = "never",
    .eval = eval,
};
