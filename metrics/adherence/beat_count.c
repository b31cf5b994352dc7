/* Beat count (BM): 1 when a bar has as many beats as the meter asked for, else 0.
 *
 * A beat is the denominator's note value, in 6/8, 9/8 and 12/8 three eighths; the sample's are
 * those of its first time signature (symbolic) or estimated (audio). 3/8 answers 3/4 here, not in
 * adherence.time_signature. */
#include "metrics/adherence/sample_attributes.h"
#include "metrics/analysis/beats.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const char *why;
    const struct attune_attributes *asked = attune_asked(a, &why);
    if (!asked) {
        return attune_undefined(why);
    }
    if (!asked->has_time_signature) {
        return attune_undefined("the prompt asks for no time signature");
    }
    const struct attune_beats *beats = attune_analysis_beats(a);
    if (beats->why) {
        return attune_undefined(beats->why);
    }
    return attune_defined(beats->beats_per_bar == attune_asked_beats_per_bar(asked) ? 1.0 : 0.0);
}

const struct attune_metric attune_metric_adherence_beat_count = {
    .id = "adherence.beat_count",
    .version = 2,
    .title = "Beats per bar",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE |
                 ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "does a bar have as many beats as asked for",
    .formula = "beats per bar = asked; a beat of 6/8, 9/8, 12/8 is three eighths",
    .source = "Mustango (Melechovsky et al. 2024), beat match",
    .undefined_when = "the prompt asks for no meter, or the sample has no beats",
    .eval = eval,
};
