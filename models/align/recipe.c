#include "models/align/recipe.h"

#include "base/thread.h"
#include "models/option.h"
#include "models/pieces/training_prompts.h"
#include "models/policy/model_cache.h"

/* The hand-made reward varies about a tenth as much as the learnt one, so its KL weighs a tenth. */
static const double rules_scale = 0.1;

enum { N_TRAINING_PROMPTS = 4096, TRAINING_PROMPT_SEED = 1 };

const char *const attune_algorithm_names[ATTUNE_N_ALGORITHMS] = {
    "none", "musicrl-r", "musicrl-u", "musicrl-ru", "grpo", "dpo", "ipo", "dpop", "kto",
    "expert-iteration",
};

static const enum attune_method method_of[ATTUNE_N_ALGORITHMS] = {
    [ATTUNE_ALGORITHM_NONE] = ATTUNE_METHOD_NONE,
    [ATTUNE_ALGORITHM_MUSICRL_R] = ATTUNE_METHOD_RLHF,
    [ATTUNE_ALGORITHM_MUSICRL_U] = ATTUNE_METHOD_RLHF,
    [ATTUNE_ALGORITHM_MUSICRL_RU] = ATTUNE_METHOD_RLHF,
    [ATTUNE_ALGORITHM_GRPO] = ATTUNE_METHOD_RLHF,
    [ATTUNE_ALGORITHM_DPO] = ATTUNE_METHOD_DPO,
    [ATTUNE_ALGORITHM_IPO] = ATTUNE_METHOD_DPO,
    [ATTUNE_ALGORITHM_DPOP] = ATTUNE_METHOD_DPO,
    [ATTUNE_ALGORITHM_KTO] = ATTUNE_METHOD_DPO,
    [ATTUNE_ALGORITHM_EXPERT] = ATTUNE_METHOD_SFT,
};

static enum attune_algorithm default_algorithm(enum attune_method method)
{
    return method == ATTUNE_METHOD_RLHF  ? ATTUNE_ALGORITHM_MUSICRL_U
           : method == ATTUNE_METHOD_DPO ? ATTUNE_ALGORITHM_DPO
           : method == ATTUNE_METHOD_SFT ? ATTUNE_ALGORITHM_EXPERT
                                         : ATTUNE_ALGORITHM_NONE;
}

static enum attune_code parse_algorithm(struct attune_recipe *r,
                                        const struct attune_model_spec *spec,
                                        struct attune_err *err)
{
    const char *name = attune_option_get(spec, "algorithm", NULL);
    r->algorithm = default_algorithm(spec->method);
    if (!name) {
        return ATTUNE_OK;
    }
    for (int i = 1; i < ATTUNE_N_ALGORITHMS; i++) {
        if (strcmp(name, attune_algorithm_names[i]) == 0) {
            r->algorithm = (enum attune_algorithm)i;
            if (method_of[i] == spec->method) {
                return ATTUNE_OK;
            }
            return attune_fail(err, ATTUNE_E_INPUT,
                               "model '%s': algorithm '%s' is of method %s, not %s", spec->name,
                               name, attune_method_names[method_of[i]],
                               attune_method_names[spec->method]);
        }
    }
    enum attune_code code =
        attune_fail(err, ATTUNE_E_INPUT, "model '%s': no algorithm '%s'", spec->name, name);
    const char *near = attune_nearest(name, attune_algorithm_names, ATTUNE_N_ALGORITHMS);
    if (near) {
        attune_err_hint(err, "did you mean '%s'?", near);
    }
    return code;
}

/* What each algorithm reads, beside its seeds; reward: what it learns from, where that can be
 * chosen. */
