/* Pitch-in-scale rate: share of notes in the scale of the estimated key, drums left out.
 *
 * muspy 0.5 wants the scale from its caller, and the public scripts pass a fixed one (C or C
 * sharp major). Here it is that of the key estimated from the whole piece
 * (metrics/analysis/key.h; in minor the raised seventh belongs to it). harmonic.in_scale_ratio
 * weights the same by duration. */
#include "metrics/analysis/key.h"
#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(a);
    if (stats->why) {
        return attune_undefined(stats->why);
    }
    const struct attune_key *key = attune_analysis_key(a);
    if (key->why) {
        return attune_undefined(key->why);
    }
    uint32_t in_scale = 0;
    for (int i = 0; i < 12; i++) {
        in_scale += attune_key_has_pitch_class(key->best, i) ? stats->pitch_class[i] : 0;
    }
    return attune_defined((double)in_scale / (double)stats->n_pitched);
}

const struct attune_metric attune_metric_symbolic_pitch_in_scale_rate = {
    .id = "symbolic.pitch_in_scale_rate",
    .version = 1,
    .title = "Pitch-in-scale rate",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES | ATTUNE_DAMAGE_TRANSPOSED_BARS,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of notes in the estimated key's scale",
    .formula = "notes in the scale of the estimated key / notes",
    .source = "Dong et al. 2020 (muspy), corrected",
    .undefined_when = "no pitched note, or no key can be estimated",
    .eval = eval,
};
