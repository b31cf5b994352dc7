/* Polyphony rate: share of the piece in which two or more pitches sound, drums left out.
 *
 * Corrected against muspy 0.5: "multiple" means two, where muspy's threshold counts three and
 * more; the piece lasts from the first pitched onset to the last pitched end, where muspy counts
 * leading silence and trailing control changes. */
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    double several = 0.0;
    for (int k = 2; k <= 128; k++) {
        several += (double)stats->ticks_with[k];
    }
    return stats->span_ticks > 0.0 ? attune_defined(several / stats->span_ticks)
                                   : attune_undefined("all notes have zero length");
}

const struct attune_metric attune_metric_symbolic_polyphony_rate = {
    .id = "symbolic.polyphony_rate",
    .version = 1,
    .title = "Polyphony rate",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of the piece with two or more sounding pitches",
    .formula = "ticks with >= 2 sounding pitches / ticks from first onset to last end",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "no pitched note, or all have zero length",
    .eval = eval,
};
