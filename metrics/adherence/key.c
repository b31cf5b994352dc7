/* Correct key (CK): 1 when the estimated key has the tonic, enharmonics merged, and the mode
 * asked for, else 0. */
#include "metrics/adherence/sample_attributes.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    return attune_key_is_asked(a, false);
}

const struct attune_metric attune_metric_adherence_key = {
    .id = "adherence.key",
    .version = 2,
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
