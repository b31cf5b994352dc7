/* How large a difference is, and how many prompts it takes to show it.
 *
 * Small n: effect sizes of few prompts are noise; they are given from n = 2 on, and n stands beside
 * them.
 */
#ifndef ATTUNE_METRICS_STATS_EFFECT_H
#define ATTUNE_METRICS_STATS_EFFECT_H

#include <stddef.h>

/* Cohen's d of paired differences: mean over standard deviation (n - 1). 0 when all differences are
 * 0, NaN for n < 2, +-infinity when all are equal and not 0. */
double attune_cohen_dz(const double *d, size_t n);

/* Share of the differences above zero, ties half: the probability of improvement within a prompt.
 * NaN for n = 0. */
double attune_improvement(const double *d, size_t n);

/* Cliff's delta of two independent samples: P(x > y) - P(x < y). NaN when one is empty. */
double attune_cliff_delta(const double *x, size_t n_x, const double *y, size_t n_y);

/* Prompts needed to show a paired effect of size dz (two-sided test at alpha, chance `power` of
 * success): n = (z_{1-alpha/2} + z_power)^2 / dz^2 + z_{1-alpha/2}^2 / 2 the normal approximation
 * with Guenther's (1981) correction for the t test, within one of the exact value for n >= 5.
 * INFINITY for dz = 0. */
double attune_prompts_needed(double dz, double alpha, double power);

/* The same for a one-sided test, as in non-inferiority with dz = (difference + margin) / sd. */
double attune_prompts_needed_one_sided(double dz, double alpha, double power);

/* The chance that n prompts show an effect of size dz at two-sided level alpha (inverse of the
 * above). */
double attune_power(double dz, double n, double alpha);

#endif
