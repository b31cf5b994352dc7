/* A reward head: a linear function or a small multilayer perceptron from standardised features to
 * one number, and its training on pairs.
 *
 *     r(x) = W_L silu(W_(L-1) ... silu(W_1 x + b_1) ... + b_(L-1)) + b_L,   silu(z) = z sigma(z)
 *
 * The loss of a pair with target t (1: a preferred, 0: b, .5: a tie) and d = r_a - r_b is
 *
 *     -t' log sigma(d - m) - (1 - t') log sigma(-d - m) + c (r_a + r_b)^2
 *
 * with margin m, which a tie does not have, label smoothing t' = t (1 - e) + (1 - t) e, and
 * centring c; weights (not biases) carry l2/2 |W|^2 once per mean over pairs.
 *
 * Sources: Bradley & Terry 1952; Christiano et al. 2017; Touvron et al. 2023 (margin); Eisenstein
 * et al. 2023 (centring); Elfwing, Uchibe & Doya 2018 (SiLU); Kingma & Ba 2015 (Adam).
 */
#ifndef ATTUNE_METRICS_REWARD_HEAD_H
#define ATTUNE_METRICS_REWARD_HEAD_H

#include <stdint.h>

#include "base/err.h"

enum { ATTUNE_HEAD_MAX_LAYERS = 8 };

struct attune_head {
    size_t n_layers;                         /* of weights; 1: linear */
    size_t size[ATTUNE_HEAD_MAX_LAYERS + 1]; /* inputs, hidden units ..., 1 */
    float *parameters; /* (n_parameters,) per layer W (out, in), then b (out,); owned */
    size_t n_parameters;
};

/* Weights uniform in +-sqrt(3 / in) (variance 1/in), biases 0. ATTUNE_E_USAGE: too many layers;
 * ATTUNE_E_MEMORY. */
enum attune_code attune_head_init(struct attune_head *head, const size_t *size, size_t n_layers,
                                  uint64_t seed, struct attune_err *err);
void attune_head_release(struct attune_head *head);

/* Rewards of n rows x (n, size[0]). ATTUNE_E_MEMORY. */
enum attune_code attune_head_scores(const struct attune_head *head, const float *x, size_t n,
                                    double *reward, struct attune_err *err);

struct attune_reward_pair {
    uint32_t a, b; /* rows of the features */
    float target;  /* 1: a preferred, 0: b preferred, .5: a tie */
};

struct attune_head_training {
    uint64_t seed;       /* of the order of the pairs */
    size_t batch;        /* pairs per step */
    size_t max_epochs, patience; /* epochs without a better held-out loss; 0: never stops early */
    double rate;         /* of Adam; falls to a tenth along a cosine */
    double l2, margin, smoothing, centring;
};
extern const struct attune_head_training attune_head_training_default;

struct attune_head_log {
    size_t n_epochs, best_epoch;
    double loss, held_out_loss; /* per pair, without L2, at the best epoch; NAN: none held out */
};

/* Mean loss of the pairs with L2; its gradient into gradient (n_parameters,) unless NULL.
 * ATTUNE_E_MEMORY. */
enum attune_code attune_head_loss(const struct attune_head *head, const float *x,
                                  const struct attune_reward_pair *pairs, size_t n,
                                  const struct attune_head_training *training, double *loss,
                                  float *gradient, struct attune_err *err);

/* Trains by Adam on shuffled batches; keeps the parameters of the epoch with the least loss on
 * held_out (n_held_out may be 0: the last epoch). Same bits for the same seed. ATTUNE_E_MEMORY;
 * ATTUNE_E_INPUT: the loss is no longer finite. */
enum attune_code attune_head_train(struct attune_head *head, const float *x,
                                   const struct attune_reward_pair *pairs, size_t n,
                                   const struct attune_reward_pair *held_out, size_t n_held_out,
                                   const struct attune_head_training *training,
                                   struct attune_head_log *log, struct attune_err *err);

#endif
