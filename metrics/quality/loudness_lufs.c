/* Integrated loudness of the programme (EBU R128).
 *
 *     -0.691 + 10 log10(mean over gated 400 ms blocks of sum_c G_c z_c)
 *
 * z_c  mean square of the K-weighted channel c; G_c 1, surround channels 1.41, LFE 0
 * Blocks overlap by 75 %; gates at -70 LUFS and 10 LU below the mean of what the first gate passes.
 * Source: ITU-R BS.1770-4, EBU R128 (2020). Agrees with libebur128 to the last digits. */
#include "metrics/analysis/levels.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_levels *levels = attune_analysis_levels(a);
    if (levels->why) {
        return attune_undefined(levels->why);
    }
    if (levels->integrated_why) {
        return attune_undefined(levels->integrated_why);
    }
    return attune_defined(levels->integrated_lufs);
}

const struct attune_metric attune_metric_quality_loudness_lufs = {
    .id = "quality.loudness_lufs",
    .version = 1,
    .title = "Loudness",
    .unit = "LUFS",
    .direction = ATTUNE_NONE,
    .lo = -INFINITY,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_LOUDNESS,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "integrated loudness of the whole sample",
    .formula =
        "-0.691 + 10 log10 of the mean K-weighted energy of the 400 ms blocks that pass"
        " the gates at -70 LUFS and at 10 LU below the mean",
    .source = "ITU-R BS.1770-4; EBU R128",
    .undefined_when = "shorter than 400 ms, or nothing louder than -70 LUFS",
    .eval = eval,
};
