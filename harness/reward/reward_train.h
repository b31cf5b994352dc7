/* Training reward models on votes, and what they are worth on votes they have not seen. */
#ifndef ATTUNE_HARNESS_REWARD_TRAIN_H
#define ATTUNE_HARNESS_REWARD_TRAIN_H

#include "harness/reward/reward_data.h"
#include "harness/reward/reward_model.h"

enum { ATTUNE_REWARD_MAX_HIDDEN = ATTUNE_HEAD_MAX_LAYERS - 1 };

struct attune_reward_recipe {
    size_t hidden[ATTUNE_REWARD_MAX_HIDDEN], n_hidden; /* none: linear */
    size_t n_members;        /* more than one: each on resampled pairs */
    struct attune_head_training training;
    size_t n_threads;
};

/* Heads for every axis of the votes into model (features and names are filled too; training is
 * left to the caller). A tenth of the prompts stops training early where that is 20 pairs or more.
 * Same bits for any number of threads. */
enum attune_code attune_reward_train_all(struct attune_reward_model *model,
                                         const struct attune_reward_data *data,
                                         const struct attune_items *items,
                                         const struct attune_reward_recipe *recipe,
                                         struct attune_err *err);

/* What is held out together: prompts, in n_folds groups, or all votes on a generator, one
 * generator after the other. */
enum attune_grouping { ATTUNE_BY_PROMPT, ATTUNE_BY_GENERATOR };

/* Margins reward(a) - reward(b) of every pair of one axis by models that were trained without its
 * group; margin (data->n_pairs,), NAN for other axes and where no model could be trained. By
 * generator a pair belongs to two groups and gets the mean of both margins. Votes without prompts
 * are held out one by one. */
enum attune_code attune_reward_crossval(const struct attune_reward_data *data, size_t axis,
                                        const struct attune_reward_recipe *recipe,
                                        enum attune_grouping grouping, size_t n_folds,
                                        double *margin, struct attune_err *err);

#endif
