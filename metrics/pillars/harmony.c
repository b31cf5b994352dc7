/* The pillar of harmonic consistency; see pillar.h for the formula and pillars.def for the data. */
#include "metrics/pillars/pillar.h"

static struct attune_value eval(struct attune_analysis *analysis)
{
    return attune_pillar_eval(ATTUNE_PILLAR_HARMONY, analysis);
}

const struct attune_metric attune_metric_pillar_harmony = {
    .id = "pillar.harmony",
    .version = 7,
    .title = "Harmony",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 100,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary =
        "Do the notes belong together: key, scale, chords, consonance, as one headline score.",
    .formula = "100 g sum w F(v) / sum w over the defined members; F: share of a reference pool of "
               "undamaged and damaged music that is worse; g: guard against degenerate harmony",
    .source = "this suite's audit; members and weights: metrics/pillars/pillars.def",
    .undefined_when = "fewer than half of the members are defined",
    .eval = eval,
};
