/* Tempo drift: does the tempo wander off over the piece.
 *
 *     least-squares slope over time of log2(local tempo), in octaves per minute
 *
 * Local tempo: 1 / inter-beat interval at the interval's midpoint, octave jumps folded. 0 is
 * steady, positive is rushing. Undefined with fewer than 9 beats. */
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/temporal/intervals.h"
#include "metrics/temporal/slope.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_intervals intervals = attune_beat_intervals(a, 9);
    const double slope =
        intervals.why ? 0.0 : attune_slope(intervals.mid_s, intervals.octaves, intervals.n);
    attune_arena_reset(&a->scratch);
    return intervals.why ? attune_undefined(intervals.why) : attune_defined(-60.0 * slope);
}

const struct attune_metric attune_metric_temporal_tempo_drift = {
    .id = "temporal.tempo_drift",
    .version = 3,
    .title = "Tempo drift",
    .unit = "octaves/min",
    .direction = ATTUNE_TARGET,
    .target = 0,
    .lo = -INFINITY,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_TEMPO,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "slope of the tempo over the piece",
    .formula = "least-squares slope of log2 local tempo, octaves per minute",
    .source = "definition",
    .undefined_when = "fewer than 9 beats",
    .eval = eval,
};
