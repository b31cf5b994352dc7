/* Chord match in any order (CMAO): the share of the chords asked for that is played anywhere, each
 * played chord counted once. Enharmonics are merged; a chord must have its quality. */
#include "metrics/adherence/chord_match.h"
#include "metrics/analysis/chords.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chord_match match = attune_chord_match(a);
    if (match.why) {
        return attune_undefined(match.why);
    }
    const size_t n = attune_chords_any_order(a, &match, attune_chord_equal);
    return attune_defined((double)n / (double)match.n_asked);
}

const struct attune_metric attune_metric_adherence_chords_any_order = {
    .id = "adherence.chords_any_order",
    .version = 2,
    .title = "Chords in any order",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of the chords asked for that is played anywhere",
    .formula = "|multiset of asked and multiset of tracked chords| / chords asked for",
    .source = "Mustango (Melechovsky et al. 2024), CMAO",
    .undefined_when = "the prompt asks for no chords, or none can be tracked",
    .eval = eval,
};
