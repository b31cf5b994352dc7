/* Loudness range (EBU Tech 3342).
 *
 *     95th percentile - 10th percentile of short-term loudness
 *
 * Short-term loudness over 3 s windows, one a second; gates at -70 LUFS and 20 LU below the mean.
 * Tech 3342 leaves the overlap open (at least 2 s): one window a second is libebur128's choice,
 * whose values these are; ffmpeg's differ by up to 0.9 LU. */
#include "metrics/analysis/levels.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_levels *levels = attune_analysis_levels(a);
    if (levels->why) {
        return attune_undefined(levels->why);
    }
    if (levels->range_why) {
        return attune_undefined(levels->range_why);
    }
    return attune_defined(levels->range_lu);
}

const struct attune_metric attune_metric_quality_loudness_range_lu = {
    .id = "quality.loudness_range_lu",
    .version = 1,
    .title = "Loudness range",
    .unit = "LU",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_LOUDNESS,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "spread between soft and loud passages",
    .formula =
        "95th minus 10th percentile of the short-term loudness (3 s windows every "
        "second) that passes the gates at -70 LUFS and at 20 LU below the mean",
    .source = "EBU Tech 3342",
    .undefined_when = "shorter than 3 s, or nothing louder than -70 LUFS",
    .eval = eval,
};
