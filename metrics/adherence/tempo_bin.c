/* Tempo bin (TB): 1 when the sample's tempo lies in the same of nine bins as the tempo asked
 * for, else 0.
 *
 * A sample's tempo: sample_attributes.h. Unlike the public script, a prompt without a tempo asks
 * for nothing; there it falls into the fastest bin. */
#include "metrics/adherence/sample_attributes.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_value apart = attune_tempo_bins_apart(a);
    return apart.state == ATTUNE_DEFINED ? attune_defined(apart.v <= 0.0 ? 1.0 : 0.0) : apart;
}

const struct attune_metric attune_metric_adherence_tempo_bin = {
    .id = "adherence.tempo_bin",
    .version = 3,
    .title = "Tempo in its bin",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE |
                 ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "does the tempo lie in the bin asked for",
    .formula = "bin(sample) = bin(asked), bins by the marks 40 60 70 90 110 140 160 210 BPM",
    .source = "Text2midi (Bhandari et al. 2025), Mustango (Melechovsky et al. 2024)",
    .undefined_when = "the prompt asks for no tempo, or the sample has none",
    .eval = eval,
};
