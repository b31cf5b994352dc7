/* Tonal change: how fast harmony moves in tonal space.
 *
 *     value = mean over frames of |z(n + 1) - z(n - 1)|
 *
 * z: Gaussian-smoothed six-dimensional tonal centroids (tonal.c), radii 1, 1, .5. */
#include "metrics/analysis/tonal.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_tonal *tonal = attune_analysis_tonal(a);
    return tonal->why ? attune_undefined(tonal->why) : attune_defined(tonal->mean_change);
}

const struct attune_metric attune_metric_harmonic_tonal_change = {
    .id = "harmonic.tonal_change",
    .version = 2,
    .title = "Tonal change",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 3.001,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_TRANSPOSED_BARS,
    .symbolic_only = ATTUNE_DAMAGE_TRANSPOSED_BARS,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "mean of the harmonic change detection function",
    .formula =
        "mean |z(n+1) - z(n-1)| of tonal centroids (circles of fifths, minor and major "
        "thirds, radii 1, 1, .5) under a Gaussian of .37 s (symbolic: half a beat)",
    .source = "Harte, Sandler & Gasser 2006",
    .undefined_when = "fewer than three successive sounding frames",
    .eval = eval,
};
