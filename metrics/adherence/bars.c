/* Length in bars against the length asked for: min(n, m) / max(n, m).
 *
 * Symbolic: bars of the grid from the first note's bar on. Audio: estimated bars. */
#include "metrics/adherence/sample_attributes.h"
#include "metrics/analysis/beats.h"
#include "metrics/metric.h"
#include "metrics/symbolic/empty_share.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const char *why;
    const struct attune_attributes *asked = attune_asked(a, &why);
    if (!asked) {
        return attune_undefined(why);
    }
    if (!asked->has_bars || asked->n_bars < 1) {
        return attune_undefined("the prompt asks for no number of bars");
    }
    double n;
    if (attune_analysis_modality(a) == ATTUNE_SYMBOLIC) {
        const struct attune_grid *grid = attune_analysis_grid(a);
        if (grid->why) {
            return attune_undefined(grid->why);
        }
        n = (double)(grid->n_bars - attune_first_bar(a));
    } else {
        const struct attune_beats *beats = attune_analysis_beats(a);
        if (beats->why || beats->n_downbeats == 0) {
            return attune_undefined(beats->why ? beats->why : "no bars");
        }
        n = (double)beats->n_downbeats;
    }
    const double m = asked->n_bars;
    return attune_defined(n < m ? n / m : m / n);
}

const struct attune_metric attune_metric_adherence_bars = {
    .id = "adherence.bars",
    .version = 2,
    .title = "Length in bars",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE |
                 ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "is it as many bars long as asked for",
    .formula = "min(bars, asked) / max(bars, asked)",
    .source = "house definition",
    .undefined_when = "the prompt asks for no length, or the sample has no bars",
    .eval = eval,
};
