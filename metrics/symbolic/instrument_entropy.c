/* Entropy of instruments over notes: programs, and the drums as one instrument. */
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"
#include "metrics/symbolic/histogram.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    if (notes->why) {
        return attune_undefined(notes->why);
    }
    enum { DRUMS = 128 };
    uint32_t count[DRUMS + 1] = {0};
    for (size_t i = 0; i < notes->n_notes; i++) {
        count[notes->notes[i].is_drum ? DRUMS : notes->notes[i].program]++;
    }
    return attune_defined(attune_entropy_bits(count, DRUMS + 1));
}

const struct attune_metric attune_metric_symbolic_instrument_entropy = {
    .id = "symbolic.instrument_entropy",
    .version = 1,
    .title = "Instrument entropy",
    .unit = "bit",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 7.011227255423254,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "entropy of instruments over notes",
    .formula = "-sum p log2 p over 128 programs and drums, p = notes of the instrument / notes",
    .source = "house definition",
    .undefined_when = "there are no notes",
    .eval = eval,
};
