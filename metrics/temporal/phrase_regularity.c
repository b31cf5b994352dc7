/* Phrase regularity: does note-onset density repeat every two, four and eight bars.
 *
 *     mean over lags L of 2, 4 and 8 bars of the correlation of d(b) with d(b + L)
 *
 * d(b) is the number of onsets nearest to each quarter of a bar, drums included, from the first
 * note's bar on; correlations are Pearson's over all pairs that the lag leaves. A lag counts
 * when it fits into the piece at least twice. */
#include <math.h>

#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/symbolic/onset_density.h"

static double correlation(const double *x, const double *y, size_t n)
{
    double sx = 0.0, sy = 0.0, sxx = 0.0, syy = 0.0, sxy = 0.0;
    for (size_t i = 0; i < n; i++) {
        sx += x[i];
        sy += y[i];
        sxx += x[i] * x[i];
        syy += y[i] * y[i];
        sxy += x[i] * y[i];
    }
    const double vx = (double)n * sxx - sx * sx, vy = (double)n * syy - sy * sy;
    return vx > 0.0 && vy > 0.0 ? ((double)n * sxy - sx * sy) / sqrt(vx * vy) : NAN;
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_onset_density density = attune_onset_density(a);
    struct attune_value value = attune_undefined(density.why);
    if (!density.why) {
        double sum = 0.0;
        size_t n_lags = 0;
        for (size_t bars = 2; bars <= 8 && 2 * bars <= density.n_bars; bars *= 2) {
            const size_t lag = bars * ATTUNE_DENSITY_PARTS;
            const double r = correlation(density.onsets, density.onsets + lag,
                                         density.n_bars * ATTUNE_DENSITY_PARTS - lag);
            if (!isnan(r)) {
                sum += r;
                n_lags++;
            }
        }
        value = n_lags ? attune_defined(sum / (double)n_lags)
                       : attune_undefined("fewer than four bars, or onsets are spread evenly");
    }
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_temporal_phrase_regularity = {
    .id = "temporal.phrase_regularity",
    .version = 1,
    .title = "Phrase regularity",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = -1,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_ONSET | ATTUNE_DAMAGE_RANDOM_NOTES | ATTUNE_DAMAGE_SHUFFLE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "does onset density repeat every two, four and eight bars",
    .formula = "mean Pearson correlation of onsets per quarter bar at lags of 2, 4, 8 bars",
    .source = "house definition",
    .undefined_when = "fewer than four bars, or density never changes",
    .eval = eval,
};
