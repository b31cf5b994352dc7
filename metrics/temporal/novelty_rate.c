/* Novelty rate: section boundaries per minute.
 *
 *     value = boundaries / (duration / 60 s)
 *
 * Boundaries are peaks of harmonic novelty: Gaussian checkerboard kernel of 8 s to either side on
 * chroma at 2 Hz (novelty.c says what counts as a peak). */
#include "metrics/analysis/novelty.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_novelty *novelty = attune_analysis_novelty(a);
    if (novelty->why) {
        return attune_undefined(novelty->why);
    }
    const double minutes = (double)novelty->n / novelty->rate_hz / 60.0;
    return attune_defined((double)novelty->n_boundaries / minutes);
}

const struct attune_metric attune_metric_temporal_novelty_rate = {
    .id = "temporal.novelty_rate",
    .version = 2,
    .title = "Novelty rate",
    .unit = "1/min",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 15,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_FREEZE,
    .symbolic_only = ATTUNE_DAMAGE_TRANSPOSED_BARS,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "section boundaries per minute",
    .formula =
        "peaks of Gaussian checkerboard novelty (half-width 8 s, chroma at 2 Hz; "
        "largest within 4 s, at least .03 and twice the median) per minute",
    .source = "Foote 2000; Müller 2015, section 4.4",
    .undefined_when = "no pitched sound, or a piece shorter than 16 s",
    .eval = eval,
};
