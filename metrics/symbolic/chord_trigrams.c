#include "metrics/symbolic/chord_trigrams.h"

#include <stdint.h>

#include "metrics/analysis/chords.h"
#include "metrics/analysis/internal.h"

enum { N_CHORDS = 12 * ATTUNE_N_CHORD_QUALITIES };

/* A trigram is a number below 132^3; seen ones are bits. */
size_t attune_chord_trigrams(struct attune_analysis *a, size_t n)
{
    const struct attune_chords *chords = attune_analysis_chords(a);
    const size_t n_words = ((size_t)N_CHORDS * N_CHORDS * N_CHORDS + 63) / 64;
    uint64_t *seen = attune_arena_alloc(&a->scratch, n_words, sizeof *seen);
    if (!seen) {
        attune_analysis_oom(a);
        return 0;
    }
    size_t n_different = 0;
    for (size_t i = 0; i < n; i++) {
        size_t trigram = 0;
        for (size_t k = 0; k < 3; k++) {
            const struct attune_chord chord = chords->sequence[i + k];
            trigram =
                trigram * N_CHORDS + (size_t)chord.root * ATTUNE_N_CHORD_QUALITIES + chord.quality;
        }
        const uint64_t bit = UINT64_C(1) << trigram % 64;
        n_different += !(seen[trigram / 64] & bit);
        seen[trigram / 64] |= bit;
    }
    attune_arena_reset(&a->scratch);
    return n_different;
}
