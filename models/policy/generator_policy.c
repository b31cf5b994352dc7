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
#include "models/pieces/builtin.h"
#include "models/align/inferalign.h"
#include "models/option.h"
#include "models/policy/checkpoint.h"
#include "models/policy/policy_train.h"
#include "models/align/recipe.h"

struct state {
    struct attune_policy *base; /* the reference: what divergence is measured from */
    struct attune_policy
        *policies[ATTUNE_MAX_TRAIN_SEEDS];           /* (n_policies,) what alignment made of it */
    size_t n_policies;                               /* 0: the base as it is */
    struct attune_training training;                 /* of the first of them */
    char origin[200];                                /* of a checkpoint of it */
    struct attune_scorer_pool *scorers; /* NULL: one sample, no selection */
    const struct attune_metric *gold;   /* watched on all candidates; NULL: none */
    uint64_t best_of;
    bool searches;
    struct attune_inferalign search;
};

static void close_state(void *state)
{
    struct state *s = state;
    if (s) {
        for (size_t i = 0; i < s->n_policies; i++) {
            attune_policy_free(s->policies[i]);
        }
        attune_policy_free(s->base);
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
static enum attune_code make_policies(const struct attune_model_spec *spec, struct state *s,
                                      struct attune_err *err)
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
    attune_recipe_origin(&recipe, s->origin, sizeof s->origin);
    for (; s->n_policies < n && code == ATTUNE_OK; s->n_policies += code == ATTUNE_OK) {
        struct attune_training cost;
        recipe.seed = first + s->n_policies;
        code = attune_recipe_make(&recipe, s->base, &s->policies[s->n_policies], &cost, NULL,
                                  spec->watcher, err);
        s->training = s->n_policies > 0 ? s->training : cost;
    }
    return code;
}

/* The built-in base, or the one of `checkpoint`, of which the cost is not known. */
static enum attune_code open_base(const struct attune_model_spec *spec, struct state *s,
                                  struct attune_err *err)
{
    struct attune_policy *policy = attune_policy_new();
    bool found = false;
    enum attune_code code =
        policy ? attune_base_from_file(spec, "policy", attune_policy_params(policy),
                                       attune_policy_n_params(), &found, err)
               : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a policy");
    if (code == ATTUNE_OK && found) {
        s->base = policy;
        return ATTUNE_OK;
    }
    attune_policy_free(policy);
    attune_policy_origin(&attune_policy_training_default, s->origin, sizeof s->origin);
    return code == ATTUNE_OK ? attune_policy_base(&s->base, &s->training, err) : code;
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
        code = open_base(spec, s, err);
    }
    if (code == ATTUNE_OK && spec->method == ATTUNE_METHOD_INFERENCE) {
        s->training = (struct attune_training){0}; /* the base as it is */
    }
    if (code == ATTUNE_OK && !searching) {
        code = make_policies(spec, s, err);
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
    enum attune_code code = scorer ? attune_best_of_n(policy, s->base, scorer, s->gold, request,
                                                      s->best_of, piece, out, err)
                                   : ATTUNE_E_MEMORY;
    attune_scorer_return(s->scorers, scorer);
    return code;
}

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    struct state *s = state;
    struct attune_piece piece;
    struct attune_generation chosen;
    const struct attune_policy *policy =
        s->n_policies > 0 ? s->policies[request->seed % s->n_policies] : s->base;
    enum attune_code code =
        s->searches  ? attune_inferalign(&s->search, policy, s->base, request, &piece, &chosen, err)
        : s->scorers ? select_best(s, policy, request, &piece, &chosen, err)
                     : sample(policy, s->base, request, &piece, &chosen);
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
    const size_t n_params = attune_policy_n_params();
    attune_fingerprint_params(&text, attune_policy_params(s->base), n_params);
    for (size_t i = 0; i < s->n_policies; i++) {
        attune_fingerprint_params(&text, attune_policy_params(s->policies[i]), n_params);
    }
    add_scorers(&text, s->scorers);
    attune_fingerprint_add(&text, s->gold);
    add_scorers(&text, s->search.text);
    add_scorers(&text, s->search.harmony);
    return attune_fingerprint_finish(&text, hash, err);
}

static bool training(void *state, struct attune_training *cost)
{
    const struct state *s = state;
    *cost = s->training;
    return true;
}

static enum attune_code save(void *state, const char *path, struct attune_err *err)
{
    struct state *s = state;
    struct attune_checkpoint head = {.kind = "policy", .n_params = attune_policy_n_params()};
    memcpy(head.origin, s->origin, sizeof head.origin);
    return attune_checkpoint_save(
        path, &head, attune_policy_params(s->n_policies > 0 ? s->policies[0] : s->base), err);
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
