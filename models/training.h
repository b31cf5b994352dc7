/* What it took to make a model from its base; a base model from nothing. 0: none of it. */
#ifndef ATTUNE_MODELS_TRAINING_H
#define ATTUNE_MODELS_TRAINING_H

#include <stdint.h>

struct attune_training {
    uint64_t n_generated; /* tokens sampled */
    uint64_t n_processed; /* tokens run through a model for log-probabilities or gradients */
    uint64_t n_rewards;   /* rewards and metrics evaluated, a listener's judgements included */
    uint64_t n_pairs;     /* pairs labelled */
    uint64_t n_steps;     /* gradient steps */
    double seconds;       /* wall clock on this machine when it was made */
};

#endif
