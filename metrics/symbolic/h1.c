/* H1: mean pitch-class entropy over windows of one bar.
 *
 * Corrected against MusDr: bars follow all time signatures of the file, an onset belongs to the
 * bar in which it stands rather than to the nearest of 64 slots, and bars before the first note
 * do not count. */
#include "metrics/metric.h"
#include "metrics/symbolic/pitch_class_windows.h"

static struct attune_value eval(struct attune_analysis *a)
{
    return attune_pitch_class_window_entropy(a, 1);
}

const struct attune_metric attune_metric_symbolic_h1 = {
    .id = "symbolic.h1",
    .version = 1,
    .title = "Pitch-class entropy, one bar",
    .unit = "bit",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 3.5849625007211565,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "mean pitch-class entropy over windows of one bar",
    .formula =
        "mean over windows of one bar, hop 1, with notes, of -sum p log2 p of note counts "
        "by pitch class",
    .source = "Wu & Yang 2020 (MusDr), corrected",
    .undefined_when = "shorter than the window, or no pitched note",
    .eval = eval,
};
