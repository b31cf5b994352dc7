/* Key stability: how near the keys of local windows stay to the key of the whole.
 *
 *     value = 1 - mean over windows of (1 - MIREX score of the window's key against the global key)
 *
 * Windows: audio 8 s, hop 4 s; symbolic 4 bars, hop 2 bars; windows with too little sound do not
 * count (key.c). Scores: 1 same, .5 a fifth either way, .3 relative, .2 parallel, else 0. */
#include "metrics/analysis/key.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_key *key = attune_analysis_key(a);
    if (key->why) {
        return attune_undefined(key->why);
    }
    if (key->n_local < 2) {
        return attune_undefined("fewer than two windows with a key");
    }
    double sum = 0.0;
    for (size_t i = 0; i < key->n_local; i++) {
        sum += attune_key_mirex_score(key->best, key->local[i]);
    }
    return attune_defined(sum / (double)key->n_local);
}

const struct attune_metric attune_metric_harmonic_key_stability = {
    .id = "harmonic.key_stability",
    .version = 2,
    .title = "Key stability",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES |
        ATTUNE_DAMAGE_SPLICE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "how near the keys of local windows stay to the key of the whole piece",
    .formula =
        "mean MIREX score (1 same, .5 fifth, .3 relative, .2 parallel) of the keys of "
        "windows (audio 8 s every 4 s, symbolic 4 bars every 2) against the global key",
    .source = "MIREX audio key detection score; window lengths are attune's own",
    .undefined_when = "no key (see harmonic.key_clarity), or fewer than two windows with a key",
    .eval = eval,
};
