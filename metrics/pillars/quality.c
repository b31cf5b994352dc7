/* The pillar of audio quality; see pillar.h for the formula and pillars.def for the data.
 *
 * It hears sound, not music: a single note or random notes through a clean synthesiser are clean,
 * and score as the music does that it renders. Of the nulls, silence, noises and a bare sine stay
 * below it. */
#include "metrics/pillars/pillar.h"

static struct attune_value eval(struct attune_analysis *analysis)
{
    return attune_pillar_eval(ATTUNE_PILLAR_QUALITY, analysis);
}

const struct attune_metric attune_metric_pillar_quality = {
    .id = "pillar.quality",
    .version = 3,
    .title = "Quality",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 100,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_LOUDNESS | ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_NOISE | ATTUNE_DAMAGE_CLIPPING | ATTUNE_DAMAGE_LOWPASS |
                   ATTUNE_DAMAGE_DROPOUT,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "Is the sound free of technical faults, as one headline score.",
    .formula = "100 g sum w F(v) / sum w over the defined members; F: share of a reference pool of "
               "undamaged and damaged music that is worse; g: guard against noise, silence and "
               "a bare tone",
    .source = "this suite's audit; members and weights: metrics/pillars/pillars.def",
    .undefined_when = "fewer than half of the members are defined",
    .eval = eval,
};
