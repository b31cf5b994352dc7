/* Key clarity: how strongly the pitch-class content of a piece points at one key.
 *
 *     value = max over the 24 keys k of r(c, p_k)
 *
 * c    mean chroma over sounding frames (chroma.h; symbolic: weighted by sounding time)
 * p_k  Krumhansl-Kessler profile of k
 * r    Pearson correlation */
#include "metrics/analysis/key.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_key *key = attune_analysis_key(a);
    return key->why ? attune_undefined(key->why) : attune_defined(key->clarity);
}

const struct attune_metric attune_metric_harmonic_key_clarity = {
    .id = "harmonic.key_clarity",
    .version = 2,
    .title = "Key clarity",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = -1,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "how strongly the pitch-class content points at one key",
    .formula =
        "max over 24 keys of the Pearson correlation of the mean chroma with the "
        "Krumhansl-Kessler profile",
    .source = "Krumhansl 1990, Cognitive Foundations of Musical Pitch, ch. 2 and 4",
    .undefined_when =
        "less than 4 s of sound (audio) or 8 pitched notes (symbolic); all pitch "
        "classes equally strong",
    .eval = eval,
};
