/* Section contrast: how clearly sections stand apart.
 *
 *     value = mean novelty at the boundaries / (median novelty + .001)
 *
 * The small constant keeps the ratio finite in a piece that is exactly at rest between its
 * boundaries. */
#include "metrics/analysis/novelty.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_novelty *novelty = attune_analysis_novelty(a);
    if (novelty->why) {
        return attune_undefined(novelty->why);
    }
    if (novelty->n_boundaries == 0) {
        return attune_undefined("no section boundary");
    }
    double sum = 0.0;
    for (size_t i = 0; i < novelty->n_boundaries; i++) {
        sum += novelty->curve[novelty->boundary[i]];
    }
    return attune_defined(sum / (double)novelty->n_boundaries / (novelty->median + 0.001));
}

const struct attune_metric attune_metric_temporal_section_contrast = {
    .id = "temporal.section_contrast",
    .version = 2,
    .title = "Section contrast",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "novelty at section boundaries over its median",
    .formula =
        "mean novelty at the boundaries of temporal.novelty_rate / (median novelty + "
        ".001)",
    .source = "Foote 2000; the ratio is attune's own",
    .undefined_when = "no pitched sound, a piece shorter than 16 s, or no boundary",
    .eval = eval,
};
