/* Correct key with duplicates (CKD): 1 when the estimated key is the one asked for or its
 * relative, which has the same notes (C major and A minor), else 0.
 *
 * Corrected against the public script, which takes the relative a minor third the wrong way:
 * compat.mustango.ckd. */
#include "metrics/adherence/sample_attributes.h"
#include "metrics/analysis/key.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const char *why;
    const struct attune_attributes *asked = attune_asked(a, &why);
    if (!asked) {
        return attune_undefined(why);
    }
    if (!asked->has_key) {
        return attune_undefined("the prompt asks for no key");
    }
    const struct attune_key *key = attune_analysis_key(a);
    if (key->why) {
        return attune_undefined(key->why);
    }
    const int relative = (asked->tonic + (asked->mode == ATTUNE_MAJOR ? 9 : 3)) % 12;
    const bool correct = key->mode == asked->mode ? key->tonic == asked->tonic
                                                  : key->tonic == relative;
    return attune_defined(correct ? 1.0 : 0.0);
}

const struct attune_metric attune_metric_adherence_key_duplicates = {
    .id = "adherence.key_duplicates",
    .version = 1,
    .title = "Key or its relative",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "is it in the key asked for or in its relative",
    .formula = "estimated key = asked key or its relative major or minor",
    .source =
        "Text2midi (Bhandari et al. 2025), Mustango (Melechovsky et al. 2024), corrected",
    .undefined_when = "the prompt asks for no key, or none can be estimated",
    .eval = eval,
};
