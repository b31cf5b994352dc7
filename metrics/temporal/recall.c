/* Recall: when something comes back, does what followed it come back too.
 *
 *     Pearson correlation of d(b, c) with d(b + 1, c + 1) over all pairs of bars b < c <= b + 128
 *
 * d  squared distance of the bars' contents, pattern and texture (bar_content.h); bars count from
 *    the first to the last with content
 * In the self-similarity matrix this is how much of its pattern lies along diagonals: the
 * determinism of recurrence plots without a threshold (Webber & Zbilut 1994; for music: Serra et
 * al. 2009). 0 is what any order would give; repeated phrases, sections and slow change raise it.
 * Of a longer piece the first 4096 bars count. Undefined with fewer than 8 bars, or when all are
 * alike. */
#include <math.h>

#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/temporal/bar_content.h"

enum { MIN_BARS = 8, MAX_LAG = 128, MAX_BARS = 4096 };

struct moments {
    double n, x, y, xx, yy, xy;
};

static void add(struct moments *m, double x, double y)
{
    m->n += 1.0;
    m->x += x;
    m->y += y;
    m->xx += x * x;
    m->yy += y * y;
    m->xy += x * y;
}

static struct attune_value measure(struct attune_analysis *a)
{
    const struct attune_bar_content content = attune_bar_content_make(a);
    if (content.why) {
        return attune_undefined(content.why);
    }
    size_t first, n;
    attune_bar_content_span(&content, &first, &n);
    if (n < MIN_BARS) {
        return attune_undefined("fewer than 8 bars");
    }
    n = n > MAX_BARS ? MAX_BARS : n;
    struct moments m = {0};
    for (size_t lag = 1; lag <= MAX_LAG && lag + 2 <= n; lag++) {
        double before = attune_bar_content_distance(&content, first, first + lag);
        for (size_t b = first + 1; b + lag < first + n; b++) {
            const double after = attune_bar_content_distance(&content, b, b + lag);
            add(&m, before, after);
            before = after;
        }
    }
    const double vx = m.xx - m.x * m.x / m.n, vy = m.yy - m.y * m.y / m.n;
    if (vx < 1e-6 * m.n || vy < 1e-6 * m.n) {
        return attune_undefined("all bars are alike");
    }
    return attune_defined((m.xy - m.x * m.y / m.n) / sqrt(vx * vy));
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_value value = measure(a);
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_temporal_recall = {
    .id = "temporal.recall",
    .version = 3,
    .title = "Recall",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = -1,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_SPLICE,
    .symbolic_only = ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_SPLICE,
    .invariant = ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "when a bar comes back, does what followed it come back too",
    .formula = "correlation of d(b, c) with d(b+1, c+1) over pairs of bars up to 128 apart, of the"
               " first 4096 bars; d:"
               " squared distance of the bars' pitch classes and drums by position and of their"
               " instruments by register (audio: chroma by quarter, onset profile; flux by band)",
    .source = "determinism of recurrence plots (Webber & Zbilut 1994; Serra et al. 2009) without"
              " a threshold",
    .undefined_when = "fewer than 8 bars between the first and last with content; all bars alike",
    .eval = eval,
};
