/* Pitch range: highest minus lowest pitch, drums left out.
 *
 * Corrected against muspy 0.5: undefined where there is no pitched note; muspy gives 0 for an
 * empty piece and -127 for drums alone. */
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    return attune_defined(stats->highest - stats->lowest);
}

const struct attune_metric attune_metric_symbolic_pitch_range = {
    .id = "symbolic.pitch_range",
    .version = 1,
    .title = "Pitch range",
    .unit = "semitones",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 127,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "highest minus lowest pitch",
    .formula = "max pitch - min pitch over pitched notes",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "there is no pitched note",
    .eval = eval,
};