#define RLHF_OPTIONS "reward", "steps", "batch", "beta", "rate"
#define DPO_OPTIONS "pairs", "epochs", "batch", "beta", "rate"
static const char *const options_of[ATTUNE_N_ALGORITHMS][8] = {
    [ATTUNE_ALGORITHM_MUSICRL_R] = {RLHF_OPTIONS},
    [ATTUNE_ALGORITHM_MUSICRL_U] = {RLHF_OPTIONS},
    [ATTUNE_ALGORITHM_MUSICRL_RU] = {RLHF_OPTIONS},
    [ATTUNE_ALGORITHM_GRPO] = {RLHF_OPTIONS, "group"},
    [ATTUNE_ALGORITHM_DPO] = {DPO_OPTIONS},
    [ATTUNE_ALGORITHM_IPO] = {DPO_OPTIONS},
    [ATTUNE_ALGORITHM_DPOP] = {DPO_OPTIONS, "lambda"},
    [ATTUNE_ALGORITHM_KTO] = {DPO_OPTIONS},
    [ATTUNE_ALGORITHM_EXPERT] = {"reward", "rounds", "group", "keep", "epochs", "batch", "rate"},
};

/* One option into a size_t or double field; the first error wins. */
struct reader {
    const struct attune_model_spec *spec;
    enum attune_code code;
    struct attune_err *err;
};

static void read_size(struct reader *r, const char *name, size_t *field, uint64_t lo, uint64_t hi)
{
    uint64_t value = 0;
    if (r->code == ATTUNE_OK) {
        r->code = attune_option_count(r->spec, name, *field, lo, hi, &value, r->err);
        *field = r->code == ATTUNE_OK ? (size_t)value : *field;
    }
}

static void read_number(struct reader *r, const char *name, double *field, double lo, double hi)
{
    if (r->code == ATTUNE_OK) {
        r->code = attune_option_number(r->spec, name, *field, lo, hi, field, r->err);
    }
}

static bool reads(enum attune_algorithm algorithm, const char *name)
{
    for (const char *const *o = options_of[algorithm]; *o; o++) {
        if (strcmp(*o, name) == 0) {
            return true;
        }
    }
    return false;
}

/* An option of another algorithm would change nothing: that is a mistake, not a wish. */
static enum attune_code check_all_known(const struct reader *r, enum attune_algorithm algorithm)
{
    for (int other = 0; other < ATTUNE_N_ALGORITHMS; other++) {
        for (const char *const *o = options_of[other]; *o; o++) {
            if (!reads(algorithm, *o) && attune_option_get(r->spec, *o, NULL)) {
                attune_fail(r->err, ATTUNE_E_INPUT, "model '%s': '%s' is no option of %s",
                            r->spec->name, *o,
                            algorithm == ATTUNE_ALGORITHM_NONE
                                ? "a model that is not trained"
                                : attune_algorithm_names[algorithm]);
                attune_err_hint(r->err, "`attune model list` shows the options of each algorithm");
                return ATTUNE_E_INPUT;
            }
        }
    }
    return ATTUNE_OK;
}

size_t attune_recipe_options(const struct attune_model_spec *spec, const char **names)
{
    struct attune_recipe r;
    size_t n = 0;
    if (parse_algorithm(&r, spec, NULL) == ATTUNE_OK && r.algorithm != ATTUNE_ALGORITHM_NONE) {
        static const char *const always[] = {"algorithm", "train_seed", "train_seeds"};
        for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
            names[n++] = always[i];
        }
        for (const char *const *o = options_of[r.algorithm]; *o; o++) {
            names[n++] = *o;
        }
    }
    return n;
}

