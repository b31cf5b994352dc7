/* What the simulated listener and the reward model hear: metrics of the registry, standardised.
 *
 *     z_k = (value_k - mean_k)/sd_k, clipped to -4 .. 4
 *
 * mean and sd are those of 4,096 samples of the base policy on training prompts, so that 0 is what
 * the base model does. A sample with an undefined feature has no reward: undefined is never filled
 * in.
 */
#ifndef ATTUNE_METRICS_REWARD_FEATURES_H
#define ATTUNE_METRICS_REWARD_FEATURES_H

#include "metrics/metric.h"

enum attune_reward_feature {
    ATTUNE_REWARD_KEY_CLARITY, ATTUNE_REWARD_KEY_STABILITY, ATTUNE_REWARD_CHROMA_ENTROPY,
    ATTUNE_REWARD_TONAL_DISTANCE, ATTUNE_REWARD_DISSONANCE, ATTUNE_REWARD_CHORD_CLARITY,
    ATTUNE_REWARD_GROOVE_CONSISTENCY, ATTUNE_REWARD_GROOVE_SIMILARITY, ATTUNE_REWARD_DRIFT_DENSITY,
    ATTUNE_REWARD_LOOPINESS, ATTUNE_REWARD_ENDING,
    ATTUNE_N_REWARD_FEATURES,
};

struct attune_reward_feature_info {
    const struct attune_metric *metric;
    int version;       /* of the metric, when mean, sd and all weights were made */
    double mean, sd;
    const char *stale; /* the reason given where the metric has another version now */
};
extern const struct attune_reward_feature_info attune_reward_features[ATTUNE_N_REWARD_FEATURES];

/* One feature: fills z and returns NULL, or the reason why it is undefined. A metric of another
 * version than mean, sd and weights were made for is refused in the same way. */
const char *attune_reward_feature_of(const struct attune_reward_feature_info *feature,
                                     struct attune_analysis *analysis, double *z);

/* All of them. */
const char *attune_reward_features_of(struct attune_analysis *analysis,
                                      double z[ATTUNE_N_REWARD_FEATURES]);

/* The taste that no metric measures: share of four-bar phrases whose melody peaks in the second or
 * third bar and of those that close with fewer onsets than they open with, averaged. The melody is
 * the track of the highest mean pitch. NULL, or the reason why it is undefined (no phrase of four
 * bars). */
const char *attune_reward_taste(struct attune_analysis *analysis, double *taste);

#endif
