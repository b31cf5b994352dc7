/* Beat stability: how even the beats are.
 *
 *     1 / (1 + 10 sd(x)),  x_i = log2(interval_i / median interval), folded to +-1/2
 *
 * Folding takes away octave jumps of the tracker (an interval of twice the median counts as one of
 * the median). sd with n - 1. Undefined with fewer than 5 beats. */
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/stats/order.h"
#include "metrics/temporal/intervals.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_intervals intervals = attune_beat_intervals(a, 5);
    const double sd = intervals.why ? 0.0 : attune_sd(intervals.octaves, intervals.n);
    attune_arena_reset(&a->scratch);
    return intervals.why ? attune_undefined(intervals.why)
                         : attune_defined(1.0 / (1.0 + 10.0 * sd));
}

const struct attune_metric attune_metric_temporal_beat_stability = {
    .id = "temporal.beat_stability",
    .version = 3,
    .title = "Beat stability",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_TEMPO,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "how even the beats are",
    .formula = "1 / (1 + 10 sd of log2(inter-beat interval / median)), octave jumps folded",
    .source = "definition; after the beat histogram regularity of Tzanetakis & Cook 2002",
    .undefined_when = "fewer than 5 beats",
    .eval = eval,
};
