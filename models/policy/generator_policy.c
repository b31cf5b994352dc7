/* `builtin: policy`: the autoregressive reference policy, trained when first needed, and what
 * alignment makes of it: `method: rlhf`, `dpo` or `sft` trains it further (recipe.h has the
 * options), `method: inference` selects among samples. Options of selection, for any method:
 *
 *     checkpoint: FILE   this base instead of the built-in one, for any method
 *     best_of: N         draw N samples, keep the best (1..65536, default 1)
 *     select: METRIC_ID  by this metric, in its own direction
 *     gold: METRIC_ID    watch this one on every candidate and keep both values (table candidate)
 *     train_seeds: N     N policies from training seeds train_seed onwards (1..16, default 1); a
 *                        sample of seed s comes from number s mod N, so that means over seeds are
 *                        means over trainings too
 *     algorithm: inferalign (method inference): tree search (inferalign.h) by select, with options
 *                        beams (3), keep_beams (2), block_bars (4), alpha (1), beta (1);
 *                        reward: inferalign for the published score
 */
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "models/align/best_of_n.h"
#include "models/align/inferalign.h"
#include "models/option.h"
#include "models/policy/family.h"
#include "models/policy/policy_train.h"
#include "models/align/recipe.h"

struct state {
    struct attune_family family;        /* of policies */
    struct attune_scorer_pool *scorers; /* NULL: one sample, no selection */
    const struct attune_metric *gold;   /* watched on all candidates; NULL: none */
    uint64_t best_of;
    bool searches;
    struct attune_inferalign search;
};

static float *params_of(void *model)
{
    return attune_policy_params(model);
}

static void *create(void)
{
    return attune_policy_new();
}

static void destroy(void *model)
{
    attune_policy_free(model);
}

static enum attune_code make_base(void **model, struct attune_training *cost,
                                  struct attune_err *err)
{
    struct attune_policy *base = NULL;
    const enum attune_code code = attune_policy_base(&base, cost, err);
    *model = base;
    return code;
}

static void base_origin(char *text, size_t size)
{
    attune_policy_origin(&attune_policy_training_default, text, size);
}

static const struct attune_family_kind policies = {
    .name = "policy", .n_params = attune_policy_n_params, .params = params_of, .create = create,
    .destroy = destroy, .make_base = make_base, .base_origin = base_origin};

static void close_state(void *state)
{
    struct state *s = state;
    if (s) {
        attune_family_release(&s->family);
        attune_scorer_pool_free(s->scorers);
        attune_scorer_pool_free(s->search.text);
        attune_scorer_pool_free(s->search.harmony);
        attune_release(s);
    }
}

static bool searches(const struct attune_model_spec *spec)
{
    return spec->method == ATTUNE_METHOD_INFERENCE &&
           strcmp(attune_option_get(spec, "algorithm", ""), "inferalign") == 0;
}

