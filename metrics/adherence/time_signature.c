/* Time signature: 1 when the sample has the meter asked for, else 0.
 *
 * Symbolic: the file's first time signature, 4/4 where it has none, as the standard has it.
 * Audio: the estimated beats per bar against those of the meter asked for (in 6/8, 9/8 and 12/8
 * a beat is three eighths). */
#include "metrics/adherence/sample_attributes.h"
#include "metrics/analysis/beats.h"
#include "metrics/analysis/grid.h"
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
    bool correct;
    if (attune_analysis_modality(a) == ATTUNE_SYMBOLIC) {
        const struct attune_grid *grid = attune_analysis_grid(a);
        if (grid->why) {
            return attune_undefined(grid->why);
        }
        correct = grid->numerator == asked->numerator && grid->denominator == asked->denominator;
    } else {
        const struct attune_beats *beats = attune_analysis_beats(a);
        if (beats->why) {
            return attune_undefined(beats->why);
        }
        correct = beats->beats_per_bar == attune_asked_beats_per_bar(asked);
    }
    return attune_defined(correct ? 1.0 : 0.0);
}

const struct attune_metric attune_metric_adherence_time_signature = {
    .id = "adherence.time_signature",
    .version = 2,
    .title = "Time signature",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE |
                 ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "does it have the meter asked for",
    .formula = "time signature = asked (audio: beats per bar)",
    .source = "house definition",
    .undefined_when = "the prompt asks for no time signature, or the sample has no beats",
    .eval = eval,
};
