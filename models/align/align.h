/* What every training-time alignment method works with: a policy to change, its frozen reference,
 * training prompts, a reward, and rollouts on all threads with the same bits for any number of
 * them.
 *
 * A method changes attune_alignment.policy in place, and only through the policy's public
 * interface. Its cost is counted here, so that methods are compared at equal compute.
 */
#ifndef ATTUNE_MODELS_ALIGN_H
#define ATTUNE_MODELS_ALIGN_H

#include "models/policy/adam.h"
#include "models/policy/policy.h"
#include "models/align/scorer.h"
#include "models/training.h"

struct attune_alignment {
    struct attune_policy *policy;
    const struct attune_policy *ref;
    const struct attune_prompt *prompts; /* (n_prompts,) */
    size_t n_prompts;
    struct attune_scorer_pool *reward;   /* what is optimised */
    struct attune_scorer_pool *listener; /* labels preference pairs: the simulated gold */
    uint64_t seed;
    size_t n_threads;                    /* at least 1 */
    struct attune_training_watcher watcher;
    struct attune_training cost; /* spent so far; seconds are measured outside */
};

/* One sample of a policy with what the methods need to know of it. */
struct attune_rollout {
    struct attune_piece piece;
    size_t prompt;
    double logprob, ref_logprob, reward;
    bool scored; /* false: the reward is undefined; such samples teach nothing */
};

/* Cells of all rollouts: what one pass of a model over them costs. */
size_t attune_rollout_cells(const struct attune_rollout *rollouts, size_t n);

/* Draws rollouts[n] from policy: sample i belongs to prompt (first + i) / per_prompt (modulo
 * n_prompts) and to random stream first + i. scorer may be NULL: then nothing is scored.
 * ATTUNE_E_INCONCLUSIVE with the reason when not one reward of n is defined: nothing can be learnt
 * from those, and a method that went on would return its base as if it had been aligned. */
enum attune_code attune_rollouts(struct attune_alignment *a, const struct attune_policy *policy,
                                 struct attune_scorer_pool *scorer, size_t first, size_t per_prompt,
                                 struct attune_rollout *rollouts, size_t n, struct attune_err *err);

/* One step of adam on the policy. */
enum attune_code attune_align_step(struct attune_alignment *a, struct attune_adam *adam,
                                   double rate, struct attune_err *err);

/* Objectives of one batch as functions of the policy alone; what a step climbs, or descends where
 * it says loss. gradient (n_params,): scale times the derivative is added; NULL: only the value. */

/* 1/n sum_i weight_i log pi(x_i): the surrogate of the policy gradient with advantages as weights,
 * and maximum likelihood with weights of 1. Samples of weight 0 are skipped. */
double attune_weighted_likelihood(const struct attune_policy *policy,
                                  const struct attune_rollout *rollouts, const double *weight,
                                  size_t n, double *gradient);

/* 1/n sum_i sum_t (advantage_i log pi(x_it) - beta k3(x_it)), over the scored samples. */
double attune_grpo_objective(const struct attune_policy *policy, const struct attune_policy *ref,
                             const struct attune_rollout *rollouts, const double *advantage,
                             size_t n, double beta, double *gradient);

/* MusicRL (Cideron et al. 2024): sequence-level policy gradient on reward - beta KL(policy ||
 * reference), with a leave-one-out baseline over the batch and advantages in standard deviations.
 */
struct attune_rlhf_options {
    size_t n_steps, batch; /* 1..100000, 2..4096 */
    double beta;           /* per nat of the whole sequence, in reward units: 0..10 */
    double rate;           /* Adam, 1e-6..1 */
};
extern const struct attune_rlhf_options attune_rlhf_default;
/* Advantages of the scored rollouts, 0 for the others; means of reward and log-ratio. */
void attune_rlhf_advantages(const struct attune_rollout *rollouts, size_t n, double beta,
                            double *advantage, double *reward, double *kl);
enum attune_code attune_align_rlhf(struct attune_alignment *a, const struct attune_rlhf_options *o,
                                   struct attune_err *err);

/* GRPO (Shao et al. 2024): groups of samples of one prompt, advantages relative to the group, KL by
 * k3. */
struct attune_grpo_options {
    size_t n_steps, n_groups, group; /* 1..100000, 1..256, 2..256 */
    double beta, rate;               /* KL weight in advantage units per cell 0..10; Adam 1e-6..1 */
};
extern const struct attune_grpo_options attune_grpo_default;
enum attune_code attune_align_grpo(struct attune_alignment *a, const struct attune_grpo_options *o,
                                   struct attune_err *err);

/* DPO, IPO, DPOP and KTO on pairs of reference samples that the listener labels with Bradley-Terry
 * noise. */
enum attune_dpo_variant { ATTUNE_DPO_PLAIN, ATTUNE_DPO_IPO, ATTUNE_DPO_DPOP, ATTUNE_DPO_KTO };
struct attune_dpo_options {
    enum attune_dpo_variant variant;
    size_t n_pairs, n_epochs, batch; /* 2..1000000, 1..100, 1..4096 */
    double beta;                     /* 1e-4..10 */
    double lambda;                   /* DPOP's penalty, 0..1000 */
    double rate;                     /* Adam, 1e-6..1 */
};
extern const struct attune_dpo_options attune_dpo_default[4]; /* by variant */

/* Mean loss of pairs[n], each winner and loser next to each other, with logprob (2 n,) of the
 * policy on them in that order and kl, KTO's estimate of the divergence, as given. slope (2 n,)
 * receives the derivatives of the mean loss by each log-probability. */
double attune_pairs_loss(const struct attune_dpo_options *o,
                         const struct attune_rollout *const *pairs, size_t n,
                         const double *logprob, double kl, double *slope);
enum attune_code attune_align_dpo(struct attune_alignment *a, const struct attune_dpo_options *o,
                                  struct attune_err *err);

/* Expert iteration (Anthony et al. 2017; Dong et al. 2023, RAFT): rounds of sampling, keeping the
 * best share by reward within each prompt, and fine-tuning on them by maximum likelihood. */
struct attune_expert_options {
    size_t n_rounds, n_prompts, per_prompt; /* 1..100, 1..100000, 2..1000 */
    double keep;                            /* share kept, 0.001..0.5 */
    size_t n_epochs, batch;                 /* 1..100, 1..4096 */
    double rate;                            /* Adam, 1e-6..1 */
};
extern const struct attune_expert_options attune_expert_default;
enum attune_code attune_align_expert(struct attune_alignment *a,
                                     const struct attune_expert_options *o, struct attune_err *err);

#endif
