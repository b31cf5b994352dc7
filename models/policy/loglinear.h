/* Log-linear distributions over the tokens of one cell: a logit is the sum of the active weights.
 * Shared by the autoregressive policy and the diffusion model. */
#ifndef ATTUNE_MODELS_LOGLINEAR_H
#define ATTUNE_MODELS_LOGLINEAR_H

#include "models/policy/features.h"

struct attune_factor {
    struct attune_feature features[ATTUNE_MAX_FEATURES];
    int n_features, n_tokens;
    double p[ATTUNE_MAX_TOKENS]; /* (n_tokens,) filled by attune_factor_normalise */
};

/* Probabilities from the weights w of f->features. */
void attune_factor_normalise(struct attune_factor *f, const float *w);

/* Adds weight * d log p(token) / d w to gradient. */
void attune_factor_gradient(const struct attune_factor *f, int token, double weight,
                            double *gradient);

#endif
