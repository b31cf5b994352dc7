/* The reward model's training: preference pairs of base samples, labelled by the simulated
 * listener, to weights. */
#ifndef ATTUNE_MODELS_REWARD_TRAIN_H
#define ATTUNE_MODELS_REWARD_TRAIN_H

#include "metrics/reward/features.h"
#include "models/policy/policy.h"

struct attune_reward_training {
    uint64_t seed;
    size_t n_pairs;
    double ridge;     /* L2 on the weights, in units of one pair's log-likelihood */
    size_t n_threads;
};
extern const struct attune_reward_training attune_reward_training_default;

struct attune_reward_fit {
    double weights[ATTUNE_N_REWARD_FEATURES];
    size_t n_pairs;      /* labelled; the last fifth is held out */
    double nll, accuracy; /* per held-out pair, after labels */
    double gold_accuracy; /* share of held-out pairs where the model agrees with the gold order */
};

/* Bradley-Terry on linear rewards, by Newton's method: maximises
 * sum log sigma(w (z_winner - z_loser)) - ridge/2 |w|^2. */
enum attune_code attune_reward_train(const struct attune_policy *base,
                                     const struct attune_reward_training *training,
                                     struct attune_reward_fit *fit, struct attune_err *err);

/* The same on differences d[n * dim] = winner - loser; weights (dim <= 16,). */
enum attune_code attune_reward_newton(const double *d, size_t n, size_t dim, double ridge,
                                      double *weights, struct attune_err *err);

#endif
