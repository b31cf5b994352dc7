/* Mains hum: how far a line at 50 or 60 Hz or one of their first harmonics stands out.
 *
 *     max over 50, 60 Hz and harmonics 1-4 of 10 log10(floor at the line / floor beside it)
 *
 * floor  spectrum of what is always there: 10th percentile over seconds of the smallest power per
 *        second, bins of 2.7 Hz (metrics/analysis/hum.h)
 * beside mean of the bins 4 and 5 off
 * A line counts when the floor peaks within 0.7 Hz of it and 6 dB above its surroundings; without
 * one the value is 0. A drone tuned
 * to the mains sounds like hum to this metric. Undefined below 2 s of sound. */
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"

enum { MIN_FRAMES = 22 }; /* of 93 ms hop */

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_hum *hum = attune_analysis_frames(a)->hum;
    if (!hum) {
        return attune_undefined("the long spectrogram was not asked for");
    }
    if (hum->n_frames < MIN_FRAMES) {
        return attune_undefined("less than 2 s of sound");
    }
    double *scratch = attune_arena_alloc(&a->scratch, hum->n_seconds, sizeof *scratch);
    if (!scratch) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    const double hum_db = attune_hum_db(hum, ATTUNE_ANALYSIS_RATE, scratch);
    attune_arena_reset(&a->scratch);
    return attune_defined(hum_db);
}

const struct attune_metric attune_metric_quality_mains_hum_db = {
    .id = "quality.mains_hum_db",
    .version = 1,
    .title = "Mains hum",
    .unit = "dB",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_HARMONIC,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "how far the hum of the mains stands out",
    .formula =
        "largest excess in dB of the always present spectrum at harmonics 1-4 of 50 or 60 Hz over"
        " the bins beside them; 0 where none of 6 dB lies within 0.7 Hz",
    .source = "definition; after the hum detection of Brandt & Bitzer 2014",
    .undefined_when = "less than 2 s of sound",
    .eval = eval,
};
