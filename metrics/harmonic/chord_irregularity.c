/* Chord progression irregularity.
 *
 *     value = distinct chord trigrams / (n - 2)
 *
 * over the n chords of the sequence without its gaps; a trigram is three chords in a row. 1: no
 * progression is ever heard again. Sequences of any length are compared by sorting their trigrams.
 */
#include <stdint.h>

#include "metrics/analysis/chords.h"
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"

static unsigned code(struct attune_chord chord)
{
    return (unsigned)chord.quality * 12u + (unsigned)chord.root;
}

static int by_code(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

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
    uint32_t *trigram = attune_alloc(n, sizeof *trigram);
    if (!trigram) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    const unsigned base = 12u * ATTUNE_N_CHORD_QUALITIES;
    for (size_t i = 0; i < n; i++) {
        const struct attune_chord *c = chords->sequence + i;
        trigram[i] = (code(c[0]) * base + code(c[1])) * base + code(c[2]);
    }
    qsort(trigram, n, sizeof *trigram, by_code);
    size_t distinct = 1;
    for (size_t i = 1; i < n; i++) {
        distinct += trigram[i] != trigram[i - 1];
    }
    attune_release(trigram);
    return attune_defined((double)distinct / (double)n);
}

const struct attune_metric attune_metric_harmonic_chord_irregularity = {
    .id = "harmonic.chord_irregularity",
    .version = 1,
    .title = "Chord progression irregularity",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES |
        ATTUNE_DAMAGE_FREEZE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of chord trigrams that are heard only once in kind",
    .formula = "distinct chord trigrams / (n - 2), n chords in the sequence",
    .source = "chord progression irregularity, Wu & Yang 2020 (MusDr)",
    .undefined_when = "fewer than three chords",
    .eval = eval,
};
