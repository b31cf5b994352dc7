/* Chord coverage: the number of distinct chords in the chord sequence. */
#include "metrics/analysis/chords.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chords *chords = attune_analysis_chords(a);
    if (chords->why) {
        return attune_undefined(chords->why);
    }
    bool used[ATTUNE_N_CHORD_QUALITIES * 12] = {false};
    size_t n = 0;
    for (size_t i = 0; i < chords->n_chords; i++) {
        bool *chord = used + chords->sequence[i].quality * 12 + chords->sequence[i].root;
        n += !*chord;
        *chord = true;
    }
    return n ? attune_defined((double)n) : attune_undefined("no chord");
}

const struct attune_metric attune_metric_harmonic_chord_coverage = {
    .id = "harmonic.chord_coverage",
    .version = 2,
    .title = "Chord coverage",
    .unit = "chords",
    .direction = ATTUNE_NONE,
    .lo = 1,
    .hi = 60,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES |
        ATTUNE_DAMAGE_FREEZE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "number of distinct chords",
    .formula =
        "number of distinct chords (maj, min, 7, maj7, min7 on 12 roots) in the chord "
        "sequence",
    .source = "chord coverage, Yeh et al. 2021",
    .undefined_when = "no chord",
    .eval = eval,
};
