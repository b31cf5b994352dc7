/* Chord progression irregularity.
 *
 *     value = distinct chord trigrams / (n - 2)
 *
 * over the n chords of the sequence without its gaps; a trigram is three chords in a row. 1: no
 * progression is ever heard again.
 */
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
    const size_t n = chords->n_chords - 2;
    const size_t distinct = attune_chord_trigrams(a, n);
    return attune_defined((double)distinct / (double)n);
}

const struct attune_metric attune_metric_harmonic_chord_irregularity = {
    .id = "harmonic.chord_irregularity",
    .version = 2,
    .title = "Chord progression irregularity",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES |
        ATTUNE_DAMAGE_FREEZE,
    .symbolic_only = ATTUNE_DAMAGE_FREEZE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of chord trigrams that are heard only once in kind",
    .formula = "distinct chord trigrams / (n - 2), n chords in the sequence",
    .source = "chord progression irregularity, Wu & Yang 2020 (MusDr)",
    .undefined_when = "fewer than three chords",
    .eval = eval,
};
