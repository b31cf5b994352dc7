/* Paired comparisons as rows (model a, model b, outcome, weight), and what can be said of them
 * before any model is fitted: equal rows merged, the components of their graph. */
#ifndef ATTUNE_METRICS_STATS_VOTES_H
#define ATTUNE_METRICS_STATS_VOTES_H

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

/* Connected components of the comparison graph: label (n_models,) from 0; returns their number. */
size_t attune_votes_components(const struct attune_votes *votes, uint32_t *label);

#endif
