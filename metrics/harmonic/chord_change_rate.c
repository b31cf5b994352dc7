/* Chord change rate: harmonic rhythm.
 *
 *     value = chord changes / beats       (changes per second where no beat is found)
 *
 * Changes are counted in the chord sequence without its gaps; beats are those of beats.h within
 * the piece. The unit changes when no beat is found; such pieces are rare and have no harmonic
 * rhythm to speak of. */
#include "metrics/analysis/beats.h"
#include "metrics/analysis/chords.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chords *chords = attune_analysis_chords(a);
    if (chords->why) {
        return attune_undefined(chords->why);
    }
    if (chords->n_chords == 0) {
        return attune_undefined("no chord");
    }
    const double changes = (double)(chords->n_chords - 1);
    const struct attune_beats *beats = attune_analysis_beats(a);
    if (!beats->why && beats->n_beats > 0) {
        return attune_defined(changes / (double)beats->n_beats);
    }
    const double duration_s = attune_analysis_duration_s(a);
    return duration_s > 0.0 ? attune_defined(changes / duration_s) : attune_undefined("no length");
}

const struct attune_metric attune_metric_harmonic_chord_change_rate = {
    .id = "harmonic.chord_change_rate",
    .version = 3,
    .title = "Chord change rate",
    .unit = "1/beat",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC | ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES |
        ATTUNE_DAMAGE_FREEZE,
    .symbolic_only = ATTUNE_DAMAGE_TRANSPOSED_BARS,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "chord changes per beat",
    .formula =
        "changes in the chord sequence over the number of beats (per second where no "
        "beat is found)",
    .source = "harmonic rhythm; the chord sequence of chords.c",
    .undefined_when = "no chord",
    .eval = eval,
};
