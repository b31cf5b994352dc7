/* Number of notes, drums included. A piece without notes has none: 0 is its value. */
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    return attune_defined((double)attune_analysis_notes(a)->n_notes);
}

const struct attune_metric attune_metric_symbolic_n_notes = {
    .id = "symbolic.n_notes",
    .version = 1,
    .title = "Notes",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "number of notes",
    .formula = "count of paired notes",
    .source = "house definition",
    .undefined_when = "never",
    .eval = eval,
};
