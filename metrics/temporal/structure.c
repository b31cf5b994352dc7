/* Structureness: does the piece repeat itself at a given time scale?
 *
 *     value = max over segments of the range of 2 s c / (s + c)
 *
 * s and c are the normalised score and coverage of the optimal path family over the segment, in
 * the self-similarity matrix of chroma at 2 Hz: invariant to transposition, tolerant to tempi from
 * 1/2 to 2, smoothed over 8 s, the densest quarter kept, penalty -2 (ssm.h, scape.h). Ranges: 3-8
 * s, 8-15 s, 15 s and more. Entries of the matrix are rounded to 2^-14. Pieces beyond 200 s: mean
 * over three excerpts of 150 s at the beginning, middle and end.
 *
 * Differs from MusDr's indicator in its chroma (chroma.h, not librosa's), in silence, which
 * resembles nothing here, and in being undefined where the piece could not hold the segment twice,
 * rather than 0. */
#include "metrics/analysis/structure.h"
#include "metrics/metric.h"

#define FORMULA                                                                                    \
    "max fitness, the harmonic mean of normalised score and coverage of the optimal path family, " \
    "over segments of the range; self-similarity of chroma at 2 Hz, 12 transpositions, 7 tempi "   \
    "1/2 to 2, smoothing 16 frames, density 1/4, penalty -2; beyond 200 s the mean over three "    \
    "excerpts of 150 s"
#define SOURCE                                                                                     \
    "structureness indicator, Wu & Yang 2020; fitness scape plot, Müller, Jiang & Grosche 2013"

static struct attune_value structureness(struct attune_analysis *a,
                                         enum attune_structure_range range, const char *too_short)
{
    const struct attune_structure *structure = attune_analysis_structure(a);
    if (structure->why) {
        return attune_undefined(structure->why);
    }
    if (structure->duration_s < 2.0 * attune_structure_low_s(range)) {
        return attune_undefined(too_short);
    }
    return attune_defined(structure->fitness[range]);
}

static struct attune_value eval_short(struct attune_analysis *a)
{
    return structureness(a, ATTUNE_STRUCTURE_SHORT, "shorter than 6 s");
}

const struct attune_metric attune_metric_temporal_structure_short = {
    .id = "temporal.structure_short",
    .version = 2,
    .title = "Short-range structure",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_RANDOM_NOTES,
    .symbolic_only = ATTUNE_DAMAGE_SHUFFLE,
    .invariant =
        ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "how well the best segment of 3 to 8 s explains the piece by its repetitions",
    .formula = FORMULA,
    .source = SOURCE,
    .undefined_when = "no pitched sound, or a piece shorter than 6 s",
    .eval = eval_short,
};

static struct attune_value eval_mid(struct attune_analysis *a)
{
    return structureness(a, ATTUNE_STRUCTURE_MID, "shorter than 16 s");
}

const struct attune_metric attune_metric_temporal_structure_mid = {
    .id = "temporal.structure_mid",
    .version = 2,
    .title = "Mid-range structure",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_RANDOM_NOTES,
    .symbolic_only = ATTUNE_DAMAGE_SHUFFLE,
    .invariant =
        ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "how well the best segment of 8 to 15 s explains the piece by its repetitions",
    .formula = FORMULA,
    .source = SOURCE,
    .undefined_when = "no pitched sound, or a piece shorter than 16 s",
    .eval = eval_mid,
};

static struct attune_value eval_long(struct attune_analysis *a)
{
    return structureness(a, ATTUNE_STRUCTURE_LONG, "shorter than 30 s");
}

const struct attune_metric attune_metric_temporal_structure_long = {
    .id = "temporal.structure_long",
    .version = 2,
    .title = "Long-range structure",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_RANDOM_NOTES,
    .symbolic_only = ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant =
        ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "how well the best segment of 15 s and more explains the piece by its repetitions",
    .formula = FORMULA,
    .source = SOURCE,
    .undefined_when = "no pitched sound, or a piece shorter than 30 s",
    .eval = eval_long,
};
