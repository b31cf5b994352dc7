/* The reward model: linear in the standardised metrics, trained on preference labels of the
 * simulated listener. SIMULATED, as its labels are.
 *
 *     proxy = sum_k w_k z_k
 *
 * w maximises the Bradley-Terry likelihood of four fifths of 4,096 labelled pairs of base samples
 * (models/align/reward_train.c, ridge 1, seed 1). It has never seen the listener's formula, nor the
 * taste that no metric measures.
 *
 * Version 2: trained on labels of version 2 of the listener.
 *
 * Undefined where one of its metrics is. */
#include "metrics/reward/proxy.h"

const double attune_reward_proxy_weights[ATTUNE_N_REWARD_FEATURES] = {
    [ATTUNE_REWARD_KEY_CLARITY] = -0.0172,        [ATTUNE_REWARD_KEY_STABILITY] = -0.0297,
    [ATTUNE_REWARD_CHROMA_ENTROPY] = -0.1402,    [ATTUNE_REWARD_TONAL_DISTANCE] = -0.0186,
    [ATTUNE_REWARD_DISSONANCE] = -0.3820,        [ATTUNE_REWARD_CHORD_CLARITY] = 0.3420,
    [ATTUNE_REWARD_GROOVE_CONSISTENCY] = 0.4841, [ATTUNE_REWARD_GROOVE_SIMILARITY] = -0.0701,
    [ATTUNE_REWARD_DRIFT_DENSITY] = -0.0571,      [ATTUNE_REWARD_LOOPINESS] = 0.1168,
    [ATTUNE_REWARD_ENDING] = 0.1292,
};

static struct attune_value eval(struct attune_analysis *a)
{
    double z[ATTUNE_N_REWARD_FEATURES], sum = 0.0;
    const char *why = attune_reward_features_of(a, z);
    if (why) {
        return attune_undefined(why);
    }
    for (int k = 0; k < ATTUNE_N_REWARD_FEATURES; k++) {
        sum += attune_reward_proxy_weights[k] * z[k];
    }
    return attune_defined(sum);
}

const struct attune_metric attune_metric_reward_proxy = {
    .id = "reward.proxy",
    .version = 2,
    .title = "Proxy reward (trained on simulated labels)",
    .unit = "logit",
    .direction = ATTUNE_UP,
    .lo = -INFINITY,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES,
    .summary = "a linear Bradley-Terry reward model trained on labels of the simulated listener; "
               "not a human"
               " judgement",
    .formula = "sum of w_k z_k over eleven standardised metrics, weights by maximum likelihood on "
               "4,096 labelled"
               " pairs of base samples",
    .source = "Bradley & Terry 1952; Christiano et al. 2017",
    .undefined_when = "one of its metrics is undefined",
    .eval = eval,
};
