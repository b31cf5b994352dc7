/* What best-of-n is worth and how far it goes, without drawing it. */
#ifndef ATTUNE_MODELS_BEST_OF_N_ESTIMATE_H
#define ATTUNE_MODELS_BEST_OF_N_ESTIMATE_H

#include "base/err.h"

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
