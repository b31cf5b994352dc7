/* Expert iteration: in each round the policy samples, the best share of each prompt's samples by
 * reward is kept, and the policy is fine-tuned on them by maximum likelihood. No reference model
 * holds it back: the KL grows with the rounds. Source: Anthony et al. 2017; Dong et al. 2023. */
#include <math.h>

#include "base/mem.h"
#include "models/align/align.h"

const struct attune_expert_options attune_expert_default = {
    .n_rounds = 2, .n_prompts = 200, .per_prompt = 20, .keep = 0.1, .n_epochs = 2, .batch = 16,
    .rate = 0.01,
};

static int by_reward(const void *x, const void *y)
{
    const struct attune_rollout *a = x, *b = y;
    if (a->scored != b->scored) {
        return b->scored - a->scored;
    }
    if (a->reward != b->reward) {
        return a->reward < b->reward ? 1 : -1;
    }
    return (a->logprob < b->logprob) - (a->logprob > b->logprob);
}

/* Moves the best of each prompt's samples to the front; returns how many there are. */
static size_t keep_best(struct attune_rollout *r, const struct attune_expert_options *o)
{
    size_t share = (size_t)ceil(o->keep * (double)o->per_prompt), kept = 0;
    for (size_t p = 0; p < o->n_prompts; p++) {
        struct attune_rollout *group = &r[p * o->per_prompt];
        qsort(group, o->per_prompt, sizeof *group, by_reward);
        for (size_t i = 0; i < share && group[i].scored; i++) {
            if (&r[kept] != &group[i]) {
                r[kept] = group[i];
            }
            kept++;
        }
    }
    return kept;
}

static enum attune_code fine_tune(struct attune_alignment *a, const struct attune_expert_options *o,
                                  const struct attune_rollout *r, size_t n,
                                  struct attune_adam *adam, struct attune_err *err)
{
    double *ones = attune_alloc(o->batch, sizeof *ones);
    enum attune_code code = ones ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    for (size_t i = 0; ones && i < o->batch; i++) {
        ones[i] = 1.0;
    }
    for (size_t epoch = 0; epoch < o->n_epochs; epoch++) {
        for (size_t i = 0; i < n && code == ATTUNE_OK; i += o->batch) {
            size_t m = i + o->batch < n ? o->batch : n - i;
            attune_weighted_likelihood(a->policy, &r[i], ones, m, adam->gradient);
            a->cost.n_processed += attune_rollout_cells(&r[i], m);
            code = attune_align_step(a, adam, o->rate, err);
        }
    }
    attune_release(ones);
    return code;
}

enum attune_code attune_align_expert(struct attune_alignment *a,
                                     const struct attune_expert_options *o, struct attune_err *err)
{
    size_t n = o->n_prompts * o->per_prompt;
    struct attune_adam adam = {0};
    struct attune_rollout *r = attune_alloc(n, sizeof *r);
    enum attune_code code = r ? attune_adam_init(&adam, attune_policy_n_params(), err)
                              : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    for (size_t round = 0; round < o->n_rounds && code == ATTUNE_OK; round++) {
        double reward = 0.0, kl = 0.0;
        code = attune_rollouts(a, a->policy, a->reward, round * n, o->per_prompt, r, n, err);
        if (code != ATTUNE_OK) {
            break;
        }
        for (size_t i = 0; i < n; i++) {
            reward += r[i].reward / (double)n;
            kl += (r[i].logprob - r[i].ref_logprob) / (double)n;
        }
        code = fine_tune(a, o, r, keep_best(r, o), &adam, err);
        attune_training_tell(a->watcher,
                             (struct attune_training_progress){"expert iteration", round + 1,
                                                               o->n_rounds, reward, kl});
    }
    attune_adam_release(&adam);
    attune_release(r);
    return code;
}
