/* The simulated listener: the gold reward of the alignment comparison. SIMULATED, not a human
 * judgement.
 *
 *     gold = .5 sat(-z chroma_entropy) + .4 sat(z chord_clarity) + .4 sat(-z tiv_dissonance)
 *          + .3 sat(z ending) + .6 near(z groove_consistency, .8) + .4 near(z tonal_distance, 0)
 *          + .4 sat(z loopiness/2) + (taste - .7087)/.1902
 *
 * z      standardised metrics (features.h)
 * sat    2 tanh(z/2): more is better, less and less so
 *        (exact returns please, though a metric that looks for loops counts them against a piece)
 * near   -min((z - c)^2/2, 4): there is a best amount, of regularity as of harmonic motion
 * taste  phrases that rise to a peak in their middle and close calmly: no metric measures it
 *
 * The unit is the logit: the listener prefers a to b with probability sigma(gold a - gold b).
 * Because some terms saturate or turn and one is hidden, a linear reward model trained on its
 * labels is a good proxy near the base model and a worse one the further a policy moves: what
 * over-optimisation is made of.
 *
 * Version 1 had a best amount of loopiness, which ranked the composer's own pieces below the base
 * model's. Version 2 is frozen: results are published on it.
 *
 * Undefined where one of its metrics is, or without a whole four-bar phrase. */
#include "metrics/reward/features.h"

static double sat(double z)
{
    return 2.0 * tanh(0.5 * z);
}

static double near(double z, double centre)
{
    double d = 0.5 * (z - centre) * (z - centre);
    return d < 4.0 ? -d : -4.0;
}

static struct attune_value eval(struct attune_analysis *a)
{
    double z[ATTUNE_N_REWARD_FEATURES], taste = 0.0;
    const char *why = attune_reward_features_of(a, z);
    why = why ? why : attune_reward_taste(a, &taste);
    if (why) {
        return attune_undefined(why);
    }
    return attune_defined(0.5 * sat(-z[ATTUNE_REWARD_CHROMA_ENTROPY]) +
                          0.4 * sat(z[ATTUNE_REWARD_CHORD_CLARITY]) +
                          0.4 * sat(-z[ATTUNE_REWARD_DISSONANCE]) +
                          0.3 * sat(z[ATTUNE_REWARD_ENDING]) +
                          0.6 * near(z[ATTUNE_REWARD_GROOVE_CONSISTENCY], 0.8) +
                          0.4 * near(z[ATTUNE_REWARD_TONAL_DISTANCE], 0.0) +
                          0.4 * sat(0.5 * z[ATTUNE_REWARD_LOOPINESS]) + (taste - 0.7087) / 0.1902);
}

const struct attune_metric attune_metric_reward_gold = {
    .id = "reward.gold",
    .version = 2,
    .title = "Gold reward (simulated listener)",
    .unit = "logit",
    .direction = ATTUNE_UP,
    .lo = -INFINITY,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES,
    .summary =
        "a simulated listener with fixed tastes, one of which no metric measures; not a human"
        " judgement",
    .formula =
        ".5 sat(-z chroma_entropy) + .4 sat(z chord_clarity) + .4 sat(-z tiv_dissonance) + .3 sat(z"
        " ending) + .6 near(z groove_consistency, .8) + .4 near(z tonal_distance, 0) + .4 sat(z"
        " loopiness/2) + z taste; sat(z) = 2 tanh(z/2), near(z, c) = -min((z - c)^2/2, 4)",
    .source = "attune; the gold and proxy design is Gao, Schulman & Hilton 2022",
    .undefined_when = "one of its metrics is undefined, or there is no phrase of four bars",
    .eval = eval,
};