enum attune_code attune_recipe_parse(struct attune_recipe *recipe,
                                     const struct attune_model_spec *spec, struct attune_err *err)
{
    *recipe = (struct attune_recipe){.rlhf = attune_rlhf_default, .grpo = attune_grpo_default,
                                     .expert = attune_expert_default, .seed = 1};
    enum attune_code code = parse_algorithm(recipe, spec, err);
    if (code != ATTUNE_OK) {
        return code;
    }
    struct reader r = {.spec = spec, .err = err};
    size_t seed = 1;
    read_size(&r, "train_seed", &seed, 0, (uint64_t)1 << 53);
    recipe->seed = seed;
    snprintf(recipe->reward, sizeof recipe->reward, "%s",
             attune_option_get(spec, "reward",
                               recipe->algorithm == ATTUNE_ALGORITHM_MUSICRL_R ? "reward.rules"
                                                                               : "reward.proxy"));
    enum attune_algorithm a = recipe->algorithm;
    if (a >= ATTUNE_ALGORITHM_MUSICRL_R && a <= ATTUNE_ALGORITHM_MUSICRL_RU) {
        recipe->rlhf.beta *= a == ATTUNE_ALGORITHM_MUSICRL_R ? rules_scale : 1.0;
        read_size(&r, "steps", &recipe->rlhf.n_steps, 1, 100000);
        read_size(&r, "batch", &recipe->rlhf.batch, 2, 4096);
        read_number(&r, "beta", &recipe->rlhf.beta, 0.0, 10.0);
        read_number(&r, "rate", &recipe->rlhf.rate, 1e-6, 1.0);
    } else if (a == ATTUNE_ALGORITHM_GRPO) {
        read_size(&r, "steps", &recipe->grpo.n_steps, 1, 100000);
        read_size(&r, "batch", &recipe->grpo.n_groups, 1, 256);
        read_size(&r, "group", &recipe->grpo.group, 2, 256);
        read_number(&r, "beta", &recipe->grpo.beta, 0.0, 10.0);
        read_number(&r, "rate", &recipe->grpo.rate, 1e-6, 1.0);
    } else if (a >= ATTUNE_ALGORITHM_DPO && a <= ATTUNE_ALGORITHM_KTO) {
        recipe->dpo = attune_dpo_default[a - ATTUNE_ALGORITHM_DPO];
        read_size(&r, "pairs", &recipe->dpo.n_pairs, 2, 1000000);
        read_size(&r, "epochs", &recipe->dpo.n_epochs, 1, 100);
        read_size(&r, "batch", &recipe->dpo.batch, 1, 4096);
        read_number(&r, "beta", &recipe->dpo.beta, 1e-4, 10.0);
        if (a == ATTUNE_ALGORITHM_DPOP) {
            read_number(&r, "lambda", &recipe->dpo.lambda, 0.0, 1000.0);
        }
        read_number(&r, "rate", &recipe->dpo.rate, 1e-6, 1.0);
    } else if (a == ATTUNE_ALGORITHM_EXPERT) {
        read_size(&r, "rounds", &recipe->expert.n_rounds, 1, 100);
        read_size(&r, "group", &recipe->expert.per_prompt, 2, 1000);
        read_number(&r, "keep", &recipe->expert.keep, 0.001, 0.5);
        read_size(&r, "epochs", &recipe->expert.n_epochs, 1, 100);
        read_size(&r, "batch", &recipe->expert.batch, 1, 4096);
        read_number(&r, "rate", &recipe->expert.rate, 1e-6, 1.0);
    }
    return r.code == ATTUNE_OK ? check_all_known(&r, a) : r.code;
}

static int version_of(const char *metric_id)
{
    const struct attune_metric *metric = attune_metric_find(metric_id);
    return metric ? metric->version : 0;
}

void attune_recipe_origin(const struct attune_recipe *r, char *text, size_t size)
{
    const char *name = attune_algorithm_names[r->algorithm];
    unsigned long long seed = r->seed;
    switch (r->algorithm) {
    case ATTUNE_ALGORITHM_GRPO:
        snprintf(text, size,
                 "%s seed %llu %s v%d steps %zu groups %zu of %zu, KL by cell, beta %g rate %g",
                 name, seed, r->reward, version_of(r->reward), r->grpo.n_steps, r->grpo.n_groups,
                 r->grpo.group, r->grpo.beta, r->grpo.rate);
        break;
    case ATTUNE_ALGORITHM_DPO:
    case ATTUNE_ALGORITHM_IPO:
    case ATTUNE_ALGORITHM_DPOP:
    case ATTUNE_ALGORITHM_KTO:
        snprintf(text, size,
                 "%s seed %llu gold v%d pairs %zu epochs %zu batch %zu beta %g lambda %g rate %g",
                 name, seed, version_of("reward.gold"), r->dpo.n_pairs, r->dpo.n_epochs,
                 r->dpo.batch, r->dpo.beta, r->dpo.lambda, r->dpo.rate);
        break;
    case ATTUNE_ALGORITHM_EXPERT:
        snprintf(text, size,
                 "%s seed %llu %s v%d rounds %zu group %zu keep %g epochs %zu batch %zu rate %g",
                 name, seed, r->reward, version_of(r->reward), r->expert.n_rounds,
                 r->expert.per_prompt, r->expert.keep, r->expert.n_epochs, r->expert.batch,
                 r->expert.rate);
        break;
    default:
        snprintf(text, size, "%s seed %llu %s v%d steps %zu batch %zu beta %g rate %g", name, seed,
                 r->reward, version_of(r->reward), r->rlhf.n_steps, r->rlhf.batch, r->rlhf.beta,
                 r->rlhf.rate);
        break;
    }
}

