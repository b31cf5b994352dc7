/* Mains hum: how far 50 or 60 Hz and their harmonics stand out in the quiet moments.
 *
 *     max over 50, 60 Hz of 10 log10(P10(line) / P10(beside))
 *
 * line     power in the first four harmonics, 3 bins of 2.7 Hz each
 * beside   power 4 and 5 bins off, scaled to 3 bins
 * P10      10th percentile over frames that are not silent: hum never pauses, notes do
 * About 0 without hum. A drone near G or B sounds like hum to this metric. Undefined below 2 s. */
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"

enum { MIN_FRAMES = 22 }; /* of 93 ms hop */

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    if (frames->why) {
        return attune_undefined(frames->why);
    }
    if (!frames->hum) {
        return attune_undefined("the long spectrogram was not asked for");
    }
    if (frames->hum->n_frames < MIN_FRAMES) {
        return attune_undefined("less than 2 s of sound");
    }
    double *scratch = attune_arena_alloc(&a->scratch, frames->hum->n_frames, sizeof *scratch);
    if (!scratch) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    const double hum_db = attune_hum_db(frames->hum, scratch);
    attune_arena_reset(&a->scratch);
    return attune_defined(hum_db);
}

const struct attune_metric attune_metric_quality_mains_hum_db = {
    .id = "quality.mains_hum_db",
    .version = 1,
    .title = "Mains hum",
    .unit = "dB",
    .direction = ATTUNE_DOWN,
    .lo = -INFINITY,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "how far the hum of the mains stands out",
    .formula =
        "larger of both mains of 10 log10 of the 10th percentile over time of the power"
        " in harmonics 1-4 over that of the bins beside them",
    .source =
        "definition; after the hum detectors of audio restoration (Brandt & Bitzer "
        "2014)",
    .undefined_when = "less than 2 s of sound",
    .eval = eval,
};
