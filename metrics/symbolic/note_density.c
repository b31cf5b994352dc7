/* Note density: notes per second from the first onset to the end of the last note, drums
 * included. */
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    if (notes->why) {
        return attune_undefined(notes->why);
    }
    const double span_s = notes->end_s - notes->notes[0].onset_s;
    return span_s > 0.0 ? attune_defined((double)notes->n_notes / span_s)
                        : attune_undefined("all notes have zero length");
}

const struct attune_metric attune_metric_symbolic_note_density = {
    .id = "symbolic.note_density",
    .version = 1,
    .title = "Note density",
    .unit = "1/s",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "notes per second",
    .formula = "notes / (end of the last note - first onset)",
    .source = "house definition",
    .undefined_when = "there are no notes, or they last no time",
    .eval = eval,
};
