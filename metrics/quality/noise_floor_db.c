/* Noise floor: how far the quietest moments lie below the loudest.
 *
 *     10th percentile of the level of the sounding frames - level of the loudest frame
 *
 * Silent frames take no part: a pause of digital silence says nothing about the recording's noise,
 * and must not improve the value. Undefined with less than 1 s of sound. */
#include "metrics/analysis/frontend.h"
#include "metrics/metric.h"
#include "metrics/quality/frame_values.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    if (frames->why) {
        return attune_undefined(frames->why);
    }
    if ((double)(frames->n_frames - frames->n_silent) < frames->rate_hz) {
        return attune_undefined("less than 1 s of sound");
    }
    struct attune_value floor = attune_frame_quantile(a, frames->level_db, 0.1);
    floor.v -= frames->loudest_db;
    return floor;
}

const struct attune_metric attune_metric_quality_noise_floor_db = {
    .id = "quality.noise_floor_db",
    .version = 1,
    .title = "Noise floor",
    .unit = "dB",
    .direction = ATTUNE_DOWN,
    .lo = -INFINITY,
    .hi = 0,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_NOISE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY,
    .summary = "level of the quietest moments against the loudest",
    .formula =
        "10th percentile of the RMS level of the sounding frames minus the level of the"
        " loudest frame",
    .source = "definition",
    .undefined_when = "less than 1 s of sound",
    .eval = eval,
};
