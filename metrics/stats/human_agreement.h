/* How far a metric agrees with people: with their ratings of samples, or with their votes on pairs.
 *
 * Correlations come with 95 % intervals: Pearson's r by Fisher's z, Spearman's rho by the same with
 * variance (1 + rho^2/2)/(n - 3) (Bonett & Wright 2000), Kendall's tau-b with .437/(n - 4)
 * (Fieller, Hartley & Pearson 1957). p is two-sided: Student's t of rho with n - 2 degrees of
 * freedom, or the exact binomial of right and wrong votes.
 */
#ifndef ATTUNE_METRICS_STATS_HUMAN_AGREEMENT_H
#define ATTUNE_METRICS_STATS_HUMAN_AGREEMENT_H

#include "base/err.h"

struct attune_estimate {
    double value, low, high; /* NAN where there is none */
};

struct attune_agreement {
    size_t n;                        /* samples or votes */
    struct attune_estimate accuracy; /* pairs in the people's order; equal values count half */
    double auc;                      /* above the median rating against the rest; votes: margins */
    struct attune_estimate tau, rho, r;
    double p;
};

/* value and rating (n,) of the same samples. The accuracy is over pairs of different rating, its
 * interval that of tau-b, scaled to these pairs. Fewer than 3 samples: all NAN. ATTUNE_E_MEMORY. */
enum attune_code attune_agree_ratings(const double *value, const double *rating, size_t n,
                                      struct attune_agreement *out, struct attune_err *err);

/* margin (n,) = value(a) - value(b), outcome (n,) 1, -1 or 0 (left out); Wilson's interval. No
 * correlations. */
enum attune_code attune_agree_votes(const double *margin, const int *outcome, size_t n,
                                    struct attune_agreement *out, struct attune_err *err);

#endif
