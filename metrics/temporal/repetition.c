/* Repetition: how much of the piece the repetitions of its fittest segment cover.
 *
 *     value = coverage of the segment (3 s or more) of the largest fitness, itself included, over n
 *
 * 0 when no segment repeats at all. The scape plot is that of temporal.structure_*. */
#include "metrics/analysis/structure.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_structure *structure = attune_analysis_structure(a);
    if (structure->why) {
        return attune_undefined(structure->why);
    }
    if (structure->duration_s < 2.0 * attune_structure_low_s(ATTUNE_STRUCTURE_SHORT)) {
        return attune_undefined("shorter than 6 s");
    }
    return attune_defined(structure->repetition);
}

const struct attune_metric attune_metric_temporal_repetition = {
    .id = "temporal.repetition",
    .version = 2,
    .title = "Repetition",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_RANDOM_NOTES | ATTUNE_DAMAGE_FREEZE,
    .symbolic_only = ATTUNE_DAMAGE_SHUFFLE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "share of the piece under the repetitions of its fittest segment",
    .formula =
        "coverage of the optimal path family of the segment (3 s or more) with the "
        "largest fitness, over the length of the piece; 0 when nothing repeats",
    .source = "audio thumbnailing, Müller, Jiang & Grosche 2013",
    .undefined_when = "no pitched sound, or a piece shorter than 6 s",
    .eval = eval,
};
