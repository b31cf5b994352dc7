/* Entropy of the pitches of all notes, drums left out.
 *
 * Corrected against muspy 0.5: a single pitch gives 0, not -0; no pitched note is undefined, not
 * NaN. */
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"
#include "metrics/symbolic/histogram.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    return attune_defined(attune_entropy_bits(stats->pitch, 128));
}

const struct attune_metric attune_metric_symbolic_pitch_entropy = {
    .id = "symbolic.pitch_entropy",
    .version = 1,
    .title = "Pitch entropy",
    .unit = "bit",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 7,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "entropy of the pitch histogram",
    .formula = "-sum p log2 p over 128 pitches, p = notes of the pitch / notes",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "there is no pitched note",
    .eval = eval,
};
