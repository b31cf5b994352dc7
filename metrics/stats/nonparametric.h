/* Rank tests for more than pairs: two independent samples, and many models over common prompts.
 *
 * Small n: Mann-Whitney is exact up to ATTUNE_MANN_WHITNEY_EXACT values in all; Friedman's
 * chi-squared approximation wants 10 prompts or more for 5 models (Demsar 2006), fewer are computed
 * all the same and n is given.
 */
#ifndef ATTUNE_METRICS_STATS_NONPARAMETRIC_H
#define ATTUNE_METRICS_STATS_NONPARAMETRIC_H

#include "metrics/stats/paired.h"

/* Mann-Whitney (Wilcoxon rank sum), two-sided: x against y, independent. Exact null distribution of
 * the rank sum, ties included, for small samples; else the normal approximation with tie and
 * continuity correction. statistic: U of x, the pairs in which x is larger, ties half.
 * ATTUNE_E_MEMORY. */
enum { ATTUNE_MANN_WHITNEY_EXACT = 60 };
enum attune_code attune_mann_whitney(const double *x, size_t n_x, const double *y, size_t n_y,
                                     struct attune_test *out, struct attune_err *err);

struct attune_friedman {
    double chi2, p;             /* tie-corrected, k - 1 degrees of freedom */
    double f, p_f;              /* Iman & Davenport's (1980) less conservative F */
    double critical_difference; /* Nemenyi's, of mean ranks, at alpha */
};

/* value (n_models, n_prompts), complete; larger is better and gets the smaller rank. mean_rank
 * (n_models,). ATTUNE_E_INCONCLUSIVE with fewer than 2 models or prompts. */
enum attune_code attune_friedman(const double *value, size_t n_models, size_t n_prompts,
                                 double alpha, double *mean_rank, struct attune_friedman *out,
                                 struct attune_err *err);

#endif
