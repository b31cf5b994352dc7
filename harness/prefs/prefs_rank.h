/* From a ballot to a ranking: ratings fitted and resampled. */
#ifndef ATTUNE_HARNESS_PREFS_RANK_H
#define ATTUNE_HARNESS_PREFS_RANK_H

#include "harness/prefs/ballot.h"
#include "metrics/stats/bradley_terry.h"

enum attune_bt_interval { ATTUNE_CI_PERCENTILE, ATTUNE_CI_NORMAL, ATTUNE_CI_SANDWICH };

struct attune_rank_options {
    struct attune_bt_options model;
    enum attune_bt_interval interval;
    size_t n_replicates; /* 0: no bootstrap; intervals then need SANDWICH */
    uint64_t seed;
    size_t n_threads;
};

struct attune_ranked {
    const char *model;
    double rating, ci_low, ci_high; /* Elo scale; NAN: no interval */
    double n;                       /* votes the model took part in */
    double win_rate;                /* wins plus half the ties over votes */
    size_t rank, rank_low, rank_high;
};

struct attune_ranking {
    struct attune_ranked *rows; /* (n,) best first */
    size_t n;
    double *win_matrix; /* (n, n) in the rows' order: share of wins of row over column, ties half;
                         * NAN where they never met */
    double log_likelihood, tie;
    double effect[ATTUNE_MAX_CONTROLS]; /* of one sd of each control, natural scale */
    size_t n_components;                /* of the comparison graph; more than 1 only with a ridge */
    char components[300];               /* models of the first few: 'a', 'b' ... */
    size_t n_failed_replicates;         /* resamples without a finite maximum, left out */
};

void attune_ranking_release(struct attune_ranking *ranking);

/* ATTUNE_E_INPUT: fewer than two models, a disconnected graph without a ridge (components are
 * named). */
enum attune_code attune_rank(struct attune_ballot *ballot,
                             const struct attune_rank_options *options,
                             struct attune_ranking *ranking, struct attune_err *err);

#endif
