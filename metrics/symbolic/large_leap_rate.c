/* Large-leap rate: share of melodic steps of more than an octave, over all lines (note_stats.h),
 * drums left out. Such leaps are rare in sung and played melodies and common in random notes. */
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
    uint32_t n = 0;
    for (int i = 13; i < 128; i++) {
        n += stats->interval[i];
    }
    return attune_defined((double)n / (double)stats->n_intervals);
}

const struct attune_metric attune_metric_symbolic_large_leap_rate = {
    .id = "symbolic.large_leap_rate",
    .version = 1,
    .title = "Large leaps",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of melodic steps beyond an octave",
    .formula = "steps of more than 12 semitones / steps, within lines",
    .source = "after jSymbolic (McKay & Fujinaga 2006), threshold ours",
    .undefined_when = "no line has two notes",
    .eval = eval,
};
