/* Silence: share of frames 60 dB below the loudest frame, or below -90 dB of full scale.
 *
 *     silent frames / frames (Hann frames of 93 ms every 23 ms; level = RMS)
 *
 * Complete silence gives 1, the worst value. */
#include "metrics/analysis/frontend.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    if (frames->why) {
        return attune_undefined(frames->why);
    }
    return attune_defined((double)frames->n_silent / (double)frames->n_frames);
}

const struct attune_metric attune_metric_quality_silence_ratio = {
    .id = "quality.silence_ratio",
    .version = 1,
    .title = "Silence",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_DROPOUT,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY,
    .summary = "share of the time without sound",
    .formula = "frames 60 dB below the loudest frame or below -90 dBFS, over all frames",
    .source = "definition",
    .undefined_when = "never",
    .eval = eval,
};
