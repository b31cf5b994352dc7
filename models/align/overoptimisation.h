/* Scaling of gold reward with d = sqrt(KL) within one method (Gao, Schulman & Hilton 2022, eq. 1):
 *
 *     best-of-n        R(d) = d (a - b d)      turns at d = a/(2 b)
 *     reinforcement    R(d) = d (a - b ln d)   turns at d = e^(a/b - 1)
 *
 * R is measured from the base model, so that R(0) = 0. Both are linear in a and b: least squares.
 */
#ifndef ATTUNE_MODELS_OVEROPTIMISATION_H
#define ATTUNE_MODELS_OVEROPTIMISATION_H

#include "base/err.h"

enum attune_overopt_form { ATTUNE_OVEROPT_BEST_OF_N, ATTUNE_OVEROPT_RL };

struct attune_overopt_fit {
    double a, b;
    double r2;           /* 1 - residual / total sum of squares about the mean */
    int turns;           /* whether there is a maximum at some d > 0 (b > 0) */
    double turning_d, turning_reward; /* where turns; otherwise 0 */
};

/* d[n] > 0 (nats^0.5), reward[n]; at least 3 points, not all of one d. ATTUNE_E_INCONCLUSIVE
 * otherwise. */
enum attune_code attune_overopt_fit(enum attune_overopt_form form, const double *d,
                                    const double *reward, size_t n, struct attune_overopt_fit *fit,
                                    struct attune_err *err);

double attune_overopt_value(enum attune_overopt_form form, const struct attune_overopt_fit *fit,
                            double d);

#endif
