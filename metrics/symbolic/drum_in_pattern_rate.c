/* Share of drum notes that fall on the parts of a beat that the meter suggests: quarters of a
 * beat in simple meters, thirds in compound ones (6/8, 9/8, 12/8), within 1/32 beat.
 *
 * Corrected against muspy 0.5, which compares exact ticks, so that a played performance scores 0
 * and a file whose resolution does not divide by 4 or 3 is judged by the beat alone; beats are
 * those of the time-signature map. */
#include "metrics/analysis/grid.h"
#include "metrics/metric.h"
#include "metrics/symbolic/drum_pattern.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_grid *grid = attune_analysis_grid(a);
    const bool compound = grid->numerator > grid->beats_per_bar;
    return attune_drum_pattern_rate(a, compound ? 3 : 4);
}

const struct attune_metric attune_metric_symbolic_drum_in_pattern_rate = {
    .id = "symbolic.drum_in_pattern_rate",
    .version = 1,
    .title = "Drum-in-pattern rate",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_ONSET,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of drum notes on the parts of a beat that the meter suggests",
    .formula =
        "drum notes within 1/32 beat of a multiple of 1/4 beat (compound meters: 1/3) / "
        "drum notes",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "there are no drums",
    .eval = eval,
};
