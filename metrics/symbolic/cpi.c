/* CPI: share of different chord trigrams among all, over the chords tracked from the notes.
 *
 * Corrected against MusDr, which divides by n - 3 for n chords and so leaves out the last
 * trigram. Chords come from metrics/analysis/chords.h; MusDr reads them from chord tokens that
 * MIDI files do not have. The same number as harmonic.chord_irregularity, under the name the
 * field quotes. */
#include "metrics/analysis/chords.h"
#include "metrics/metric.h"
#include "metrics/symbolic/chord_trigrams.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chords *chords = attune_analysis_chords(a);
    if (chords->why) {
        return attune_undefined(chords->why);
    }
    if (chords->n_chords < 3) {
        return attune_undefined("fewer than three chords");
    }
    const size_t n_trigrams = chords->n_chords - 2;
    return attune_defined((double)attune_chord_trigrams(a, n_trigrams) / (double)n_trigrams);
}

const struct attune_metric attune_metric_symbolic_cpi = {
    .id = "symbolic.cpi",
    .version = 1,
    .title = "Chord progression irregularity",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of different chord trigrams",
    .formula = "different trigrams / trigrams of the chord sequence",
    .source = "Wu & Yang 2020 (MusDr), corrected",
    .undefined_when = "fewer than three chords",
    .eval = eval,
};
