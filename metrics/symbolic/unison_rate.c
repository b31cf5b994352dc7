/* Unison rate: share of melodic steps that repeat the pitch, over all lines (note_stats.h),
 * drums left out. */
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    if (stats->n_intervals == 0) {
        return attune_undefined("no line of two notes");
    }
    return attune_defined((double)stats->interval[0] / (double)stats->n_intervals);
}

const struct attune_metric attune_metric_symbolic_unison_rate = {
    .id = "symbolic.unison_rate",
    .version = 1,
    .title = "Repeated notes",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of melodic steps that repeat the pitch",
    .formula = "steps of 0 semitones / steps, within lines",
    .source = "after jSymbolic (McKay & Fujinaga 2006)",
    .undefined_when = "no line has two notes",
    .eval = eval,
};
