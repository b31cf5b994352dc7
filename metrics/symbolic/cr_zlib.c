/* zlib compression ratio: bytes of the note stream over bytes after zlib's level 9.
 *
 * A note is two bytes, its distance to the note before in twelfths of a beat (at most 255) and
 * its pitch, drums left out (note_tokens.h). Public code calls this, too, a compression ratio:
 * it is not symbolic.cosiatec_ratio. Short pieces fall below 1: the header alone takes 6 bytes. */
#include <zlib.h>

#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/symbolic/note_tokens.h"

static struct attune_value ratio(struct attune_analysis *a, const struct attune_note_tokens *stream)
{
    const size_t n_bytes = 2 * stream->n;
    uLongf n_packed = compressBound((uLong)n_bytes);
    unsigned char *bytes = attune_arena_alloc(&a->scratch, n_bytes, 1);
    unsigned char *packed = attune_arena_alloc(&a->scratch, n_packed, 1);
    if (!bytes || !packed) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    for (size_t i = 0; i < stream->n; i++) {
        const uint32_t step = stream->tokens[i] >> 7;
        bytes[2 * i] = (unsigned char)(step > 255 ? 255 : step);
        bytes[2 * i + 1] = (unsigned char)(stream->tokens[i] & 127);
    }
    if (compress2(packed, &n_packed, bytes, (uLong)n_bytes, Z_BEST_COMPRESSION) != Z_OK) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    return attune_defined((double)n_bytes / (double)n_packed);
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_tokens stream = attune_note_tokens(a);
    struct attune_value value = attune_undefined(stream.why);
    if (!stream.why) {
        value = ratio(a, &stream);
    }
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_symbolic_cr_zlib = {
    .id = "symbolic.cr_zlib",
    .version = 1,
    .title = "zlib compression ratio",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "bytes of the note stream over compressed bytes",
    .formula = "2 n / bytes after zlib level 9 of (distance in 1/12 beat, pitch)",
    .source = "public evaluation code of the Text2midi line",
    .undefined_when = "no pitched note",
    .eval = eval,
};
