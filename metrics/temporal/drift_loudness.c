/* Loudness drift: does the music grow louder or softer over time.
 *
 *     least-squares slope, per 10 s, of the
 *     level in dB (symbolic: 40 log10(velocity / 127))
 *
 * Audio: over the sounding frames; symbolic: over the notes (contour.h). Undefined with less than 5
 * s of sound. */
#include "metrics/metric.h"
#include "metrics/temporal/contour.h"

static struct attune_value eval(struct attune_analysis *a)
{
    return attune_contour_drift(a, ATTUNE_CONTOUR_LOUDNESS);
}

const struct attune_metric attune_metric_temporal_drift_loudness = {
    .id = "temporal.drift_loudness",
    .version = 1,
    .title = "Loudness drift",
    .unit = "dB/10 s",
    .direction = ATTUNE_TARGET,
    .target = 0,
    .lo = -INFINITY,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .invariant = ATTUNE_INVARIANT_GAIN |
                 ATTUNE_INVARIANT_POLARITY |
                 ATTUNE_INVARIANT_TRANSPOSE |
                 ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "slope of the loudness over the piece",
    .formula =
        "least-squares slope of the level in dB (symbolic: 40 log10(velocity / 127)) over "
        "time, per 10 s",
    .source = "definition; velocity to dB after General MIDI 2",
    .undefined_when = "less than 5 s of sound",
    .eval = eval,
};
