/* Chord histogram entropy: how evenly a piece uses its chords.
 *
 *     value = -sum p ln p
 *
 * p: share of each distinct chord among the occurrences in the chord sequence without its gaps. */
#include <math.h>

#include "metrics/analysis/chords.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chords *chords = attune_analysis_chords(a);
    if (chords->why) {
        return attune_undefined(chords->why);
    }
    if (chords->n_chords == 0) {
        return attune_undefined("no chord");
    }
    size_t count[ATTUNE_N_CHORD_QUALITIES * 12] = {0};
    for (size_t i = 0; i < chords->n_chords; i++) {
        count[chords->sequence[i].quality * 12 + chords->sequence[i].root]++;
    }
    double entropy = 0.0;
    for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
        const double p = (double)count[i] / (double)chords->n_chords;
        entropy -= p > 0.0 ? p * log(p) : 0.0;
    }
    return attune_defined(fabs(entropy)); /* a single chord: 0, not -0 */
}

const struct attune_metric attune_metric_harmonic_chord_histogram_entropy = {
    .id = "harmonic.chord_histogram_entropy",
    .version = 2,
    .title = "Chord histogram entropy",
    .unit = "nat",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 4.9,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES |
        ATTUNE_DAMAGE_FREEZE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "how evenly the piece uses its chords",
    .formula =
        "-sum p ln p over the shares of distinct chords among the chords of the "
        "sequence",
    .source = "chord histogram entropy, Yeh et al. 2021",
    .undefined_when = "no chord",
    .eval = eval,
};
