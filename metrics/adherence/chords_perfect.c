/* Perfect chord match (PCM): 1 when all chords asked for are played in the order asked for, with
 * others between them or not, else 0. Enharmonics are merged; a chord must have its quality.
 *
 * The paper also asks for the same number of chords; its script does not, and neither do we. */
#include "metrics/adherence/chord_match.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chord_match match = attune_chord_match(a);
    if (match.why) {
        return attune_undefined(match.why);
    }
    return attune_defined(attune_chords_in_order(&match) == match.n_asked ? 1.0 : 0.0);
}

const struct attune_metric attune_metric_adherence_chords_perfect = {
    .id = "adherence.chords_perfect",
    .version = 2,
    .title = "All chords in order",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "are all chords asked for played, in order",
    .formula = "the chords asked for are a subsequence of the tracked ones",
    .source = "Mustango (Melechovsky et al. 2024), PCM",
    .undefined_when = "the prompt asks for no chords, or none can be tracked",
    .eval = eval,
};
