/* Groove consistency: how far adjacent bars have onsets at the same places, drums included.
 *
 *     mean over adjacent bars of |A and B| / |A or B|
 *
 * A, B   occupied positions of 64 in the bar
 *
 * Corrected against muspy 0.5, which compares ticks: there two bars of unlike rhythm agree in
 * all their empty ticks, so that values near 1 say only that the resolution is fine, and two
 * empty bars match. Here empty positions count for nothing, a pair of empty bars is no pair, an
 * empty bar beside a filled one gives 0, and bars follow all time signatures. */
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/symbolic/onset_positions.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_onset_positions onsets = attune_onset_positions(a, 1);
    if (onsets.why) {
        return attune_undefined(onsets.why);
    }
    double sum = 0.0;
    size_t n_pairs = 0;
    for (size_t b = 0; b + 1 < onsets.n_bars; b++) {
        const double agreement = attune_onset_agreement(onsets.bars[b], onsets.bars[b + 1]);
        if (agreement >= 0.0) {
            sum += agreement;
            n_pairs++;
        }
    }
    attune_arena_reset(&a->scratch);
    return n_pairs ? attune_defined(sum / (double)n_pairs)
                   : attune_undefined("fewer than two bars");
}

const struct attune_metric attune_metric_symbolic_groove_consistency = {
    .id = "symbolic.groove_consistency",
    .version = 1,
    .title = "Groove consistency",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_ONSET | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "how far adjacent bars have onsets at the same places",
    .formula =
        "mean over adjacent bars, not both empty, of shared / occupied positions (64 per "
        "bar)",
    .source = "Dong et al. 2020 (muspy), corrected; Wu & Yang 2020",
    .undefined_when = "fewer than two bars",
    .eval = eval,
};