static enum attune_code open_search(const struct attune_model_spec *spec, struct state *s,
                                    struct attune_err *err)
{
    struct attune_inferalign *o = &s->search;
    uint64_t n_beams = 3, n_keep = 2, block_bars = 4;
    const char *reward = attune_option_get(spec, "reward", "");
    o->published = strcmp(reward, "inferalign") == 0;
    const char *harmony = o->published ? "harmonic.in_scale_ratio"
                                       : attune_option_get(spec, "select", "harmonic.key_clarity");
    enum attune_code code = attune_option_count(spec, "beams", 3, 1, 256, &n_beams, err);
    if (code == ATTUNE_OK) {
        code =
            attune_option_count(spec, "keep_beams", n_beams < 2 ? 1 : 2, 1, n_beams, &n_keep, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_option_count(spec, "block_bars", 4, 1, ATTUNE_MAX_BARS, &block_bars, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_option_number(spec, "alpha", 1.0, 0.0, 100.0, &o->alpha, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_option_number(spec, "beta", 1.0, 0.0, 100.0, &o->beta, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_scorer_pool_new(&o->text, "adherence.chords", err);
    }
    if (code == ATTUNE_OK) {
        code = attune_scorer_pool_new(&o->harmony, harmony, err);
    }
    o->n_beams = (size_t)n_beams;
    o->n_keep = (size_t)n_keep;
    o->block_bars = (int)block_bars;
    s->searches = true;
    return code;
}

/* Best-of-n: what is selected by, and what only watches. */
static enum attune_code open_selection(const struct attune_model_spec *spec, struct state *s,
                                       struct attune_err *err)
{
    const char *select = attune_option_get(spec, "select", NULL);
    const char *gold = attune_option_get(spec, "gold", NULL);
    enum attune_code code =
        attune_option_count(spec, "best_of", 1, 1, ATTUNE_MAX_BEST_OF, &s->best_of, err);
    if (code == ATTUNE_OK && (s->best_of > 1 || gold) && !select) {
        code = attune_fail(err, ATTUNE_E_INPUT, "model '%s': %s needs a metric to select by",
                           spec->name, gold ? "gold" : "best_of");
        attune_err_hint(err, "add `select: harmonic.key_clarity` or another metric's id");
    }
    if (code == ATTUNE_OK && gold) {
        code = attune_reward_metric(gold, &s->gold, err);
    }
    if (code == ATTUNE_OK && select) {
        code = attune_scorer_pool_new(&s->scorers, select, err);
    }
    return code;
}

/* The aligned policies, one per training seed. */
static enum attune_code make_policies(const struct attune_model_spec *spec,
                                      struct attune_family *family, struct attune_err *err)
{
    struct attune_recipe recipe;
    uint64_t first = 1, n = 1;
    enum attune_code code = attune_recipe_parse(&recipe, spec, err);
    if (code == ATTUNE_OK) {
        code = attune_train_seeds(spec, &first, &n, err);
    }
    if (code != ATTUNE_OK || recipe.algorithm == ATTUNE_ALGORITHM_NONE) {
        return code;
    }
    attune_recipe_origin(&recipe, family->origin, sizeof family->origin);
    while (family->n_models < n && code == ATTUNE_OK) {
        struct attune_training cost;
        struct attune_policy *policy = NULL;
        recipe.seed = first + family->n_models;
        code = attune_recipe_make(&recipe, family->base, &policy, &cost, NULL, spec->watcher, err);
        if (code == ATTUNE_OK) {
            family->training = family->n_models > 0 ? family->training : cost;
            family->models[family->n_models++] = policy;
        }
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
    const bool searching = searches(spec);
    enum attune_code code = searching ? open_search(spec, s, err) : open_selection(spec, s, err);
    if (code == ATTUNE_OK) {
        code = attune_family_open(&s->family, &policies, spec, err);
    }
    if (code == ATTUNE_OK && spec->method == ATTUNE_METHOD_INFERENCE) {
        s->family.training = (struct attune_training){0}; /* the base as it is */
    }
    if (code == ATTUNE_OK && !searching) {
        code = make_policies(spec, &s->family, err);
    }
    if (code != ATTUNE_OK) {
        close_state(s);
        return code;
    }
    *state = s;
    return ATTUNE_OK;
}

static enum attune_code sample(const struct attune_policy *policy, const struct attune_policy *base,
                               const struct attune_request *request, struct attune_piece *piece,
                               struct attune_generation *out)
{
    struct attune_setting setting;
    struct attune_rng rng;
    attune_setting_init(&setting, request->prompt);
    attune_rng_init(&rng, attune_request_seed(request), 0);
    double logprob = attune_policy_sample(policy, &setting, piece, &rng);
    *out = (struct attune_generation){
        .n_candidates = 1, .n_tokens = attune_piece_n_cells(&setting), .has_logprob = true,
        .has_ref_logprob = true, .logprob = logprob,
        .ref_logprob = attune_policy_logprob(base, piece),
        .device_seconds = -1.0,
    };
    return ATTUNE_OK;
}

static enum attune_code select_best(struct state *s, const struct attune_policy *policy,
                                    const struct attune_request *request,
                                    struct attune_piece *piece, struct attune_generation *out,
                                    struct attune_err *err)
{
    struct attune_scorer *scorer = attune_scorer_borrow(s->scorers, err);
    enum attune_code code = ATTUNE_E_MEMORY;
    if (scorer) {
        code = attune_best_of_n(policy, s->family.base, scorer, s->gold, request, s->best_of, piece,
                                out, err);
    }
    attune_scorer_return(s->scorers, scorer);
    return code;
}

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    struct state *s = state;
    struct attune_piece piece;
    struct attune_generation chosen;
    const struct attune_policy *base = s->family.base,
                               *policy = attune_family_model(&s->family, request->seed);
    enum attune_code code =
        s->searches  ? attune_inferalign(&s->search, policy, base, request, &piece, &chosen, err)
        : s->scorers ? select_best(s, policy, request, &piece, &chosen, err)
                     : sample(policy, base, request, &piece, &chosen);
    if (code == ATTUNE_OK) {
        code = attune_builtin_finish(&piece, request, out, err);
    }
    if (code == ATTUNE_OK) {
        memcpy(chosen.path, out->path, sizeof chosen.path);
        *out = chosen;
    }
    return code;
}

static void add_scorers(struct attune_buf *text, const struct attune_scorer_pool *pool)
{
    attune_fingerprint_add(text, pool ? attune_scorer_pool_metric(pool) : NULL);
}

/* All weights, and the versions of all metrics that decide which sample is kept. */
static enum attune_code fingerprint(void *state, char *hash, struct attune_err *err)
{
    struct state *s = state;
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_family_fingerprint(&s->family, &text);
    add_scorers(&text, s->scorers);
    attune_fingerprint_add(&text, s->gold);
    add_scorers(&text, s->search.text);
    add_scorers(&text, s->search.harmony);
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

static const char *const options[] = {
    "best_of",     "select",     "gold",   "algorithm",  "reward", "train_seed",
    "train_seeds", "steps",      "batch",  "beta",       "rate",   "group",
    "pairs",       "epochs",     "lambda", "rounds",     "keep",   "beams",
    "keep_beams",  "block_bars", "alpha",  "checkpoint", NULL,
};

/* A tree search reads other options than a choice among finished samples. */
static size_t applicable(const struct attune_model_spec *spec, const char **names)
{
    static const char *const selection[] = {"checkpoint", "best_of", "select", "gold"};
    static const char *const search[] = {"checkpoint", "algorithm",  "select", "reward", "beams",
                                         "keep_beams", "block_bars", "alpha",  "beta"};
    if (searches(spec)) {
        memcpy(names, search, sizeof search);
        return sizeof search / sizeof *search;
    }
    const size_t n = sizeof selection / sizeof *selection;
    const size_t n_more = attune_recipe_options(spec, names + n);
    if (n_more == 0 && attune_option_get(spec, "algorithm", NULL)) {
        memcpy(names, options, sizeof options); /* what is wrong with it, open() says */
        return sizeof options / sizeof *options - 1;
    }
    memcpy(names, selection, sizeof selection);
    return n + n_more;
}

const struct attune_generator attune_generator_policy = {
    .name = "policy",
    .summary = "autoregressive reference policy; aligned by method, best-of-n",
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
