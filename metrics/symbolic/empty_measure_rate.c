/* Share of bars in which no note sounds, drums included.
 *
 * Corrected against muspy 0.5: a note that ends with a bar does not reach into the next one;
 * there is no phantom last bar; bars follow all time signatures, not the first; bars before the
 * first note do not count. */
#include "metrics/metric.h"
#include "metrics/symbolic/empty_share.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_grid *grid = attune_analysis_grid(a);
    if (grid->why) {
        return attune_undefined(grid->why);
    }
    return attune_defined(
        attune_empty_share(attune_analysis_notes(a), grid->bar_tick, grid->n_bars,
                           attune_first_bar(a)));
}

const struct attune_metric attune_metric_symbolic_empty_measure_rate = {
    .id = "symbolic.empty_measure_rate",
    .version = 1,
    .title = "Empty bars",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of bars without a note",
    .formula =
        "bars of the time-signature map in which nothing sounds / bars, from the first "
        "note's bar to the last note's end",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "there are no notes",
    .eval = eval,
};
