/* Share of beats in which no note sounds, drums included.
 *
 * Corrected against muspy 0.5: a note that ends with a beat does not reach into the next one;
 * there is no phantom last beat; beats are those of the time-signature map, not quarters of the
 * first signature; beats before the first note's bar and after the last note do not count. */
#include "metrics/metric.h"
#include "metrics/symbolic/empty_share.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_grid *grid = attune_analysis_grid(a);
    if (grid->why) {
        return attune_undefined(grid->why);
    }
    return attune_defined(
        attune_empty_share(attune_analysis_notes(a), grid->beat_tick, grid->n_beats,
                           grid->bar_beat[attune_first_bar(a)]));
}

const struct attune_metric attune_metric_symbolic_empty_beat_rate = {
    .id = "symbolic.empty_beat_rate",
    .version = 1,
    .title = "Empty beats",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of beats without a note",
    .formula =
        "beats of the time-signature map in which nothing sounds / beats, from the first "
        "note's bar to the last note's end",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "there are no notes",
    .eval = eval,
};
