/* How an aligned policy is made: an algorithm and its hyperparameters, from a suite's options; the
 * making; and the cache of what was made. Options, with defaults by algorithm (align.h) and ranges:
 *
 *     algorithm  musicrl-r, musicrl-u, musicrl-ru, grpo (method rlhf); dpo, ipo, dpop, kto (dpo);
 *                expert-iteration (sft)
 *     reward     metric id that is optimised (rlhf, sft), default reward.proxy; musicrl-r begins
 *                with reward.rules
 *     train_seed 0..2^53, default 1
 *     steps, batch, beta, rate          rlhf and grpo (grpo: batch is the number of groups)
 *     group                             grpo
 *     pairs, epochs, batch, beta, rate  dpo; lambda for dpop
 *     rounds, group (samples of a prompt), keep, epochs, batch, rate  expert-iteration
 *
 * A hyperparameter of another algorithm is an error.
 */
#ifndef ATTUNE_MODELS_RECIPE_H
#define ATTUNE_MODELS_RECIPE_H

#include "models/align/align.h"
#include "models/generator.h"

enum attune_algorithm {
    ATTUNE_ALGORITHM_NONE, /* the base policy itself */
    ATTUNE_ALGORITHM_MUSICRL_R, ATTUNE_ALGORITHM_MUSICRL_U, ATTUNE_ALGORITHM_MUSICRL_RU,
    ATTUNE_ALGORITHM_GRPO, ATTUNE_ALGORITHM_DPO, ATTUNE_ALGORITHM_IPO, ATTUNE_ALGORITHM_DPOP,
    ATTUNE_ALGORITHM_KTO, ATTUNE_ALGORITHM_EXPERT, ATTUNE_N_ALGORITHMS,
};

struct attune_recipe {
    enum attune_algorithm algorithm;
    char reward[96]; /* metric id */
    uint64_t seed;
    struct attune_rlhf_options rlhf;
    struct attune_grpo_options grpo;
    struct attune_dpo_options dpo;
    struct attune_expert_options expert;
};

extern const char *const attune_algorithm_names[ATTUNE_N_ALGORITHMS];

/* ATTUNE_E_INPUT: unknown algorithm, one of another method, or a value out of range. */
enum attune_code attune_recipe_parse(struct attune_recipe *recipe,
                                     const struct attune_model_spec *spec, struct attune_err *err);

/* The options that the algorithm asked for reads, into names; 0 where nothing is trained, or the
 * algorithm is unknown. */
size_t attune_recipe_options(const struct attune_model_spec *spec, const char **names);

/* All that decides the result, as a checkpoint's origin. */
void attune_recipe_origin(const struct attune_recipe *recipe, char *text, size_t size);

/* A new policy, aligned from base on training prompts; from the cache where it is there. cost
 * and cached may be NULL. */
enum attune_code attune_recipe_make(const struct attune_recipe *recipe,
                                    const struct attune_policy *base, struct attune_policy **out,
                                    struct attune_training *cost, bool *cached,
                                    struct attune_training_watcher watcher,
                                    struct attune_err *err);

#endif
