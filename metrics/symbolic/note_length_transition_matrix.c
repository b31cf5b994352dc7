/* Entropy of the note-length transition matrix: of the 144 pairs of successive note values
 * within a channel of a track (note_lengths.h), drums left out.
 *
 * mgeval gives the matrix itself, of the second track only; one number per sample is its
 * entropy. */
#include "metrics/metric.h"
#include "metrics/symbolic/histogram.h"
#include "metrics/symbolic/note_lengths.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_lengths lengths = attune_note_lengths(a);
    if (lengths.why) {
        return attune_undefined(lengths.why);
    }
    const size_t n_cells = ATTUNE_N_NOTE_LENGTHS * ATTUNE_N_NOTE_LENGTHS;
    return lengths.n_steps ? attune_defined(attune_entropy_bits(&lengths.step[0][0], n_cells))
                           : attune_undefined("no line of two notes");
}

const struct attune_metric attune_metric_symbolic_note_length_transition_matrix = {
    .id = "symbolic.note_length_transition_matrix",
    .version = 1,
    .title = "Note-length transition entropy",
    .unit = "bit",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 7.169925001442312,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "entropy of successive note lengths",
    .formula = "-sum p log2 p over 12 x 12 pairs of successive note values",
    .source = "Yang & Lerch 2020 (mgeval), corrected",
    .undefined_when = "no line has two notes, or SMPTE time",
    .eval = eval,
};
