/* Hiss: level of the steady broadband noise under the music.
 *
 *     10th percentile over sounding frames of (level_i + 10 log10 flatness_i)
 *         - level of the loudest frame
 *
 * Level plus flatness is the geometric mean of the frame's power spectrum: where tones stand out it
 * lies in the valleys between them, and noise fills the valleys. The low percentile over time keeps
 * drums and consonants out (minimum statistics, Martin 2001). White noise alone gives about -3 dB
 * (the geometric mean of a periodogram lies 2.5 dB below its mean). Unlike quality.noise_floor_db
 * it hears noise under music that never pauses. Undefined with less than 1 s of sound. */
#include <math.h>

#include "metrics/analysis/internal.h"
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
    float *valley_db = attune_arena_alloc(&a->scratch, frames->n_frames, sizeof *valley_db);
    if (!valley_db) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    for (size_t i = 0; i < frames->n_frames; i++) {
        valley_db[i] = frames->level_db[i] + 10.0f * log10f(fmaxf(frames->flatness[i], 1e-12f));
    }
    struct attune_value hiss = attune_frame_quantile(a, valley_db, 0.1);
    attune_arena_reset(&a->scratch);
    hiss.v = fmin(hiss.v - frames->loudest_db, 0.0);
    return hiss;
}

const struct attune_metric attune_metric_quality_hiss_db = {
    .id = "quality.hiss_db",
    .version = 1,
    .title = "Hiss",
    .unit = "dB",
    .direction = ATTUNE_DOWN,
    .lo = -INFINITY,
    .hi = 0,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_NOISE,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "level of the steady broadband noise under the music",
    .formula = "10th percentile over sounding frames of the geometric mean of the power spectrum in"
               " dB, minus the level of the loudest frame",
    .source = "definition; after minimum statistics, Martin 2001",
    .undefined_when = "less than 1 s of sound",
    .eval = eval,
};
