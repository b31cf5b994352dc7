/* Passes through a head, shared by scoring, loss and training. */
#ifndef ATTUNE_METRICS_REWARD_HEAD_INTERNAL_H
#define ATTUNE_METRICS_REWARD_HEAD_INTERNAL_H

#include "metrics/reward/head.h"

/* Buffers for a batch of rows. */
struct attune_head_pass {
    size_t n_rows;                            /* at most */
    float *input;                             /* (n_rows, size[0]), of the caller */
    float *output[ATTUNE_HEAD_MAX_LAYERS];    /* (n_rows, size[l + 1]) */
    float *slope[ATTUNE_HEAD_MAX_LAYERS];     /* the activations' derivatives, hidden layers */
    float *gradient[ATTUNE_HEAD_MAX_LAYERS];  /* of the loss in each layer's output */
    float *block;                             /* that all of these point into */
};

/* slopes: with room for a backward pass. */
enum attune_code attune_head_pass_init(struct attune_head_pass *pass,
                                       const struct attune_head *head, size_t n_rows, int slopes,
                                       struct attune_err *err);
void attune_head_pass_release(struct attune_head_pass *pass);

/* Where layer l's weights begin; its biases follow. */
float *attune_head_weights(const struct attune_head *head, float *parameters, size_t l);

/* Rows of input to output[n_layers - 1]. */
void attune_head_forward(const struct attune_head *head, struct attune_head_pass *pass, size_t n);

/* From gradient[n_layers - 1] (n, 1) to the parameters' gradient, which is overwritten. */
void attune_head_backward(const struct attune_head *head, struct attune_head_pass *pass, size_t n,
                          float *gradient);

/* Mean loss of at most n_rows / 2 pairs without L2; fills the reward's gradient where the pass has
 * slopes. */
double attune_head_pairs(const struct attune_head *head, struct attune_head_pass *pass,
                         const float *x, const struct attune_reward_pair *pairs, size_t n,
                         const struct attune_head_training *training);

/* Adds l2 W to the weights' gradient (unless NULL); returns l2/2 |W|^2. */
double attune_head_decay(const struct attune_head *head, double l2, float *gradient);

#endif
