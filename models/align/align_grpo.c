/* GRPO: per step, groups of samples of one prompt; advantages relative to the group; KL by k3,
 * token by token.
 *
 *     gradient = 1/n sum_i sum_t (A_i - beta (1 - e^(-d_it))) grad log pi(x_it | x_i<t)
 *     d_it = log pi - log ref of cell t; 1 - e^(-d) is the slope of k3 = e^(-d) + d - 1
 *
 * Per cell, d is small and the slope is about d: the penalty pulls in proportion. (Of whole
 * sequences it would be bounded by beta, and would hold nothing back.) One update per batch, so the
 * importance ratio is 1 and its clipping never acts. Source: Shao et al. 2024, sec. 4.1; Schulman
 * 2020 for k3. */
#include <math.h>

#include "base/mem.h"
#include "models/align/align.h"
#include "models/align/preference_loss.h"

const struct attune_grpo_options attune_grpo_default = {
    .n_steps = 120, .n_groups = 8, .group = 8, .beta = 0.1, .rate = 0.02,
};

double attune_grpo_objective(const struct attune_policy *policy, const struct attune_policy *ref,
                             const struct attune_rollout *rollouts, const double *advantage,
                             size_t n, double beta, double *gradient)
{
    double now[ATTUNE_MAX_CELLS], before[ATTUNE_MAX_CELLS], sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const struct attune_piece *piece = &rollouts[i].piece;
        size_t n_cells = rollouts[i].scored ? attune_piece_n_cells(&piece->setting) : 0;
        if (n_cells == 0) {
            continue;
        }
        attune_policy_cell_logprobs(policy, piece, now);
        attune_policy_cell_logprobs(ref, piece, before);
        for (size_t t = 0; t < n_cells; t++) {
            sum += advantage[i] * now[t] - beta * attune_kl_k3(now[t], before[t]);
            now[t] = (advantage[i] + beta * expm1(before[t] - now[t])) / (double)n;
        }
        if (gradient) {
            attune_policy_accumulate_cells(policy, piece, now, gradient);
        }
    }
    return sum / (double)n;
}

enum attune_code attune_align_grpo(struct attune_alignment *a, const struct attune_grpo_options *o,
                                   struct attune_err *err)
{
    size_t n = o->n_groups * o->group;
    struct attune_adam adam = {0};
    struct attune_rollout *rollouts = attune_alloc(n, sizeof *rollouts);
    double *reward = attune_alloc(o->group, sizeof *reward);
    double *advantage = attune_alloc(n, sizeof *advantage);
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
                /* An undefined reward stands at the mean: it neither teaches nor shifts the group.
                 */
                reward[i] = group[i].scored ? group[i].reward : scored > 0.0 ? sum / scored : 0.0;
                mean += reward[i] / (double)n;
                kl += (group[i].logprob - group[i].ref_logprob) / (double)n;
            }
            attune_group_advantages(reward, o->group, 1e-4, &advantage[g * o->group]);
        }
        if (code == ATTUNE_OK) {
            attune_grpo_objective(a->policy, a->ref, rollouts, advantage, n, o->beta,
                                  adam.gradient);
            a->cost.n_processed += 3 * attune_rollout_cells(rollouts, n);
            code = attune_align_step(a, &adam, o->rate, err);
            attune_training_tell(a->watcher, (struct attune_training_progress){
                                                 "grpo", step + 1, o->n_steps, mean, kl});
        }
    }
    attune_adam_release(&adam);
    attune_release(rollouts);
    attune_release(reward);
    attune_release(advantage);
    return code;
}
