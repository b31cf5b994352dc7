/* Chord match in any order, major or minor only (CMAOMM): the share of the chords asked for whose
 * root is played anywhere with the same third, each played chord counted once.
 *
 * Deviation: the public script puts diminished and augmented chords into one class of their own
 * (compat.mustango.cmaomm); here the third decides. */
#include "metrics/adherence/chord_match.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chord_match match = attune_chord_match(a);
    if (match.why) {
        return attune_undefined(match.why);
    }
    const size_t n = attune_chords_any_order(a, &match, attune_chord_same_third);
    return attune_defined((double)n / (double)match.n_asked);
}

const struct attune_metric attune_metric_adherence_chords_any_order_majmin = {
    .id = "adherence.chords_any_order_majmin",
    .version = 2,
    .title = "Chords in any order, major or minor",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of the chords asked for that is played anywhere, major or minor only",
    .formula = "|multiset of asked and multiset of tracked (root, third)| / chords asked for",
    .source = "Mustango (Melechovsky et al. 2024), CMAOMM, corrected",
    .undefined_when = "the prompt asks for no chords, or none can be tracked",
    .eval = eval,
};
