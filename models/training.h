/* The training of a model, as others see it: what it took, and how far it is. */
#ifndef ATTUNE_MODELS_TRAINING_H
#define ATTUNE_MODELS_TRAINING_H

#include <stddef.h>
#include <stdint.h>

/* To make a model from its base; a base model from nothing. 0: none of it. */
struct attune_training {
    uint64_t n_generated; /* tokens sampled */
    uint64_t n_processed; /* tokens run through a model for log-probabilities or gradients */
    uint64_t n_rewards;   /* rewards and metrics evaluated, a listener's judgements included */
    uint64_t n_pairs;     /* pairs labelled */
    uint64_t n_steps;     /* gradient steps */
    double seconds;       /* wall clock on this machine when it was made */
};

/* State of a training in progress, for a progress line. */
struct attune_training_progress {
    const char *method;
    size_t done, total; /* steps, pairs or rounds */
    double reward;      /* mean of the last batch; NAN where the method sees no rewards */
    double kl;          /* mean log-ratio to the base, nats; NAN where unknown */
};

/* Whom to tell; NULL fn: nobody. */
struct attune_training_watcher {
    void (*fn)(void *context, const struct attune_training_progress *progress);
    void *context;
};

static inline void attune_training_tell(struct attune_training_watcher watcher,
                                        struct attune_training_progress progress)
{
    if (watcher.fn) {
        watcher.fn(watcher.context, &progress);
    }
}

#endif
