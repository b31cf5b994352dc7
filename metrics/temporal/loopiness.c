/* Loopiness: share of the bars that repeat an earlier bar exactly. Degenerate looping is near 1;
 * music that varies its repeats is not counted.
 *
 *     |{b : some earlier c with cos(v_b, v_c) > 0.995}| / bars with content
 *
 * v is the bar's pattern (bar_content.h); without bar lines, that of blocks of 2 s. An empty bar
 * repeats nothing and does not count. Bars are compared with the 4096 before them. Undefined with
 * fewer than two bars with content. */
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/temporal/bar_content.h"

enum { MAX_BACK = 4096 };

static const double THRESHOLD = 0.995;

static bool repeats(const struct attune_bar_content *content, size_t bar)
{
    const float *row = content->rows + bar * content->width;
    const size_t first = bar > MAX_BACK ? bar - MAX_BACK : 0;
    for (size_t c = bar; c-- > first;) {
        const float *earlier = content->rows + c * content->width;
        if (attune_bar_content_dot(row, earlier, content->pattern) > THRESHOLD) {
            return true;
        }
    }
    return false;
}

static struct attune_value measure(struct attune_analysis *a)
{
    const struct attune_bar_content content = attune_bar_content_make(a);
    if (content.why) {
        return attune_undefined(content.why);
    }
    size_t n_filled = 0, n_repeats = 0;
    for (size_t b = 0; b < content.n; b++) {
        n_filled += !content.empty[b];
        n_repeats += !content.empty[b] && repeats(&content, b);
    }
    return n_filled < 2 ? attune_undefined("fewer than two bars with content")
                        : attune_defined((double)n_repeats / (double)n_filled);
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_value value = measure(a);
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_temporal_loopiness = {
    .id = "temporal.loopiness",
    .version = 3,
    .title = "Loopiness",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_FREEZE,
    .invariant = ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "share of the bars that repeat an earlier bar exactly",
    .formula =
        "share of bars (without a beat: blocks of 2 s) whose content has a cosine above 0.995"
        " with that of an earlier one",
    .source = "definition",
    .undefined_when = "fewer than two bars with content",
    .eval = eval,
};
