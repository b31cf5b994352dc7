/* GRPO: per step, groups of samples of one prompt; advantages relative to the group; KL by k3.
 *
 *     gradient = 1/n sum_i (A_i - beta (1 - e^(-d_i))) grad log pi(x_i),   d = log pi - log ref
 *
 * One update per batch, so the importance ratio is 1 and its clipping never acts. d is the log-ratio of the whole
 * sequence; it is bounded from below at -5, where k3's slope would be carried by single samples.
 * Source: Shao et al. 2024, sec. 4.1; Schulman 2020 for k3. */
#include <math.h>

#include "base/mem.h"
#include "models/align.h"
#include "models/preference_loss.h"

const struct attune_grpo_options attune_grpo_default = {
    .n_steps = 120, .n_groups = 8, .group = 8, .beta = 0.3, .rate = 0.02,
};

static void add_group(struct attune_alignment *a, const struct attune_rollout *r, size_t group,
                      const double *advantage, double beta, double scale, double *gradient)
{
    for (size_t i = 0; i < group; i++) {
        double d = fmax(r[i].logprob - r[i].ref_logprob, -5.0);
        double weight = r[i].scored ? advantage[i] - beta * (1.0 - exp(-d)) : 0.0;
        if (weight != 0.0) {
            attune_policy_accumulate(a->policy, &r[i].piece, weight * scale, gradient);
        }
    }
}

enum attune_code attune_align_grpo(struct attune_alignment *a, const struct attune_grpo_options *o,
                                   struct attune_err *err)
{
    size_t n = o->n_groups * o->group;
    struct attune_adam adam = {0};
    struct attune_rollout *rollouts = attune_alloc(n, sizeof *rollouts);
    double *reward = attune_alloc(o->group, sizeof *reward);
    double *advantage = attune_alloc(o->group, sizeof *advantage);
    enum attune_code code = rollouts && reward && advantage
                                ? attune_adam_init(&adam, attune_policy_n_params(), err)
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    for (size_t step = 0; step < o->n_steps && code == ATTUNE_OK; step++) {
        double mean = 0.0, kl = 0.0;
        code = attune_rollouts(a, a->policy, a->reward, step * n, o->group, rollouts, n, err);
        for (size_t g = 0; g < o->n_groups && code == ATTUNE_OK; g++) {
            struct attune_rollout *group = &rollouts[g * o->group];
            double scored = 0.0, sum = 0.0;
            for (size_t i = 0; i < o->group; i++) {
                sum += group[i].reward;
                scored += group[i].scored;
            }
            for (size_t i = 0; i < o->group; i++) {
                /* An undefined reward stands at the mean: it neither teaches nor shifts the group. */
                reward[i] = group[i].scored ? group[i].reward : scored > 0.0 ? sum / scored : 0.0;
                mean += reward[i] / (double)n;
                kl += (group[i].logprob - group[i].ref_logprob) / (double)n;
            }
            attune_group_advantages(reward, o->group, 1e-4, advantage);
            add_group(a, group, o->group, advantage, o->beta, 1.0 / (double)n, adam.gradient);
        }
        if (code == ATTUNE_OK) {
            code = attune_adam_step(&adam, attune_policy_params(a->policy), o->rate, 0.0, err);
            attune_align_report(a, "grpo", step + 1, o->n_steps, mean, kl);
        }
    }
    attune_adam_release(&adam);
    attune_release(rollouts);
    attune_release(reward);
    attune_release(advantage);
    return code;
}
