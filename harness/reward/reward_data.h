/* Votes joined to features: the pairs that a reward model can be trained on. */
#ifndef ATTUNE_HARNESS_REWARD_DATA_H
#define ATTUNE_HARNESS_REWARD_DATA_H

#include "harness/prefs/vote_table.h"
#include "harness/reward/items.h"
#include "metrics/reward/head.h"

struct attune_reward_data {
    const struct attune_vote_table *votes;
    size_t d, n_items;                /* features; samples with all of them */
    float *x;                         /* (n_items, d) standardised */
    float *mean, *sd;                 /* (d,) over those samples; sd 1 for a constant feature */
    struct attune_reward_pair *pairs; /* (n_pairs,) of all axes, in the votes' order */
    size_t *vote;                     /* (n_pairs,) row of each among the votes */
    size_t n_pairs, n_without;        /* votes left out because a sample lacks a feature */
};

/* The votes' items are those that the features were loaded for. ATTUNE_E_INPUT: no pair is left. */
enum attune_code attune_reward_data_init(struct attune_reward_data *data,
                                         const struct attune_vote_table *votes,
                                         const struct attune_items *items, struct attune_err *err);
void attune_reward_data_release(struct attune_reward_data *data);

#endif
