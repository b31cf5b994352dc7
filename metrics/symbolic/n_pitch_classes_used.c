/* Number of different pitch classes, drums left out.
 *
 * Corrected against muspy 0.5: undefined, not 0, where there is no pitched note. */
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    int n = 0;
    for (int i = 0; i < 12; i++) {
        n += stats->pitch_class[i] > 0;
    }
    return attune_defined(n);
}

const struct attune_metric attune_metric_symbolic_n_pitch_classes_used = {
    .id = "symbolic.n_pitch_classes_used",
    .version = 1,
    .title = "Pitch classes used",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 1,
    .hi = 12,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "number of different pitch classes",
    .formula = "count of pitch classes with at least one note, drums left out",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "there is no pitched note",
    .eval = eval,
};
