/* Scale consistency: share of notes in the best of the 24 major and natural minor scales, drums
 * left out.
 *
 * Corrected against muspy 0.5: undefined, not NaN, where there is no pitched note. A scale of
 * seven pitch classes holds 7/12 of random notes: values below .6 mean no scale at all. */
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"
#include "metrics/symbolic/histogram.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    return attune_defined((double)attune_best_scale_count(stats->pitch_class) /
                          (double)stats->n_pitched);
}

const struct attune_metric attune_metric_symbolic_scale_consistency = {
    .id = "symbolic.scale_consistency",
    .version = 1,
    .title = "Scale consistency",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES | ATTUNE_DAMAGE_TRANSPOSED_BARS,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of notes in the best-fitting scale",
    .formula = "max over 24 scales of notes in the scale / notes",
    .source = "Dong et al. 2020 (muspy), corrected; Mogren 2016",
    .undefined_when = "there is no pitched note",
    .eval = eval,
};
