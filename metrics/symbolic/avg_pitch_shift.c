/* Mean absolute melodic step in semitones, over all lines (note_stats.h), drums left out.
 *
 * Corrected against mgeval: every line counts, not the second track alone; the notes of a chord
 * are no steps. */
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
    double sum = 0.0;
    for (int i = 1; i < 128; i++) {
        sum += i * (double)stats->interval[i];
    }
    return attune_defined(sum / (double)stats->n_intervals);
}

const struct attune_metric attune_metric_symbolic_avg_pitch_shift = {
    .id = "symbolic.avg_pitch_shift",
    .version = 1,
    .title = "Mean melodic step",
    .unit = "semitones",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 127,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "mean absolute melodic step",
    .formula = "mean |pitch(n+1) - pitch(n)| within lines",
    .source = "Yang & Lerch 2020 (mgeval), corrected",
    .undefined_when = "no line has two notes",
    .eval = eval,
};
