/* Rollouts on all threads, one random stream per sample. */
#include "models/align/align.h"

#include "base/mem.h"
#include "base/thread.h"

struct rollout_job {
    struct attune_alignment *a;
    const struct attune_policy *policy;
    struct attune_scorer_pool *scorer;
    size_t first, per_prompt;
    struct attune_rollout *rollouts;
    enum attune_code *codes; /* (n,) */
    struct attune_err *errors; /* (n_threads,) the last of each thread */
};

static void draw(void *context, size_t item, size_t worker)
{
    struct rollout_job *job = context;
    struct attune_rollout *r = &job->rollouts[item];
    size_t stream = job->first + item;
    struct attune_setting setting;
    struct attune_rng rng;
    r->prompt = stream / job->per_prompt % job->a->n_prompts;
    r->scored = false;
    attune_setting_init(&setting, &job->a->prompts[r->prompt]);
    attune_rng_init(&rng, job->a->seed, stream);
    r->logprob = attune_policy_sample(job->policy, &setting, &r->piece, &rng);
    r->ref_logprob = job->policy == job->a->ref ? r->logprob
                                                : attune_policy_logprob(job->a->ref, &r->piece);
    if (!job->scorer) {
        return;
    }
    struct attune_scorer *scorer = attune_scorer_borrow(job->scorer, &job->errors[worker]);
    struct attune_value value = {0};
    job->codes[item] = scorer ? attune_scorer_score(scorer, &r->piece, &job->a->prompts[r->prompt],
                                                    &value, &job->errors[worker])
                              : ATTUNE_E_MEMORY;
    attune_scorer_return(job->scorer, scorer);
    r->scored = job->codes[item] == ATTUNE_OK && value.state == ATTUNE_DEFINED;
    r->reward = r->scored ? value.v : 0.0;
}

enum attune_code attune_rollouts(struct attune_alignment *a, const struct attune_policy *policy,
                                 struct attune_scorer_pool *scorer, size_t first, size_t per_prompt,
                                 struct attune_rollout *rollouts, size_t n, struct attune_err *err)
{
    struct rollout_job job = {
        .a = a, .policy = policy, .scorer = scorer, .first = first, .per_prompt = per_prompt,
        .rollouts = rollouts, .codes = attune_alloc(n, sizeof *job.codes),
        .errors = attune_alloc(a->n_threads, sizeof *job.errors),
    };
    enum attune_code code = ATTUNE_OK;
    if (!job.codes || !job.errors) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu rollouts", n);
        goto out;
    }
    attune_parallel_for(n, a->n_threads, draw, &job);
    for (size_t i = 0; i < n && code == ATTUNE_OK; i++) {
        size_t n_cells = attune_piece_n_cells(&rollouts[i].piece.setting);
        a->cost.n_generated += n_cells;
        a->cost.n_processed += policy == a->ref ? 0 : n_cells;
        code = job.codes[i];
    }
    a->cost.n_rewards += scorer ? n : 0;
    for (size_t t = 0; code != ATTUNE_OK && t < a->n_threads; t++) {
        if (job.errors[t].code == code) {
            code = attune_fail(err, code, "%s", job.errors[t].message);
            break;
        }
    }
out:
    attune_release(job.codes);
    attune_release(job.errors);
    return code;
}

void attune_align_learn(struct attune_alignment *a, const struct attune_piece *piece, double weight,
                        struct attune_adam *adam)
{
    attune_policy_accumulate(a->policy, piece, weight, adam->gradient);
    a->cost.n_processed += attune_piece_n_cells(&piece->setting);
}

enum attune_code attune_align_step(struct attune_alignment *a, struct attune_adam *adam,
                                   double rate, struct attune_err *err)
{
    a->cost.n_steps++;
    return attune_adam_step(adam, attune_policy_params(a->policy), rate, 0.0, err);
}

void attune_align_report(const struct attune_alignment *a, const char *method, size_t done,
                         size_t total, double reward, double kl)
{
    if (a->progress) {
        a->progress(a->progress_context,
                    &(struct attune_align_progress){.method = method, .done = done, .total = total,
                                                    .reward = reward, .kl = kl});
    }
}
