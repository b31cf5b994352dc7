/* Velocity range: loudest minus softest note-on velocity, drums included. */
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    if (notes->why) {
        return attune_undefined(notes->why);
    }
    int lowest = 127, highest = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const int velocity = notes->notes[i].velocity;
        lowest = velocity < lowest ? velocity : lowest;
        highest = velocity > highest ? velocity : highest;
    }
    return attune_defined(highest - lowest);
}

const struct attune_metric attune_metric_symbolic_velocity_range = {
    .id = "symbolic.velocity_range",
    .version = 1,
    .title = "Velocity range",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 126,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "loudest minus softest velocity",
    .formula = "max velocity - min velocity",
    .source = "house definition",
    .undefined_when = "there are no notes",
    .eval = eval,
};
