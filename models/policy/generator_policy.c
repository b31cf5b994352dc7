/* `builtin: policy`: the autoregressive reference policy, trained when first needed, and what
 * alignment makes of it: `method: rlhf`, `dpo` or `sft` trains it further (recipe.h has the
 * options), `method: inference` selects among samples. Options of selection, for any method:
 *
 *     best_of: N         draw N samples, keep the best (1..65536, default 1)
 *     select: METRIC_ID  by this metric, in its own direction
 *     algorithm: inferalign (method inference): tree search (inferalign.h) by select, with options
 *                        beams (3), keep_beams (2), block_bars (4), alpha (1), beta (1);
 *                        reward: inferalign for the published score
 */
#include "base/hash.h"
#include "base/mem.h"
#include "models/align/best_of_n.h"
#include "models/pieces/builtin.h"
#include "models/align/inferalign.h"
#include "models/option.h"
#include "models/policy/policy_train.h"
#include "models/align/recipe.h"

struct state {
    struct attune_policy *base;   /* the reference: what divergence is measured from */
    struct attune_policy *policy; /* base, or what alignment made of it */
    struct attune_scorer_pool *scorers; /* NULL: one sample, no selection */
    uint64_t best_of;
    bool searches;
    struct attune_inferalign search;
};

static void close_state(void *state)
{
    struct state *s = state;
    if (s) {
        if (s->policy != s->base) {
            attune_policy_free(s->policy);
        }
        attune_policy_free(s->base);
        attune_scorer_pool_free(s->scorers);
        attune_scorer_pool_free(s->search.text);
        attune_scorer_pool_free(s->search.harmony);
        attune_release(s);
    }
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

static enum attune_code open_state(const struct attune_model_spec *spec, void **state,
                                   struct attune_err *err)
{
    struct state *s = attune_alloc(1, sizeof *s);
    if (!s) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for model '%s'", spec->name);
    }
    struct attune_recipe recipe = {0};
    const char *algorithm = attune_option_get(spec, "algorithm", "");
    bool searches = spec->method == ATTUNE_METHOD_INFERENCE && strcmp(algorithm, "inferalign") == 0;
    const char *select = attune_option_get(spec, "select", NULL);
    enum attune_code code =
        attune_option_count(spec, "best_of", 1, 1, ATTUNE_MAX_BEST_OF, &s->best_of, err);
    if (code == ATTUNE_OK && s->best_of > 1 && !select) {
        code = attune_fail(err, ATTUNE_E_INPUT, "model '%s': best_of needs a metric to select by",
                           spec->name);
        attune_err_hint(err, "add `select: harmonic.key_clarity` or another metric's id");
    }
    if (code == ATTUNE_OK && searches) {
        code = open_search(spec, s, err);
    } else if (code == ATTUNE_OK && select) {
        code = attune_scorer_pool_new(&s->scorers, select, err);
    }
    if (code == ATTUNE_OK && !searches) {
        code = attune_recipe_parse(&recipe, spec, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_policy_base(&s->base, err);
        s->policy = s->base;
    }
    if (code == ATTUNE_OK && recipe.algorithm != ATTUNE_ALGORITHM_NONE) {
        code = attune_recipe_make(&recipe, s->base, &s->policy, NULL, NULL, NULL, err);
    }
    if (code != ATTUNE_OK) {
        close_state(s);
        return code;
    }
    *state = s;
    return ATTUNE_OK;
}

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    struct state *s = state;
    struct attune_piece piece;
    struct attune_generation chosen;
    if (s->searches) {
        enum attune_code code =
            attune_inferalign(&s->search, s->policy, s->base, request, &piece, &chosen, err);
        if (code != ATTUNE_OK) {
            return code;
        }
    } else if (s->scorers) {
        struct attune_scorer *scorer = attune_scorer_borrow(s->scorers, err);
        if (!scorer) {
            return ATTUNE_E_MEMORY;
        }
        enum attune_code code =
            attune_best_of_n(s->policy, s->base, scorer, request, s->best_of, &piece, &chosen, err);
        attune_scorer_return(s->scorers, scorer);
        if (code != ATTUNE_OK) {
            return code;
        }
    } else {
        struct attune_setting setting;
        struct attune_rng rng;
        attune_setting_init(&setting, request->prompt);
        attune_rng_init(&rng, attune_request_seed(request), 0);
        double logprob = attune_policy_sample(s->policy, &setting, &piece, &rng);
        chosen = (struct attune_generation){
            .n_candidates = 1, .n_tokens = attune_piece_n_cells(&setting), .has_logprob = true,
            .has_ref_logprob = true, .logprob = logprob,
            .ref_logprob = attune_policy_logprob(s->base, &piece),
            .device_seconds = -1.0,
        };
    }
    enum attune_code code = attune_builtin_finish(&piece, request, out, err);
    if (code == ATTUNE_OK) {
        memcpy(chosen.path, out->path, sizeof chosen.path);
        *out = chosen;
    }
    return code;
}

static enum attune_code fingerprint(void *state, char *hash, struct attune_err *err)
{
    struct state *s = state;
    attune_hash_bytes(attune_policy_params(s->policy), attune_policy_n_params() * sizeof(float),
                      hash);
    return ATTUNE_OK;
}

static const char *const options[] = {
    "best_of", "select", "algorithm",  "reward",     "train_seed", "steps",  "batch",
    "beta",    "rate",   "group",      "pairs",      "epochs",     "lambda", "rounds",
    "keep",    "beams",  "keep_beams", "block_bars", "alpha",      NULL,
};

const struct attune_generator attune_generator_policy = {
    .name = "policy",
    .summary = "autoregressive reference policy; aligned by method, best-of-n",
    .builtin = true,
    .options = options,
    .open = open_state,
    .generate = generate,
    .close = close_state,
    .fingerprint = fingerprint,
};
