/* Trained parameters that are made once and then come from the cache.
 *
 * A checkpoint's file name is a hash of what made it (its origin, and the parameters it began
 * from), so that another recipe or another base is another file. What the making cost stands beside
 * it as JSON: the checkpoint itself is the same to the bit whenever and wherever it is made again.
 * The cache only saves time: what is missing or damaged there is made again and replaced; nothing
 * is replaced before the new model is whole.
 */
#ifndef ATTUNE_MODELS_MODEL_CACHE_H
#define ATTUNE_MODELS_MODEL_CACHE_H

#include "models/policy/checkpoint.h"
#include "models/training.h"

struct attune_model_maker {
    /* Trains params (head.n_params,), which hold what training begins from, and counts the cost;
     * seconds are measured outside. */
    enum attune_code (*make)(void *context, float *params, struct attune_training *cost,
                             struct attune_err *err);
    void *context;
};

/* Fills params from the cache, or makes them and caches them. head has kind, origin and n_params;
 * cost and cached may be NULL. */
enum attune_code attune_model_cached(struct attune_checkpoint *head, float *params,
                                     const struct attune_model_maker *maker,
                                     struct attune_training *cost, bool *cached,
                                     struct attune_err *err);

#endif
