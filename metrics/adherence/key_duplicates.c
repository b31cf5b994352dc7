/* Correct key with duplicates (CKD): 1 when the estimated key is the one asked for or its
 * relative, which has the same notes (C major and A minor), else 0.
 *
 * Corrected against the public script, which takes the relative a minor third the wrong way:
 * compat.mustango.ckd. */
#include "metrics/adherence/sample_attributes.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    return attune_key_is_asked(a, true);
}

const struct attune_metric attune_metric_adherence_key_duplicates = {
    .id = "adherence.key_duplicates",
    .version = 2,
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
