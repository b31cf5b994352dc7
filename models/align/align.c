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
    char (*why)[160];          /* (n_threads,) the last reason of an undefined reward */
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
    if (!r->scored && value.why) {
        snprintf(job->why[worker], sizeof job->why[worker], "%s", value.why);
    }
}

/* Whether anything can be learnt from rewards of which not one is defined. */
static enum attune_code check_rewards(const struct rollout_job *job, size_t n,
                                      struct attune_err *err)
{
    const char *why = "";
    for (size_t i = 0; i < n; i++) {
        if (job->rollouts[i].scored) {
            return ATTUNE_OK;
        }
    }
    for (size_t t = 0; t < job->a->n_threads; t++) {
        why = job->why[t][0] ? job->why[t] : why;
    }
    return attune_fail(err, ATTUNE_E_INCONCLUSIVE,
                       "'%s' is defined for none of %zu samples: %s",
                       attune_scorer_pool_metric(job->scorer)->id, n, why);
}

enum attune_code attune_rollouts(struct attune_alignment *a, const struct attune_policy *policy,
                                 struct attune_scorer_pool *scorer, size_t first, size_t per_prompt,
                                 struct attune_rollout *rollouts, size_t n, struct attune_err *err)
{
    struct rollout_job job = {
        .a = a, .policy = policy, .scorer = scorer, .first = first, .per_prompt = per_prompt,
        .rollouts = rollouts, .codes = attune_alloc(n, sizeof *job.codes),
        .errors = attune_alloc(a->n_threads, sizeof *job.errors),
        .why = attune_alloc(a->n_threads, sizeof *job.why),
    };
    enum attune_code code = ATTUNE_OK;
    if (!job.codes || !job.errors || !job.why) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu rollouts", n);
        goto out;
    }
    attune_parallel_for(n, a->n_threads, draw, &job);
    for (size_t i = 0; i < n && code == ATTUNE_OK; i++) {
        code = job.codes[i];
    }
    a->cost.n_generated += attune_rollout_cells(rollouts, n);
    a->cost.n_processed += policy == a->ref ? 0 : attune_rollout_cells(rollouts, n);
    a->cost.n_rewards += scorer ? n : 0;
    for (size_t t = 0; code != ATTUNE_OK && t < a->n_threads; t++) {
        if (job.errors[t].code == code) {
            code = attune_fail(err, code, "%s", job.errors[t].message);
            break;
        }
    }
    if (code == ATTUNE_OK && scorer) {
        code = check_rewards(&job, n, err);
    }
out:
    attune_release(job.codes);
    attune_release(job.errors);
    attune_release(job.why);
    return code;
}

size_t attune_rollout_cells(const struct attune_rollout *rollouts, size_t n)
{
    size_t n_cells = 0;
    for (size_t i = 0; i < n; i++) {
        n_cells += attune_piece_n_cells(&rollouts[i].piece.setting);
    }
    return n_cells;
}

double attune_weighted_likelihood(const struct attune_policy *policy,
                                  const struct attune_rollout *rollouts, const double *weight,
                                  size_t n, double *gradient)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const struct attune_piece *piece = &rollouts[i].piece;
        double w = weight[i] / (double)n;
        if (w != 0.0) {
            sum += w * (gradient ? attune_policy_accumulate(policy, piece, w, gradient)
                                 : attune_policy_logprob(policy, piece));
        }
    }
    return sum;
}

enum attune_code attune_align_step(struct attune_alignment *a, struct attune_adam *adam,
                                   double rate, struct attune_err *err)
{
    a->cost.n_steps++;
    return attune_adam_step(adam, attune_policy_params(a->policy), rate, 0.0, err);
}
