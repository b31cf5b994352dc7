/* Entropy of the pitch classes of all notes, drums left out.
 *
 * Corrected against muspy 0.5: a single pitch class gives 0, not -0; no pitched note is
 * undefined, not NaN. */
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"
#include "metrics/symbolic/histogram.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    return attune_defined(attune_entropy_bits(stats->pitch_class, 12));
}

const struct attune_metric attune_metric_symbolic_pitch_class_entropy = {
    .id = "symbolic.pitch_class_entropy",
    .version = 1,
    .title = "Pitch-class entropy",
    .unit = "bit",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 3.5849625007211565,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "entropy of the pitch-class histogram",
    .formula = "-sum p log2 p over 12 pitch classes, p = notes of the class / notes",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "there is no pitched note",
    .eval = eval,
};
