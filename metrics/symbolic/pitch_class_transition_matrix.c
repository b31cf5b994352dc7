/* Entropy of the pitch-class transition matrix: of the 144 pairs of successive pitch classes
 * within lines (note_stats.h), drums left out.
 *
 * mgeval gives the matrix itself, of every two notes that are close in time whatever their part;
 * one number per sample is its entropy. */
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"
#include "metrics/symbolic/histogram.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    if (stats->n_intervals == 0) {
        return attune_undefined("no line of two notes");
    }
    return attune_defined(attune_entropy_bits(&stats->transition[0][0], 144));
}

const struct attune_metric attune_metric_symbolic_pitch_class_transition_matrix = {
    .id = "symbolic.pitch_class_transition_matrix",
    .version = 1,
    .title = "Pitch-class transition entropy",
    .unit = "bit",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 7.169925001442312,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "entropy of the pitch-class transitions of all lines",
    .formula = "-sum p log2 p over 12 x 12 pairs of successive pitch classes within lines",
    .source = "Yang & Lerch 2020 (mgeval), corrected",
    .undefined_when = "no line has two notes",
    .eval = eval,
};
