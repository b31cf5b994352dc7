/* Best-of-n sampling (Stiennon et al. 2020; Gao et al. 2022): n samples of the policy, the one with
 * the highest reward is kept. The first of equal ones wins; an undefined reward never does. */
#ifndef ATTUNE_MODELS_BEST_OF_N_H
#define ATTUNE_MODELS_BEST_OF_N_H

#include "models/align/best_of_n_estimate.h"
#include "models/align/scorer.h"
#include "models/generator.h"
#include "models/policy/policy.h"

enum { ATTUNE_MAX_BEST_OF = 65536 };

/* Candidate i is drawn from stream i of seed, so that the candidates of n are among those of every
 * larger n. Fills piece and out's counts and log-probabilities; ref is the reference policy, often
 * policy itself. gold (NULL: none) is evaluated on every candidate as well, decides nothing, and
 * goes with the scorer's reward into request->candidates; it does not count as a reward evaluation.
 * ATTUNE_E_INPUT when no candidate has a defined reward. */
enum attune_code attune_best_of_n(const struct attune_policy *policy,
                                  const struct attune_policy *ref, struct attune_scorer *scorer,
                                  const struct attune_metric *gold,
                                  const struct attune_request *request, size_t n,
                                  struct attune_piece *piece, struct attune_generation *out,
                                  struct attune_err *err);

#endif
