/* MusicRL: maximise E[reward - beta KL(policy || reference)] by the score function.
 *
 *     gradient = 1/n sum_i A_i grad log pi(x_i),   A_i = (R_i - mean of the others)/(sd + 1e-4)
 *     R_i = reward_i - beta (log pi(x_i) - log ref(x_i))
 *
 * The mean of log pi - log ref over samples of pi is the KL, so its gradient needs no term of its
 * own (the expectation of the score is zero). Source: Cideron et al. 2024, sec. 3; Williams 1992;
 * Kool et al. 2019 for the leave-one-out baseline. */
#include <math.h>

#include "base/mem.h"
#include "models/align/align.h"

const struct attune_rlhf_options attune_rlhf_default = {
    .n_steps = 120, .batch = 64, .beta = 0.05, .rate = 0.02,
};

void attune_rlhf_advantages(const struct attune_rollout *r, size_t n, double beta,
                            double *advantage, double *reward, double *kl)
{
    double sum = 0.0, square = 0.0, m = 0.0;
    *reward = *kl = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (r[i].scored) {
            double log_ratio = r[i].logprob - r[i].ref_logprob;
            advantage[i] = r[i].reward - beta * log_ratio;
            sum += advantage[i];
            *reward += r[i].reward;
            *kl += log_ratio;
            m += 1.0;
        }
    }
    if (m < 2.0) {
        memset(advantage, 0, n * sizeof *advantage);
        return;
    }
    *reward /= m;
    *kl /= m;
    double mean = sum / m;
    for (size_t i = 0; i < n; i++) {
        if (r[i].scored) {
            square += (advantage[i] - mean) * (advantage[i] - mean);
        }
    }
    double sd = sqrt(square / (m - 1.0)) + 1e-4;
    for (size_t i = 0; i < n; i++) {
        /* x - mean of the others = (x - mean) m/(m - 1) */
        advantage[i] = r[i].scored ? (advantage[i] - mean) * m / (m - 1.0) / sd : 0.0;
    }
}

enum attune_code attune_align_rlhf(struct attune_alignment *a, const struct attune_rlhf_options *o,
                                   struct attune_err *err)
{
    struct attune_adam adam = {0};
    struct attune_rollout *rollouts = attune_alloc(o->batch, sizeof *rollouts);
    double *advantage = attune_alloc(o->batch, sizeof *advantage);
    enum attune_code code = rollouts && advantage
                                ? attune_adam_init(&adam, attune_policy_n_params(), err)
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    for (size_t step = 0; step < o->n_steps && code == ATTUNE_OK; step++) {
        double reward, kl;
        code =
            attune_rollouts(a, a->policy, a->reward, step * o->batch, 1, rollouts, o->batch, err);
        if (code != ATTUNE_OK) {
            break;
        }
        attune_rlhf_advantages(rollouts, o->batch, o->beta, advantage, &reward, &kl);
        attune_weighted_likelihood(a->policy, rollouts, advantage, o->batch, adam.gradient);
        a->cost.n_processed += attune_rollout_cells(rollouts, o->batch);
        code = attune_align_step(a, &adam, o->rate, err);
        attune_training_tell(a->watcher, (struct attune_training_progress){"rlhf", step + 1,
                                                                           o->n_steps, reward, kl});
    }
    attune_adam_release(&adam);
    attune_release(rollouts);
    attune_release(advantage);
    return code;
}
