/* Compression ratio of the note stream by its patterns: notes over phrases of a Lempel-Ziv
 * parse.
 *
 *     n / number of phrases, each phrase the longest one known and one more note (Ziv & Lempel
 * 1978)
 *
 * A note is its pitch and its distance to the note before in twelfths of a beat
 * (symbolic/note_tokens.h), drums left out. The more literal repetition over time, the higher.
 * It grows slowly with length: compare pieces of like length. symbolic.cosiatec_ratio also finds
 * transposed and interleaved repetition. */
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/symbolic/note_tokens.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_tokens stream = attune_note_tokens(a);
    struct attune_value value = attune_undefined(stream.why);
    if (!stream.why) {
        const size_t n_phrases = attune_count_lz_phrases(a, &stream);
        value = n_phrases ? attune_defined((double)stream.n / (double)n_phrases)
                          : attune_undefined("out of memory");
    }
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_temporal_compression_ratio = {
    .id = "temporal.compression_ratio",
    .version = 1,
    .title = "Compression ratio",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 1,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "notes over phrases of a Lempel-Ziv parse",
    .formula = "n / phrases of an LZ78 parse of (distance in 1/12 beat, pitch)",
    .source = "Ziv & Lempel 1978",
    .undefined_when = "no pitched note",
    .eval = eval,
};
