/* 4-gram compression ratio: runs of four successive notes over different ones.
 *
 * A note is its pitch and its distance to the note before in twelfths of a beat (note_tokens.h),
 * drums left out. Public code calls this, too, a compression ratio: it is not
 * symbolic.cosiatec_ratio. */
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/symbolic/note_tokens.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_tokens stream = attune_note_tokens(a);
    struct attune_value value = attune_undefined(stream.why);
    if (!stream.why) {
        const size_t n_different = attune_count_ngrams(a, &stream, 4);
        value = stream.n < 4 ? attune_undefined("fewer than four notes")
                             : attune_defined((double)(stream.n - 3) / (double)n_different);
    }
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_symbolic_cr_ngram = {
    .id = "symbolic.cr_ngram",
    .version = 1,
    .title = "4-gram compression ratio",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 1,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "runs of four notes over different ones",
    .formula = "(n - 3) / different 4-grams of (distance in 1/12 beat, pitch)",
    .source = "public evaluation code of the Text2midi line",
    .undefined_when = "fewer than four pitched notes",
    .eval = eval,
};
