/* Pulse clarity: how strongly the onsets repeat at some beat period.
 *
 *     max over lags of 40-200 BPM of corr(env[t], env[t + lag])
 *
 * env  onset envelope from the first onset on, so that silence before the music has no say; corr is
 *      Pearson's, so that a constant envelope has no pulse.
 * Source: the autocorrelation family of Lartillot et al. 2008. Undefined below 3.1 s, two periods
 * at 40 BPM. */
#include <math.h>

#include "metrics/analysis/onset.h"
#include "metrics/analysis/tempogram.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_onset *onset = attune_analysis_onset(a);
    if (onset->why) {
        return attune_undefined(onset->why);
    }
    const size_t shortest = (size_t)ceil(60.0 / 200.0 * onset->rate_hz);
    const size_t longest = (size_t)floor(60.0 / 40.0 * onset->rate_hz);
    size_t first = 0;
    while (first < onset->n_frames && !(onset->env[first] > 0.0f)) {
        first++;
    }
    const size_t n = onset->n_frames - first;
    if (n < 2 * longest) {
        return attune_undefined(first ? "less than two periods at 40 BPM after the first onset"
                                      : "shorter than two periods at 40 BPM");
    }
    double best = 0.0;
    for (size_t lag = shortest; lag <= longest; lag++) {
        best = fmax(best, attune_autocorrelation(onset->env + first, n, lag));
    }
    /* No correlation at any lag: not even one onset that another could follow. */
    return best > 0.0 ? attune_defined(best) : attune_undefined("no onsets");
}

const struct attune_metric attune_metric_temporal_pulse_clarity = {
    .id = "temporal.pulse_clarity",
    .version = 2,
    .title = "Pulse clarity",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_ONSET | ATTUNE_DAMAGE_RANDOM_NOTES | ATTUNE_DAMAGE_TEMPO,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "how strongly the onsets repeat at a beat period",
    .formula =
        "max over lags of 40-200 BPM of the Pearson correlation of the onset envelope with "
        "itself",
    .source = "Lartillot, Eerola, Toiviainen & Fornari 2008",
    .undefined_when = "shorter than 3 s, or no onsets",
    .eval = eval,
};
