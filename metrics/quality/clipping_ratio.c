/* Clipping: share of the samples that stand in runs of three or more at full scale.
 *
 *     clipped / samples, over all channels
 *
 * Full scale is 32766.5/32768 and above, so that 16-bit files count; a run has one sign. Samples
 * beyond 1 in float files count as well. A waveform clipped and then turned down is not seen. */
#include "metrics/analysis/levels.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_levels *levels = attune_analysis_levels(a);
    if (levels->why) {
        return attune_undefined(levels->why);
    }
    return attune_defined((double)levels->n_clipped /
                          ((double)levels->n_samples * (double)levels->n_channels));
}

const struct attune_metric attune_metric_quality_clipping_ratio = {
    .id = "quality.clipping_ratio",
    .version = 1,
    .title = "Clipping",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_CLIPPING,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "share of samples in flat tops at full scale",
    .formula = "samples in runs of at least 3 at |x| >= 32766.5/32768, over all samples",
    .source =
        "after Vinnikov & Lerch 2021 and common mastering practice (three consecutive "
        "samples)",
    .undefined_when = "never",
    .eval = eval,
};
