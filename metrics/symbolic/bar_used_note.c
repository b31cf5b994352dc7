/* Mean number of pitched notes per bar.
 *
 * Corrected against mgeval: all parts count, not the second track alone; bars follow all time
 * signatures; notes of a last, incomplete bar are not dropped. */
#include "metrics/metric.h"
#include "metrics/symbolic/bar_counts.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_bar_counts counts = attune_bar_counts(a);
    return counts.why ? attune_undefined(counts.why) : attune_defined(counts.notes);
}

const struct attune_metric attune_metric_symbolic_bar_used_note = {
    .id = "symbolic.bar_used_note",
    .version = 1,
    .title = "Notes per bar",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "mean number of pitched notes per bar",
    .formula = "pitched notes / bars, from the first note's bar to the last, drums left out",
    .source = "Yang & Lerch 2020 (mgeval), corrected",
    .undefined_when = "there are no notes",
    .eval = eval,
};
