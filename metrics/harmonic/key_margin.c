/* Key margin: the lead of the best key over the second best unrelated one.
 *
 *     value = (r_best - r_other) / r_best
 *
 * r_other is the largest correlation among the keys that are neither relative, nor parallel, nor a
 * fifth away in the same mode: those lie near by nature and say nothing against the key. */
#include "metrics/analysis/key.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_key *key = attune_analysis_key(a);
    if (key->why) {
        return attune_undefined(key->why);
    }
    if (!(key->clarity > 0.0)) {
        return attune_undefined("no key correlates positively");
    }
    double other = -1.0;
    for (int k = 0; k < ATTUNE_N_KEYS; k++) {
        /* The MIREX score is positive exactly for the key itself and its relatives. */
        if (attune_key_mirex_score(key->best, k) == 0.0 && key->correlation[k] > other) {
            other = key->correlation[k];
        }
    }
    return attune_defined((key->clarity - other) / key->clarity);
}

const struct attune_metric attune_metric_harmonic_key_margin = {
    .id = "harmonic.key_margin",
    .version = 2,
    .title = "Key margin",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES,
    .symbolic_only = ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "lead of the best key over the second best unrelated key",
    .formula =
        "(r_best - r_other) / r_best over correlations with the 24 key profiles; "
        "relative, parallel and fifth-related keys are not unrelated",
    .source = "after Krumhansl 1990; relatedness as in the MIREX audio key detection task",
    .undefined_when = "no key (see harmonic.key_clarity), or the best correlation is not positive",
    .eval = eval,
};
