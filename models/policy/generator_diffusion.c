/* `builtin: diffusion`: the masked-diffusion reference model, trained when first needed. Options:
 *
 *     denoise_steps: N   1..1000, default 32
 *     checkpoint: FILE   this base instead of the built-in one, for any method
 *     method dpo         DiffRhythm+; preference: multi, single, cross-pair or interpolation
 *                        (default multi) of reward.proxy and reward.rules; pairs (2048),
 *                        epochs (2), beta (200), rate (0.01), train_seed, train_seeds
 *     method inference   SCG by `select: METRIC_ID`; draws: N candidates per step (1..256,
 *                        default 16)
 *
 * The log-probability of a diffusion sample is not known exactly. What is reported is that of its
 * denoising path (which cells were filled with what at each step) under the model and under its
 * base: their mean difference is the KL of the paths, an upper bound on that of the pieces. */
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "models/align/align_diffusion.h"
#include "models/policy/family.h"
#include "models/policy/model_cache.h"
#include "models/option.h"
#include "models/pieces/training_prompts.h"

struct state {
    struct attune_family family;        /* of diffusions */
    struct attune_scorer_pool *scorers; /* SCG; NULL otherwise */
    size_t n_steps, n_draws;
};

static float *params_of(void *model)
{
    return attune_diffusion_params(model);
}

static void *create(void)
{
    return attune_diffusion_new();
}

static void destroy(void *model)
{
    attune_diffusion_free(model);
}

static enum attune_code make_base(void **model, struct attune_training *cost,
                                  struct attune_err *err)
{
    struct attune_diffusion *base = NULL;
    const enum attune_code code = attune_diffusion_base(&base, cost, err);
    *model = base;
    return code;
}

static void base_origin(char *text, size_t size)
{
    attune_diffusion_origin(&attune_diffusion_training_default, text, size);
}

static const struct attune_family_kind diffusions = {
    .name = "diffusion", .n_params = attune_diffusion_n_params, .params = params_of,
    .create = create, .destroy = destroy, .make_base = make_base, .base_origin = base_origin};

static void close_state(void *state)
{
    struct state *s = state;
    if (s) {
        attune_family_release(&s->family);
        attune_scorer_pool_free(s->scorers);
        attune_release(s);
    }
}

static enum attune_code parse_mix(const struct attune_model_spec *spec,
                                  enum attune_preference_mix *mix, struct attune_err *err)
{
    const char *name = attune_option_get(spec, "preference", "multi");
    for (int i = 0; i < ATTUNE_N_MIXES; i++) {
        if (strcmp(name, attune_mix_names[i]) == 0) {
            *mix = (enum attune_preference_mix)i;
            return ATTUNE_OK;
        }
    }
    return attune_fail(
        err, ATTUNE_E_INPUT,
        "model '%s': preference is '%s', not multi, single, cross-pair or interpolation",
        spec->name, name);
}

