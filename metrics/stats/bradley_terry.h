/* Ratings from paired comparisons: the Bradley-Terry model and its two classic extensions for ties.
 *
 * Source: Bradley & Terry 1952; Davidson 1970 (ties); Rao & Kupper 1967 (ties); Hunter 2004 for the
 * conditions under which a maximum exists; White 1980 for the sandwich covariance.
 *
 * Comparisons are rows (model a, model b, outcome, weight); equal rows are aggregated by the caller
 * (attune_votes_aggregate), so that cost depends on the number of distinct pairings, not of votes.
 * With covariates (style control) each comparison stays a row of its own.
 */
#ifndef ATTUNE_METRICS_STATS_BRADLEY_TERRY_H
#define ATTUNE_METRICS_STATS_BRADLEY_TERRY_H

#include <stdint.h>

#include "base/err.h"

enum attune_outcome { ATTUNE_B_WINS = -1, ATTUNE_TIE = 0, ATTUNE_A_WINS = 1 };

struct attune_vote {
    uint32_t a, b;   /* model indices, a != b */
    int outcome;     /* enum attune_outcome */
    double weight;   /* number of comparisons this row stands for, > 0 */
};

struct attune_votes {
    struct attune_vote *rows;  /* (n_rows,) */
    size_t n_rows, capacity;
    double *covariates;        /* (n_rows, n_covariates) difference a - b, z-scored; or NULL */
    size_t n_covariates;
    size_t n_models;
};

void attune_votes_release(struct attune_votes *votes);
enum attune_code attune_votes_add(struct attune_votes *votes, uint32_t a, uint32_t b, int outcome,
                                  double weight, struct attune_err *err);

/* Merges equal rows (a < b afterwards), sorted by (a, b, outcome). Only without covariates. */
enum attune_code attune_votes_aggregate(struct attune_votes *votes, struct attune_err *err);

enum attune_tie_model {
    ATTUNE_TIES_HALF,       /* a tie is half a win for each (two half-weight rows) */
    ATTUNE_TIES_DROP,       /* ties carry no information */
    ATTUNE_TIES_DAVIDSON,   /* P(tie) proportional to nu sqrt(pi_a pi_b) */
    ATTUNE_TIES_RAO_KUPPER, /* a tie where the difference lies within a threshold */
};

struct attune_bt_options {
    enum attune_tie_model ties;
    double ridge; /* penalty ridge * ||theta||^2; .5 is logistic regression with C = 1; 0: none */
};

struct attune_bt_fit {
    double *theta;      /* (n_models,) natural scale, sums to 0 */
    double *se_model;   /* (n_models,) from the inverse Hessian */
    double *se_sandwich; /* (n_models,) robust; each comparison is one unit */
    double *beta;       /* (n_covariates,) */
    double tie;         /* ln nu (Davidson), threshold (Rao-Kupper), else 0 */
    double log_likelihood;
    int n_iterations;
};

void attune_bt_fit_release(struct attune_bt_fit *fit);

/* Fits by Newton's method with step halving to a gradient below 1e-10 per comparison.
 * ATTUNE_E_INPUT without a ridge: the graph of comparisons is disconnected, or some models never
 * lose to (or never beat) the rest, so that no finite maximum exists. weights (n_rows,) replace the
 * rows' own (bootstrap) unless NULL; start (n_models,) or NULL. Standard errors are computed when
 * with_errors. */
enum attune_code attune_bt_fit(const struct attune_votes *votes,
                               const struct attune_bt_options *options, const double *weights,
                               const double *start, int with_errors, struct attune_bt_fit *fit,
                               struct attune_err *err);

/* Connected components of the comparison graph: label (n_models,) from 0; returns their number. */
size_t attune_votes_components(const struct attune_votes *votes, uint32_t *label);

/* Rating on the Elo scale: 1000 + 400 theta / ln 10. */
double attune_elo(double theta);

/* Bootstrap over comparisons: n_replicates refits on multinomial resamples of the rows' weights;
 * fills replicates (n_replicates, n_models) with theta. Same bits for any number of threads. */
enum attune_code attune_bt_bootstrap(const struct attune_votes *votes,
                                     const struct attune_bt_options *options,
                                     const struct attune_bt_fit *fit, size_t n_replicates,
                                     uint64_t seed, size_t n_threads, double *replicates,
                                     struct attune_err *err);

#endif
