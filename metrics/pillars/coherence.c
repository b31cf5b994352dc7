/* The pillar of temporal coherence; see pillar.h for the formula and pillars.def for the data. */
#include "metrics/pillars/pillar.h"

static struct attune_value eval(struct attune_analysis *analysis)
{
    return attune_pillar_eval(ATTUNE_PILLAR_COHERENCE, analysis);
}

const struct attune_metric attune_metric_pillar_coherence = {
    .id = "pillar.coherence",
    .version = 9,
    .title = "Coherence",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 100,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_ONSET | ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_TEMPO |
                   ATTUNE_DAMAGE_FREEZE | ATTUNE_DAMAGE_SPLICE,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "Does the music hang together in time: pulse, groove, form, as one headline score.",
    .formula = "100 g sum w F(v) / sum w over the defined members; F: share of a reference pool of "
               "undamaged and damaged music that is worse; g: guard against degenerate repetition",
    .source = "this suite's audit; members and weights: metrics/pillars/pillars.def",
    .undefined_when = "fewer than half of the members are defined",
    .eval = eval,
};
