/* The pitched notes of a sample as a stream of tokens, for measures of repetition. */
#ifndef ATTUNE_METRICS_SYMBOLIC_NOTE_TOKENS_H
#define ATTUNE_METRICS_SYMBOLIC_NOTE_TOKENS_H

#include <stdint.h>

#include "metrics/analysis/analysis.h"

struct attune_note_tokens {
    const char *why;
    size_t n;
    /* (n,) twelfths of a beat since the note before (at most 511) << 7 | pitch */
    const uint32_t *tokens;
};

/* Notes in the order of onset and pitch; the first token's time is 0. Scratch memory: reset it
 * after use. */
struct attune_note_tokens attune_note_tokens(struct attune_analysis *analysis);

/* Different runs of `order` successive tokens, order 1..8. 0 when out of memory. */
size_t attune_count_ngrams(struct attune_analysis *analysis,
                           const struct attune_note_tokens *stream, size_t order);

/* Phrases of a Lempel-Ziv (1978) parse: each the longest known phrase and one more token. 0 when
 * out of memory. */
size_t attune_count_lz_phrases(struct attune_analysis *analysis,
                               const struct attune_note_tokens *stream);

#endif
