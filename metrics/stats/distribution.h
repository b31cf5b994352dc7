/* The distributions that tests and intervals refer to. Upper tails are computed as such, so that
 * small p-values keep their digits. */
#ifndef ATTUNE_METRICS_STATS_DISTRIBUTION_H
#define ATTUNE_METRICS_STATS_DISTRIBUTION_H

double attune_normal_cdf(double z);
double attune_normal_upper(double z);    /* P(Z > z) */
double attune_normal_quantile(double p); /* p in (0, 1); -+infinity at 0 and 1 */

double attune_chi2_upper(double x, double df);

double attune_t_upper(double t, double df);
double attune_t_quantile(double p, double df);

/* Regularised incomplete beta I_x(a, b); P(X >= k) of a binomial is I_p(k, n - k + 1). */
double attune_beta_cdf(double x, double a, double b);

/* Studentised range of k means with infinite degrees of freedom: cdf and quantile (Nemenyi's
 * test). */
double attune_range_cdf(double q, int k);
double attune_range_quantile(double p, int k);

#endif
