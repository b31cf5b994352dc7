/* True peak: the largest absolute value of the signal between its samples.
 *
 *     20 log10 max |x| after oversampling to at least 176.4 kHz
 *
 * Interpolation by a Kaiser-windowed sinc of 24 taps per phase (the standard gives a 12-tap
 * example). Source: ITU-R BS.1770-4, annex 2. */
#include "metrics/analysis/levels.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_levels *levels = attune_analysis_levels(a);
    if (levels->why) {
        return attune_undefined(levels->why);
    }
    if (levels->true_peak_why) {
        return attune_undefined(levels->true_peak_why);
    }
    if (!(levels->sample_peak > 0.0)) {
        return attune_undefined("digital silence");
    }
    return attune_defined(20.0 * log10(levels->true_peak));
}

const struct attune_metric attune_metric_quality_true_peak_dbtp = {
    .id = "quality.true_peak_dbtp",
    .version = 1,
    .title = "True peak",
    .unit = "dBTP",
    .direction = ATTUNE_NONE,
    .lo = -INFINITY,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_LOUDNESS | ATTUNE_NEED_TRUE_PEAK,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "largest level between the samples",
    .formula =
        "20 log10 max |x| of the signal oversampled fourfold (twofold from 96 kHz on, "
        "not at all from 192 kHz on)",
    .source = "ITU-R BS.1770-4, annex 2",
    .undefined_when = "digital silence",
    .eval = eval,
};
