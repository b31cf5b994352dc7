/* Ratings from paired comparisons: the Bradley-Terry model and its two classic extensions for ties.
 *
 * Source: Bradley & Terry 1952; Davidson 1970 (ties); Rao & Kupper 1967 (ties); Ford 1957 and
 * Hunter 2004 for the conditions under which a maximum exists; White 1980 for the sandwich
 * covariance.
 *
 * Votes are best aggregated first (attune_votes_aggregate): cost then depends on the number of
 * distinct pairings, not of votes. With covariates (style control) each comparison stays a row of
 * its own.
 */
#ifndef ATTUNE_METRICS_STATS_BRADLEY_TERRY_H
#define ATTUNE_METRICS_STATS_BRADLEY_TERRY_H

#include "metrics/stats/votes.h"

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
    double *theta;       /* (n_models,) natural scale, sums to 0 */
    double *se_model;    /* (n_models,) from the inverse Hessian */
    double *se_sandwich; /* (n_models,) robust; each comparison is one unit */
    double *covariance;  /* (n_models, n_models) robust; its diagonal is se_sandwich squared */
    double *beta;        /* (n_covariates,) */
    double tie;          /* ln nu (Davidson), threshold (Rao-Kupper), else 0 */
    double log_likelihood;
    int n_iterations;
};

void attune_bt_fit_release(struct attune_bt_fit *fit);

/* Fits by Newton's method with step halving until a step gains less than 1e-12 of the
 * log-likelihood. Standard errors are computed when with_errors. ATTUNE_E_INPUT without a ridge:
 * the graph of comparisons is disconnected, or some models never lose to (or never beat) the rest,
 * so that no finite maximum exists. */
enum attune_code attune_bt_fit(const struct attune_votes *votes,
                               const struct attune_bt_options *options, int with_errors,
                               struct attune_bt_fit *fit, struct attune_err *err);

/* Rating on the Elo scale: 1000 + 400 theta / ln 10. */
double attune_elo(double theta);

/* Bootstrap over comparisons: n_replicates refits, each from the full fit, on multinomial
 * resamples of the rows' weights; fills replicates (n_replicates, n_models) with theta, NAN where a
 * resample has no finite maximum. Same bits for any number of threads. */
enum attune_code attune_bt_bootstrap(const struct attune_votes *votes,
                                     const struct attune_bt_options *options,
                                     const struct attune_bt_fit *fit, size_t n_replicates,
                                     uint64_t seed, size_t n_threads, double *replicates,
                                     struct attune_err *err);

#endif
