/* Brightness drift: does the music grow brighter or duller over time.
 *
 *     least-squares slope, per 10 s, of the
 *     log2 of the spectral centroid (symbolic: pitch in octaves, drums left out)
 *
 * Audio: over the sounding frames; symbolic: over the notes (contour.h). Undefined with less than 5
 * s of sound. */
#include "metrics/metric.h"
#include "metrics/temporal/contour.h"

static struct attune_value eval(struct attune_analysis *a)
{
    return attune_contour_drift(a, ATTUNE_CONTOUR_BRIGHTNESS);
}

const struct attune_metric attune_metric_temporal_drift_brightness = {
    .id = "temporal.drift_brightness",
    .version = 1,
    .title = "Brightness drift",
    .unit = "octaves/10 s",
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
    .summary = "slope of the brightness over the piece",
    .formula =
        "least-squares slope of the log2 of the spectral centroid (symbolic: pitch in "
        "octaves, drums left out) over time, per 10 s",
    .source = "definition",
    .undefined_when = "less than 5 s of sound",
    .eval = eval,
};
