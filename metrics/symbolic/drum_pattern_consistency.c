/* Drum-pattern consistency: share of drum notes on quarters or on thirds of a beat, whichever is
 * larger, within 1/32 beat. Corrected against muspy 0.5 as drum_in_pattern_rate is. */
#include "metrics/metric.h"
#include "metrics/symbolic/drum_pattern.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_value duple = attune_drum_pattern_rate(a, 4);
    const struct attune_value triple = attune_drum_pattern_rate(a, 3);
    return duple.state == ATTUNE_DEFINED && duple.v < triple.v ? triple : duple;
}

const struct attune_metric attune_metric_symbolic_drum_pattern_consistency = {
    .id = "symbolic.drum_pattern_consistency",
    .version = 1,
    .title = "Drum-pattern consistency",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_ONSET,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of drum notes on the better of two subdivisions of the beat",
    .formula = "max over 4 and 3 parts of drum notes within 1/32 beat of a part / drum notes",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "there are no drums",
    .eval = eval,
};
