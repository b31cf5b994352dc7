/* Correct key (CK): 1 when the estimated key has the tonic, enharmonics merged, and the mode
 * asked for, else 0. */
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
    const bool correct = key->tonic == asked->tonic && key->mode == asked->mode;
    return attune_defined(correct ? 1.0 : 0.0);
}

const struct attune_metric attune_metric_adherence_key = {
    .id = "adherence.key",
    .version = 1,
    .title = "Key",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "is it in the key asked for",
    .formula = "tonic and mode of the estimated key = asked",
    .source = "Text2midi (Bhandari et al. 2025), Mustango (Melechovsky et al. 2024)",
    .undefined_when = "the prompt asks for no key, or none can be estimated",
    .eval = eval,
};
