/* Number of pitched notes.
 *
 * Corrected against mgeval, which counts the second track of the file only. */
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    return attune_defined((double)(notes->n_notes - notes->n_drums));
}

const struct attune_metric attune_metric_symbolic_total_used_note = {
    .id = "symbolic.total_used_note",
    .version = 1,
    .title = "Pitched notes",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "number of pitched notes",
    .formula = "count of notes, drums left out",
    .source = "Yang & Lerch 2020 (mgeval), corrected",
    .undefined_when = "never",
    .eval = eval,
};
