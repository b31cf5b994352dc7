/* Chord clarity: how much a moment sounds like a chord.
 *
 *     value = mean over sounding frames of the largest cosine between chroma and a chord template
 *
 * Templates: major and minor triads, dominant, major and minor sevenths on all roots (chords.c);
 * symbolic frames are beats. The maximum is taken frame by frame, before smoothing over time. */
#include "metrics/analysis/chords.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chords *chords = attune_analysis_chords(a);
    if (chords->why) {
        return attune_undefined(chords->why);
    }
    return attune_defined(chords->clarity);
}

const struct attune_metric attune_metric_harmonic_chord_clarity = {
    .id = "harmonic.chord_clarity",
    .version = 2,
    .title = "Chord clarity",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES | ATTUNE_DAMAGE_NOISE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "how much each moment sounds like a triad or seventh chord",
    .formula =
        "mean over sounding frames (symbolic: beats) of the largest cosine of the "
        "chroma with 60 binary templates: maj, min, 7, maj7, min7 on 12 roots",
    .source = "template matching, Fujishima 1999; Müller 2015, ch. 5",
    .undefined_when = "no pitched sound",
    .eval = eval,
};
