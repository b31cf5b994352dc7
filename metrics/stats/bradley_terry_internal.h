/* The likelihood of a Bradley-Terry problem as a function of its parameters, shared by the fit and
 * by its bootstrap.
 *
 * Votes on the same two models are one pairing with three weights, so that a pairing costs one
 * exponential however many votes it holds. The parameters are theta (n_models), the covariates'
 * coefficients and, for Davidson and Rao-Kupper, the tie parameter: x (p,) in this order.
 */
#ifndef ATTUNE_METRICS_STATS_BRADLEY_TERRY_INTERNAL_H
#define ATTUNE_METRICS_STATS_BRADLEY_TERRY_INTERNAL_H

#include <stdbool.h>

#include "metrics/stats/bradley_terry.h"

enum { ATTUNE_BT_MAX_COVARIATES = 16 };

/* A log-likelihood and its derivatives in d = theta_a - theta_b + x beta and in the tie parameter
 * h. */
struct attune_bt_term {
    double l, d, h, dd, dh, hh;
};

/* Of w[0] wins of b, w[1] ties and w[2] wins of a. */
struct attune_bt_term attune_bt_term(enum attune_tie_model ties, double d, double h,
                                     const double w[3]);

struct attune_bt_pairing {
    uint32_t a, b;
    double w[3]; /* by outcome + 1 */
};

struct attune_bt_problem {
    const struct attune_votes *votes;
    const struct attune_bt_options *options;
    struct attune_bt_pairing *pairings; /* (n_pairings,); one per row where there are covariates */
    size_t n_pairings;
    size_t p, tie_at;    /* tie_at == p: no tie parameter */
    double *x;           /* (p,) */
    double *gradient;    /* (p,) */
    double *information; /* (p, p) minus the Hessian, lower triangle */
    double *step, *trial; /* (p,) */
    unsigned char *seen; /* (n_models,) */
};

enum attune_code attune_bt_problem_init(struct attune_bt_problem *problem,
                                        const struct attune_votes *votes,
                                        const struct attune_bt_options *options,
                                        struct attune_err *err);
void attune_bt_problem_release(struct attune_bt_problem *problem);

/* Maximises the penalised likelihood from x; *value is its maximum, without the penalties. */
enum attune_code attune_bt_maximise(struct attune_bt_problem *problem, double *value,
                                    int *n_iterations, struct attune_err *err);

/* Penalised likelihood at x; fills gradient and information, and scores (p, p), lower triangle, the
 * sum of outer products of the comparisons' own gradients, unless NULL. */
double attune_bt_derivatives(struct attune_bt_problem *problem, const double *x, double *scores);

#endif
