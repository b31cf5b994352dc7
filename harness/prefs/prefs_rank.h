/* From preferences to a ranking: models are numbered, votes aggregated, ratings fitted and
 * resampled. */
#ifndef ATTUNE_HARNESS_PREFS_RANK_H
#define ATTUNE_HARNESS_PREFS_RANK_H

#include "harness/prefs/elo_history.h"
#include "harness/prefs/names.h"
#include "harness/prefs/prefs.h"
#include "metrics/stats/bradley_terry.h"

/* What can be held constant between the two clips of a comparison. */
enum attune_style { ATTUNE_STYLE_LENGTH, ATTUNE_STYLE_LOUDNESS, ATTUNE_STYLE_DENSITY };
enum { ATTUNE_N_STYLES = 3 };
extern const char *const attune_style_names[ATTUNE_N_STYLES]; /* length, loudness, density */

/* Preferences of one axis on their way to a ranking. Zero-initialised; release when done. */
struct attune_ballot {
    const char *axis;       /* only this axis, or NULL: all, and more than one is an error */
    bool both_bad_is_tie;   /* else both-bad votes are dropped and counted */
    bool control[ATTUNE_N_STYLES]; /* keep the difference as a covariate (z-scored) */
    struct attune_elo_history *history; /* keeps every vote ranked, with its time; NULL: nobody */
    struct attune_votes votes;
    struct attune_names models;
    size_t n_merge; /* rows at which equal votes are merged, so that memory is that of pairings */
    double *differences;    /* (votes.n_rows, number of controls) a - b, in their order */
    size_t difference_capacity;
    /* comparisons ranked, and ties and both-bad among all */
    uint64_t n_comparisons, n_ties, n_both_bad;
    uint64_t n_without_style; /* left out: a controlled value is unknown */
    char axis_seen[64];     /* the axis of the votes taken */
};

void attune_ballot_release(struct attune_ballot *ballot);

/* An attune_preference_fn: context is the ballot. */
enum attune_code attune_ballot_take(void *context, const struct attune_preference *preference,
                                    struct attune_err *err);

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
    struct attune_ranked *rows;     /* (n,) best first */
    size_t n;
    double *win_matrix; /* (n, n) in the rows' order: share of wins of row over column, ties half;
                         * NAN where they never met */
    double log_likelihood, tie;
    double effect[ATTUNE_N_STYLES]; /* of one sd, natural scale; NAN: not controlled */
    size_t n_components;            /* of the comparison graph; more than 1 only with a ridge */
    char components[300];           /* models of the first few: 'a', 'b' ... */
    size_t n_failed_replicates;     /* resamples without a finite maximum, left out */
};

void attune_ranking_release(struct attune_ranking *ranking);

/* ATTUNE_E_INPUT: fewer than two models, a disconnected graph without a ridge (components are
 * named). */
enum attune_code attune_rank(struct attune_ballot *ballot,
                             const struct attune_rank_options *options,
                             struct attune_ranking *ranking, struct attune_err *err);

#endif
