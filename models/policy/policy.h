/* The autoregressive reference policy: p(piece | setting) = product over cells of p(token | cells
 * before).
 *
 * Each factor is a log-linear (maximum-entropy) model: the logit of a token is a sum of weights,
 * one per feature that is active for this token in this context (features.h). Log-probabilities and
 * gradients are therefore exact and cheap: d log p(v) / d w = [w active for v] - sum_u p(u) [w
 * active for u].
 *
 * All parameters are one flat vector, so that every alignment method works through logprob,
 * accumulate and extend alone. A policy is read-only while it is sampled from; any number of
 * threads may share it.
 */
#ifndef ATTUNE_MODELS_POLICY_H
#define ATTUNE_MODELS_POLICY_H

#include "base/rng.h"
#include "models/pieces/piece.h"

struct attune_policy;

/* All weights zero: the uniform distribution over tokens. NULL when out of memory. */
struct attune_policy *attune_policy_new(void);
struct attune_policy *attune_policy_copy(const struct attune_policy *policy);
void attune_policy_free(struct attune_policy *policy);

/* The parameter vector, (attune_policy_n_params(),) owned by the policy. */
size_t attune_policy_n_params(void);
float *attune_policy_params(struct attune_policy *policy);

/* Natural logarithm of p(piece | its setting), summed over cells. */
double attune_policy_logprob(const struct attune_policy *policy, const struct attune_piece *piece);

/* Adds weight * d log p(piece) / d params to gradient (n_params,); returns log p(piece). */
double attune_policy_accumulate(const struct attune_policy *policy,
                                const struct attune_piece *piece, double weight, double *gradient);

/* The same cell by cell: logprobs (attune_piece_n_cells,) in writing order; and weights (n_cells,)
 * of a gradient. */
void attune_policy_cell_logprobs(const struct attune_policy *policy,
                                 const struct attune_piece *piece, double *logprobs);
void attune_policy_accumulate_cells(const struct attune_policy *policy,
                                    const struct attune_piece *piece, const double *weights,
                                    double *gradient);

/* Writes bars [from, to) given the bars before; returns their log-probability. */
double attune_policy_extend(const struct attune_policy *policy, struct attune_piece *piece,
                            int from, int to, struct attune_rng *rng);

/* A whole piece: sets the setting and writes all bars. */
double attune_policy_sample(const struct attune_policy *policy,
                            const struct attune_setting *setting, struct attune_piece *piece,
                            struct attune_rng *rng);

#endif
