/* Spectral flatness: geometric over arithmetic mean of the power spectrum; 1 is white noise.
 *
 *     mean over sounding frames of exp(mean ln p_k) / mean p_k
 *
 * p_k floored 120 dB below the mean and at an absolute 1e-20, so that gain moves the value of
 * nearly silent frames by about 1e-4: no invariance is promised. Source: Gray & Markel 1974. */
#include "metrics/analysis/frontend.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    if (frames->why) {
        return attune_undefined(frames->why);
    }
    if (frames->n_silent == frames->n_frames) {
        return attune_undefined("silence");
    }
    double sum = 0.0;
    for (size_t i = 0; i < frames->n_frames; i++) {
        sum += frames->silent[i] ? 0.0 : (double)frames->flatness[i];
    }
    return attune_defined(sum / (double)(frames->n_frames - frames->n_silent));
}

const struct attune_metric attune_metric_quality_spectral_flatness = {
    .id = "quality.spectral_flatness",
    .version = 1,
    .title = "Spectral flatness",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_NOISE,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "how noise-like the spectrum is",
    .formula =
        "mean over sounding frames of the geometric over the arithmetic mean of the "
        "power spectrum",
    .source = "Gray & Markel 1974",
    .undefined_when = "silence",
    .eval = eval,
};