static enum attune_code run(const struct attune_recipe *r, struct attune_alignment *a,
                            struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    struct attune_scorer_pool *reward = a->reward, *rules = NULL;
    switch (r->algorithm) {
    case ATTUNE_ALGORITHM_MUSICRL_RU: /* hand-made rewards first, then the learnt one */
        code = attune_scorer_pool_new(&rules, "reward.rules", err);
        if (code == ATTUNE_OK) {
            struct attune_rlhf_options first = r->rlhf;
            first.beta *= rules_scale;
            a->reward = rules;
            code = attune_align_rlhf(a, &first, err);
            a->reward = reward;
            a->seed = attune_mix64(a->seed, 2);
        }
        attune_scorer_pool_free(rules);
        return code == ATTUNE_OK ? attune_align_rlhf(a, &r->rlhf, err) : code;
    case ATTUNE_ALGORITHM_MUSICRL_R:
    case ATTUNE_ALGORITHM_MUSICRL_U:
        return attune_align_rlhf(a, &r->rlhf, err);
    case ATTUNE_ALGORITHM_GRPO:
        return attune_align_grpo(a, &r->grpo, err);
    case ATTUNE_ALGORITHM_EXPERT:
        return attune_align_expert(a, &r->expert, err);
    case ATTUNE_ALGORITHM_NONE:
    case ATTUNE_N_ALGORITHMS:
        return ATTUNE_OK;
    default:
        return attune_align_dpo(a, &r->dpo, err);
    }
}

struct making {
    const struct attune_recipe *recipe;
    const struct attune_policy *base;
    struct attune_policy *policy; /* a copy of base */
    struct attune_training_watcher watcher;
};

/* Trains the policy in place. */
static enum attune_code train(void *context, float *params, struct attune_training *cost,
                              struct attune_err *err)
{
    const struct making *m = context;
    struct attune_alignment a = {
        .policy = m->policy,
        .ref = m->base,
        .n_prompts = N_TRAINING_PROMPTS,
        .seed = m->recipe->seed,
        .n_threads = attune_core_count(),
        .watcher = m->watcher,
    };
    struct attune_prompt *prompts =
        attune_training_prompts_new(TRAINING_PROMPT_SEED, N_TRAINING_PROMPTS, err);
    a.prompts = prompts;
    enum attune_code code = prompts ? ATTUNE_OK : ATTUNE_E_MEMORY;
    if (code == ATTUNE_OK) {
        code = attune_scorer_pool_new(&a.reward, m->recipe->reward, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_scorer_pool_new(&a.listener, "reward.gold", err);
    }
    if (code == ATTUNE_OK) {
        code = run(m->recipe, &a, err);
    }
    *cost = a.cost;
    attune_scorer_pool_free(a.reward);
    attune_scorer_pool_free(a.listener);
    attune_training_prompts_free(prompts, N_TRAINING_PROMPTS);
    return code;
}

enum attune_code attune_recipe_make(const struct attune_recipe *recipe,
                                    const struct attune_policy *base, struct attune_policy **out,
                                    struct attune_training *cost, bool *cached,
                                    struct attune_training_watcher watcher,
                                    struct attune_err *err)
{
    struct attune_policy *policy = attune_policy_copy(base);
    if (!policy) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a policy");
    }
    struct making making = {recipe, base, policy, watcher};
    const struct attune_model_maker maker = {train, &making};
    struct attune_checkpoint head = {.kind = "policy", .n_params = attune_policy_n_params()};
    attune_recipe_origin(recipe, head.origin, sizeof head.origin);
    enum attune_code code =
        attune_model_cached(&head, attune_policy_params(policy), &maker, cost, cached, err);
    if (code != ATTUNE_OK) {
        attune_policy_free(policy);
        return code;
    }
    *out = policy;
    return ATTUNE_OK;
}
