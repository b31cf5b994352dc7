/* Groove similarity: do all bars of the piece share one rhythm.
 *
 *     mean over all pairs of bars of cos(g_b, g_c)
 *
 * With u_b = g_b / |g_b| (0 where empty), the sum over pairs is (|sum u|^2 - n_filled) / 2, so no
 * pair is visited. A pair of empty bars is none; a pair of an empty and a filled bar counts 0.
 * MusDr's GS uses 64 positions and XOR: see compat.musdr.gs. */
#include "metrics/analysis/bars.h"
#include "metrics/metric.h"
#include "metrics/temporal/groove.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_bars *bars = attune_analysis_bars(a);
    if (bars->why) {
        return attune_undefined(bars->why);
    }
    double sum[ATTUNE_BAR_POSITIONS] = {0.0}, n_filled = 0.0, squares = 0.0;
    for (size_t b = 0; b < bars->n_bars; b++) {
        float unit[ATTUNE_BAR_POSITIONS];
        n_filled += attune_groove_unit(bars, b, unit);
        for (size_t p = 0; p < ATTUNE_BAR_POSITIONS; p++) {
            sum[p] += (double)unit[p];
            squares += (double)(unit[p] * unit[p]);
        }
    }
    double length = 0.0;
    for (size_t p = 0; p < ATTUNE_BAR_POSITIONS; p++) {
        length += sum[p] * sum[p];
    }
    const double n_empty = (double)bars->n_bars - n_filled;
    const double n_pairs = 0.5 * n_filled * (n_filled - 1.0) + n_filled * n_empty;
    if (n_pairs < 1.0) {
        return attune_undefined("no pair of bars");
    }
    return attune_defined(0.5 * (length - squares) / n_pairs);
}

const struct attune_metric attune_metric_temporal_groove_similarity = {
    .id = "temporal.groove_similarity",
    .version = 3,
    .title = "Groove similarity",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_ONSET | ATTUNE_DAMAGE_RANDOM_NOTES | ATTUNE_DAMAGE_SPLICE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "rhythmic likeness of all bars",
    .formula =
        "mean cosine of the 16-position onset profiles over all pairs of bars; an empty bar "
        "matches nothing",
    .source = "after Wu & Yang 2020 (grooving pattern similarity)",
    .undefined_when = "fewer than two bars, or no onsets",
    .eval = eval,
};
