#include "metrics/symbolic/note_tokens.h"

#include <math.h>

#include "metrics/analysis/grid.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

enum { PARTS = 12, MAX_STEP = 511 };

struct attune_note_tokens attune_note_tokens(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_grid *grid = attune_analysis_grid(a);
    struct attune_note_tokens out = {.why = grid->why};
    if (out.why) {
        return out;
    }
    uint32_t *tokens = attune_arena_alloc(&a->scratch, notes->n_notes, sizeof *tokens);
    if (!tokens) {
        attune_analysis_oom(a);
        out.why = "out of memory";
        return out;
    }
    double before = 0.0;
    for (size_t i = 0, beat = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        while (beat + 1 < grid->n_beats && grid->beat_tick[beat + 1] <= note->onset_tick) {
            beat++;
        }
        if (note->is_drum) {
            continue;
        }
        const double start = grid->beat_tick[beat], length = grid->beat_tick[beat + 1] - start;
        const double place =
            floor(PARTS * ((double)beat + (note->onset_tick - start) / length) + 0.5);
        const double step = out.n == 0 ? 0.0 : fmin(place - before, MAX_STEP);
        tokens[out.n++] = (uint32_t)step << 7 | note->pitch;
        before = place;
    }
    out.why = out.n == 0 ? "no pitched notes" : NULL;
    out.tokens = tokens;
    return out;
}

/* A set of 64-bit keys with at least twice as many places as keys; 0 marks a free place. */
struct key_set {
    uint64_t *key;
    uint32_t *value;
    size_t mask;
};

static int set_init(struct key_set *set, struct attune_arena *arena, size_t n_keys)
{
    size_t n = 16;
    while (n < 2 * n_keys) {
        n *= 2;
    }
    set->mask = n - 1;
    set->key = attune_arena_alloc(arena, n, sizeof *set->key);
    set->value = attune_arena_alloc(arena, n, sizeof *set->value);
    return set->key && set->value;
}

/* Place of the key: taken by it already, or free. */
static size_t set_find(const struct key_set *set, uint64_t key)
{
    size_t at = (key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & set->mask;
    while (set->key[at] && set->key[at] != key) {
        at = (at + 1) & set->mask;
    }
    return at;
}

/* n-grams are numbered order by order: a pair of the number of its first part and its last token.
 */
size_t attune_count_ngrams(struct attune_analysis *a, const struct attune_note_tokens *stream,
                           size_t order)
{
    const size_t n = stream->n;
    uint32_t *number = attune_arena_alloc(&a->scratch, n, sizeof *number);
    size_t n_different = 0;
    for (size_t k = 1; k <= order; k++) {
        struct key_set set;
        if (!number || !set_init(&set, &a->scratch, n)) {
            attune_analysis_oom(a);
            return 0;
        }
        n_different = 0;
        for (size_t i = 0; i + k <= n; i++) {
            const uint64_t key = ((uint64_t)number[i] << 32 | stream->tokens[i + k - 1]) + 1;
            const size_t at = set_find(&set, key);
            if (!set.key[at]) {
                set.key[at] = key;
                set.value[at] = (uint32_t)n_different++;
            }
            number[i] = set.value[at];
        }
    }
    return n_different;
}

size_t attune_count_lz_phrases(struct attune_analysis *a, const struct attune_note_tokens *stream)
{
    struct key_set set;
    if (!set_init(&set, &a->scratch, stream->n)) {
        attune_analysis_oom(a);
        return 0;
    }
    size_t n_phrases = 0;
    uint32_t phrase = 0; /* 0 is the empty one */
    for (size_t i = 0; i < stream->n; i++) {
        const uint64_t key = ((uint64_t)phrase << 32 | stream->tokens[i]) + 1;
        const size_t at = set_find(&set, key);
        if (set.key[at]) {
            phrase = set.value[at];
        } else {
            set.key[at] = key;
            set.value[at] = (uint32_t)++n_phrases;
            phrase = 0;
        }
    }
    return n_phrases + (phrase > 0);
}
