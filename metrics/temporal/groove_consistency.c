/* Groove consistency: do adjacent bars have the same rhythm.
 *
 *     mean over adjacent bars of cos(g_b, g_(b+1))
 *
 * g_b  onset envelope of bar b in 16 positions (metrics/analysis/bars.c). A bar without onsets
 * matches nothing: beside a bar with onsets it gives 0, two empty bars are no pair. Audio: envelope
 * and bar lines are estimated. Undefined with fewer than two bars or when no pair has onsets. */
#include "metrics/analysis/bars.h"
#include "metrics/metric.h"
#include "metrics/temporal/groove.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_bars *bars = attune_analysis_bars(a);
    if (bars->why) {
        return attune_undefined(bars->why);
    }
    double sum = 0.0;
    size_t n_pairs = 0;
    for (size_t b = 0; b + 1 < bars->n_bars; b++) {
        float first[ATTUNE_BAR_POSITIONS], second[ATTUNE_BAR_POSITIONS];
        const int n_filled =
            attune_groove_unit(bars, b, first) + attune_groove_unit(bars, b + 1, second);
        n_pairs += n_filled > 0;
        for (size_t p = 0; p < ATTUNE_BAR_POSITIONS; p++) {
            sum += (double)(first[p] * second[p]);
        }
    }
    return n_pairs ? attune_defined(sum / (double)n_pairs) : attune_undefined("no pair of bars");
}

const struct attune_metric attune_metric_temporal_groove_consistency = {
    .id = "temporal.groove_consistency",
    .version = 3,
    .title = "Groove consistency",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_ONSET | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "rhythmic likeness of adjacent bars",
    .formula =
        "mean cosine of the 16-position onset profiles of adjacent bars; an empty bar matches"
        " nothing",
    .source = "after Wu & Yang 2020 (grooving pattern similarity) and Dong et al. 2020",
    .undefined_when = "fewer than two bars, or no onsets",
    .eval = eval,
};
