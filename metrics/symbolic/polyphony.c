/* Polyphony: mean number of different pitches that sound at once, where any sounds, drums left
 * out.
 *
 *     sum_k k t_k / sum_k t_k      t_k ticks during which exactly k pitches sound, k >= 1
 *
 * Corrected against muspy 0.5: undefined, not NaN, where nothing sounds; notes are paired by the
 * house rule, so that a repeated pitch is not held to the end of the later note. Swept, not
 * sampled: no matrix of steps. */
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    double pitches = 0.0, ticks = 0.0;
    for (int k = 1; k <= 128; k++) {
        pitches += k * (double)stats->ticks_with[k];
        ticks += (double)stats->ticks_with[k];
    }
    return ticks > 0.0 ? attune_defined(pitches / ticks)
                       : attune_undefined("all notes have zero length");
}

const struct attune_metric attune_metric_symbolic_polyphony = {
    .id = "symbolic.polyphony",
    .version = 1,
    .title = "Polyphony",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 1,
    .hi = 128,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "mean number of pitches sounding at once",
    .formula = "sum k t_k / sum t_k, t_k the ticks with exactly k >= 1 sounding pitches",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "no pitched note, or all have zero length",
    .eval = eval,
};
