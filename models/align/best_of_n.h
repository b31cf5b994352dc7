/* Best-of-n sampling (Stiennon et al. 2020; Gao et al. 2022): n samples of the policy, the one with
 * the highest reward is kept. The first of equal ones wins; an undefined reward never does. */
#ifndef ATTUNE_MODELS_BEST_OF_N_H
#define ATTUNE_MODELS_BEST_OF_N_H

#include "models/generator.h"
#include "models/policy/policy.h"
#include "models/align/scorer.h"

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

/* KL(best-of-n || base) = ln n - (n - 1)/n nats, exact where rewards do not tie (Hilton & Gao 2022;
 * an upper bound otherwise, Beirami et al. 2024). n >= 1. */
double attune_best_of_n_kl(double n);

/* Beirami et al.'s tighter estimate for a base that gives its best outcome with probability
 * epsilon: with none = (1 - epsilon)^n, none (ln n - (n - 1)/n + (n - 1) ln(1 - epsilon)) + (1 -
 * none) ln((1 - none)/epsilon). */
double attune_best_of_n_kl_estimate(double n, double epsilon);

/* Unbiased expectation of gold under best-of-n by proxy, from the N samples at hand:
 * R_n = sum over i >= n of C(i - 1, n - 1)/C(N, n) gold(S_i), S ascending in proxy. Equal proxies
 * share the mean of their golds. 1 <= n <= n_samples. */
enum attune_code attune_best_of_n_estimate(const double *proxy, const double *gold,
                                           size_t n_samples, size_t n, double *estimate,
                                           struct attune_err *err);

#endif
