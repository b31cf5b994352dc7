/* Clicks per minute: isolated outliers of the second difference of the mono signal.
 *
 *     60 n / duration; n as in metrics/analysis/clicks.h
 *
 * Median-free variant of the detectors surveyed by Godsill & Rayner 1998, ch. 5: the local scale
 * comes from the neighbouring blocks of 64 samples. Undefined below 1 s. */
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
    const double duration_s = attune_analysis_duration_s(a);
    if (duration_s < 1.0) {
        return attune_undefined("shorter than 1 s");
    }
    return attune_defined(60.0 * (double)levels->n_clicks / duration_s);
}

const struct attune_metric attune_metric_quality_click_rate = {
    .id = "quality.click_rate",
    .version = 1,
    .title = "Clicks",
    .unit = "1/min",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_DROPOUT,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "clicks, splices and lost samples per minute",
    .formula =
        "blocks of 64 samples whose largest second difference exceeds -54 dB of full "
        "scale and 12 times the mean of the block and its neighbours, per minute",
    .source = "after Godsill & Rayner 1998, Digital Audio Restoration, ch. 5",
    .undefined_when = "digital silence, or shorter than 1 s",
    .eval = eval,
};
