/* Exact chord match (ECM): the share of the chords asked for that is played in the order asked for,
 *
 *     longest common subsequence of asked and tracked chords / number of chords asked for
 *
 * Deviation: the public script stops counting at the first chord that is missing
 * (compat.mustango.ecm). */
#include "metrics/adherence/chord_match.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chord_match match = attune_chord_match(a);
    if (match.why) {
        return attune_undefined(match.why);
    }
    return attune_defined((double)attune_chords_in_order(&match) / (double)match.n_asked);
}

const struct attune_metric attune_metric_adherence_chords_in_order = {
    .id = "adherence.chords_in_order",
    .version = 2,
    .title = "Chords in order",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of the chords asked for that is played in order",
    .formula = "longest common subsequence / chords asked for",
    .source = "Mustango (Melechovsky et al. 2024), ECM, corrected",
    .undefined_when = "the prompt asks for no chords, or none can be tracked",
    .eval = eval,
};