static enum attune_code parse_diffrhythm(const struct attune_model_spec *spec,
                                         struct attune_diffrhythm *o, struct attune_err *err)
{
    uint64_t pairs = o->n_pairs, epochs = o->n_epochs;
    enum attune_code code = parse_mix(spec, &o->mix, err);
    if (code == ATTUNE_OK) {
        code = attune_option_count(spec, "pairs", pairs, 2, 1000000, &pairs, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_option_count(spec, "epochs", epochs, 1, 100, &epochs, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_option_number(spec, "beta", o->beta, 0.1, 100000.0, &o->beta, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_option_number(spec, "rate", o->rate, 1e-6, 1.0, &o->rate, err);
    }
    o->n_pairs = (size_t)pairs;
    o->n_epochs = (size_t)epochs;
    return code;
}

struct making {
    const struct attune_diffrhythm *options;
    struct attune_diffusion *model;
    const struct attune_diffusion *ref;
};

/* Trains the model in place. */
static enum attune_code train(void *context, float *params, struct attune_training *cost,
                              struct attune_err *err)
{
    enum { N_PROMPTS = 2048, PROMPT_SEED = 1 };
    const struct making *m = context;
    struct attune_scorer_pool *pools[2] = {NULL, NULL};
    struct attune_prompt *prompts = attune_training_prompts_new(PROMPT_SEED, N_PROMPTS, err);
    enum attune_code code = prompts ? ATTUNE_OK : ATTUNE_E_MEMORY;
    if (code == ATTUNE_OK) {
        code = attune_scorer_pool_new(&pools[0], "reward.proxy", err);
    }
    if (code == ATTUNE_OK) {
        code = attune_scorer_pool_new(&pools[1], "reward.rules", err);
    }
    if (code == ATTUNE_OK) {
        code = attune_align_diffrhythm(m->model, m->ref, pools, 2, prompts, N_PROMPTS, m->options,
                                       cost, err);
    }
    attune_scorer_pool_free(pools[0]);
    attune_scorer_pool_free(pools[1]);
    attune_training_prompts_free(prompts, N_PROMPTS);
    return code;
}

/* One DiffRhythm+ from the cache, or made and cached. */
static enum attune_code make_one(struct attune_family *family, const struct attune_diffrhythm *o,
                                 struct attune_training *cost, struct attune_err *err)
{
    struct attune_diffusion *model = attune_diffusion_copy(family->base);
    if (!model) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a diffusion model");
    }
    struct attune_checkpoint head = {.kind = "diffusion", .n_params = attune_diffusion_n_params()};
    snprintf(head.origin, sizeof head.origin,
             "diffrhythm+ %s seed %llu proxy v%d rules v%d pairs %zu epochs %zu beta %g rate %g",
             attune_mix_names[o->mix], (unsigned long long)o->seed,
             attune_metric_find("reward.proxy")->version,
             attune_metric_find("reward.rules")->version, o->n_pairs, o->n_epochs, o->beta,
             o->rate);
    struct making making = {o, model, family->base};
    const struct attune_model_maker maker = {train, &making};
    enum attune_code code = attune_model_cached(&head, attune_diffusion_params(model), &maker, cost,
                                                NULL, err);
    if (code != ATTUNE_OK) {
        attune_diffusion_free(model);
        return code;
    }
    if (family->n_models == 0) {
        memcpy(family->origin, head.origin, sizeof family->origin);
    }
    family->models[family->n_models++] = model;
    return ATTUNE_OK;
}

static enum attune_code make_models(struct attune_family *family,
                                    const struct attune_model_spec *spec, struct attune_err *err)
{
    struct attune_diffrhythm o = attune_diffrhythm_default;
    uint64_t first = 1, n = 1;
    o.n_threads = attune_core_count();
    o.watcher = spec->watcher;
    enum attune_code code = parse_diffrhythm(spec, &o, err);
    if (code == ATTUNE_OK) {
        code = attune_train_seeds(spec, &first, &n, err);
    }
    for (uint64_t k = 0; k < n && code == ATTUNE_OK; k++) {
        struct attune_training cost;
        o.seed = first + k;
        code = make_one(family, &o, &cost, err);
        family->training = k > 0 ? family->training : cost;
    }
    return code;
}

static enum attune_code open_state(const struct attune_model_spec *spec, void **state,
                                   struct attune_err *err)
{
    struct state *s = attune_alloc(1, sizeof *s);
    if (!s) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for model '%s'", spec->name);
    }
    uint64_t n_steps = 0, n_draws = 0;
    const char *select = attune_option_get(spec, "select", "reward.proxy");
    enum attune_code code = attune_option_count(spec, "denoise_steps", 32, 1, 1000, &n_steps, err);
    if (code == ATTUNE_OK) {
        code = attune_option_count(spec, "draws", 16, 1, 256, &n_draws, err);
    }
    if (code == ATTUNE_OK && spec->method != ATTUNE_METHOD_NONE &&
        spec->method != ATTUNE_METHOD_DPO && spec->method != ATTUNE_METHOD_INFERENCE) {
        code =
            attune_fail(err, ATTUNE_E_INPUT,
                        "model '%s': diffusion knows the methods none, dpo, inference", spec->name);
    }
    if (code == ATTUNE_OK && spec->method == ATTUNE_METHOD_INFERENCE) {
        code = attune_scorer_pool_new(&s->scorers, select, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_family_open(&s->family, &diffusions, spec, err);
    }
    if (code == ATTUNE_OK && spec->method == ATTUNE_METHOD_INFERENCE) {
        s->family.training = (struct attune_training){0}; /* the base as it is */
    }
    if (code == ATTUNE_OK && spec->method == ATTUNE_METHOD_DPO) {
        code = make_models(&s->family, spec, err);
    }
    if (code != ATTUNE_OK) {
        close_state(s);
        return code;
    }
    s->n_steps = (size_t)n_steps;
    s->n_draws = (size_t)n_draws;
    *state = s;
    return ATTUNE_OK;
}

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    struct state *s = state;
    struct attune_piece piece;
    struct attune_rng rng;
    uint64_t n_tokens = 0, n_rewards = 0;
    double logprob = 0.0, ref_logprob = 0.0;
    const struct attune_diffusion *model = attune_family_model(&s->family, request->seed);
    attune_rng_init(&rng, attune_request_seed(request), 0);
    if (s->scorers) {
        struct attune_scorer *scorer = attune_scorer_borrow(s->scorers, err);
        enum attune_code code =
            scorer ? attune_scg_sample(model, scorer, request->prompt, s->n_steps, s->n_draws,
                                       &rng, &piece, &n_tokens, &n_rewards, err)
                   : ATTUNE_E_MEMORY;
        attune_scorer_return(s->scorers, scorer);
        if (code != ATTUNE_OK) {
            return code;
        }
    } else {
        struct attune_setting setting;
        attune_setting_init(&setting, request->prompt);
        logprob = attune_diffusion_sample(model, s->family.base, &setting, s->n_steps, &piece,
                                          &ref_logprob, &rng);
    }
    enum attune_code code = attune_builtin_finish(&piece, request, out, err);
    if (code == ATTUNE_OK && s->scorers) {
        out->n_candidates = s->n_draws;
        out->n_tokens = n_tokens;
        out->n_rewards = n_rewards;
    } else if (code == ATTUNE_OK) {
        out->has_logprob = out->has_ref_logprob = true;
        out->logprob = logprob;
        out->ref_logprob = ref_logprob;
    }
    return code;
}

/* All weights, and the version of the metric that decides what is kept. */
static enum attune_code fingerprint(void *state, char *hash, struct attune_err *err)
{
    struct state *s = state;
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_family_fingerprint(&s->family, &text);
    attune_fingerprint_add(&text, s->scorers ? attune_scorer_pool_metric(s->scorers) : NULL);
    return attune_fingerprint_finish(&text, hash, err);
}

static bool training(void *state, struct attune_training *cost)
{
    const struct state *s = state;
    *cost = s->family.training;
    return true;
}

static enum attune_code save(void *state, const char *path, struct attune_err *err)
{
    const struct state *s = state;
    return attune_family_save(&s->family, path, err);
}

static const char *const options[] = {"denoise_steps", "preference",  "pairs",  "epochs",
                                      "beta",          "rate",        "select", "draws",
                                      "train_seed",    "train_seeds", "checkpoint", NULL};

static size_t applicable(const struct attune_model_spec *spec, const char **names)
{
    static const char *const base[] = {"denoise_steps", "checkpoint"};
    static const char *const dpo[] = {"preference", "pairs",      "epochs",     "beta",
                                      "rate",       "train_seed", "train_seeds"};
    static const char *const scg[] = {"select", "draws"};
    const char *const *more = spec->method == ATTUNE_METHOD_DPO ? dpo : scg;
    const size_t n_base = sizeof base / sizeof *base;
    const size_t n_more = spec->method == ATTUNE_METHOD_DPO         ? sizeof dpo / sizeof *dpo
                          : spec->method == ATTUNE_METHOD_INFERENCE ? sizeof scg / sizeof *scg
                                                                    : 0;
    memcpy(names, base, sizeof base);
    memcpy(names + n_base, more, n_more * sizeof *names);
    return n_base + n_more;
}

const struct attune_generator attune_generator_diffusion = {
    .name = "diffusion",
    .summary = "masked-diffusion reference model; DiffRhythm+, SCG",
    .builtin = true,
    .options = options,
    .applicable = applicable,
    .open = open_state,
    .generate = generate,
    .close = close_state,
    .fingerprint = fingerprint,
    .training = training,
    .save = save,
};
