/* In-scale ratio: the share of chroma mass in the scale of the estimated key.
 *
 *     value = sum of mean chroma over the pitch classes of the scale
 *
 * In minor the raised seventh counts as in the scale. Symbolic: the share of note duration. A
 * uniform chroma gives 7/12 in major and 8/12 in minor, which is the value to compare with. */
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/key.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_key *key = attune_analysis_key(a);
    if (key->why) {
        return attune_undefined(key->why);
    }
    const struct attune_chroma *chroma = attune_analysis_chroma(a);
    double inside = 0.0, outside = 0.0;
    for (int c = 0; c < 12; c++) {
        if (attune_key_has_pitch_class(key->best, c)) {
            inside += chroma->mean[c];
        } else {
            outside += chroma->mean[c];
        }
    }
    /* the mean's own sum is 1 but for rounding */
    return attune_defined(inside / (inside + outside));
}

const struct attune_metric attune_metric_harmonic_in_scale_ratio = {
    .id = "harmonic.in_scale_ratio",
    .version = 2,
    .title = "In-scale ratio",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of the pitch-class content that lies in the scale of the estimated key",
    .formula =
        "sum of the mean chroma over the pitch classes of the estimated key's scale "
        "(minor: natural, with the raised seventh)",
    .source = "pitch-in-scale rate, Dong et al. 2018 (MuseGAN), on the estimated key",
    .undefined_when = "no key (see harmonic.key_clarity)",
    .eval = eval,
};
