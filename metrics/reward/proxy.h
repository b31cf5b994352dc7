/* The weights of the reward model that ships with the suite, for the test that trains it again. */
#ifndef ATTUNE_METRICS_REWARD_PROXY_H
#define ATTUNE_METRICS_REWARD_PROXY_H

#include "metrics/reward/features.h"

extern const double attune_reward_proxy_weights[ATTUNE_N_REWARD_FEATURES];

#endif
