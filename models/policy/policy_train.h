/* The base policy: maximum likelihood on the built-in corpus, made when first needed and kept in
 * the cache, or on pieces of a user's own. */
#ifndef ATTUNE_MODELS_POLICY_TRAIN_H
#define ATTUNE_MODELS_POLICY_TRAIN_H

#include "models/policy/policy.h"
#include "models/training.h"

/* Maximum likelihood of the base models, policy and diffusion. */
struct attune_policy_training {
    uint64_t seed;       /* of the built-in corpus, and of the masks of diffusion */
    size_t n_pieces;     /* 1..1000000 */
    int n_epochs;        /* 1..100 */
    size_t batch;        /* pieces per step, 1..n_pieces */
    double rate;         /* Adam's, falling linearly to rate / 50 */
    struct attune_training_watcher watcher;
};

/* What the suites use: about 2 s on one core. */
extern const struct attune_policy_training attune_policy_training_default;

/* Trains from zero on pieces[n_pieces] in the order given: the same bits on every run. mean_nats
 * receives the mean negative log-likelihood per cell of the last epoch; may be NULL. Adds to cost.
 */
enum attune_code attune_policy_fit(struct attune_policy *policy, const struct attune_piece *pieces,
                                   const struct attune_policy_training *training,
                                   struct attune_training *cost, double *mean_nats,
                                   struct attune_err *err);

/* The default base policy, from the cache where it is there and sound, else trained and (where the
 * folder can be written) cached. cost may be NULL. */
enum attune_code attune_policy_base(struct attune_policy **out, struct attune_training *cost,
                                    struct attune_err *err);

/* The text that identifies how the base policy was made: a checkpoint's origin. */
void attune_policy_origin(const struct attune_policy_training *training, char *text, size_t size);

#endif
