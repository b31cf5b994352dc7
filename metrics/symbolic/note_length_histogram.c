/* Entropy of the note-length histogram over twelve note values (note_lengths.h), drums left out.
 *
 * mgeval gives the histogram itself, of the second track only; one number per sample is its
 * entropy. */
#include "metrics/metric.h"
#include "metrics/symbolic/histogram.h"
#include "metrics/symbolic/note_lengths.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_lengths lengths = attune_note_lengths(a);
    return lengths.why ? attune_undefined(lengths.why)
                       : attune_defined(attune_entropy_bits(lengths.count, ATTUNE_N_NOTE_LENGTHS));
}

const struct attune_metric attune_metric_symbolic_note_length_histogram = {
    .id = "symbolic.note_length_histogram",
    .version = 1,
    .title = "Note-length entropy",
    .unit = "bit",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 3.5849625007211565,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "entropy of note lengths",
    .formula = "-sum p log2 p over 12 note values, each note at the nearest",
    .source = "Yang & Lerch 2020 (mgeval), corrected",
    .undefined_when = "no pitched note, or SMPTE time",
    .eval = eval,
};
