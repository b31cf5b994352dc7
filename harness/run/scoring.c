/* Pools of scorer processes. */
#include "harness/run/scoring.h"

#include "base/text.h"
#include "metrics/adherence/attributes_json.h"
#include "models/drivers/fingerprint.h"
#include "models/drivers/pool.h"

static const double start_timeout_s = 600.0; /* for loading weights */

struct scorer {
    const struct attune_suite_scorer *spec;
    char identity[ATTUNE_HASH_SIZE];
    struct attune_pool *pool;
};

struct attune_scoring {
    struct scorer *scorers; /* (n,) */
    struct attune_scorer_identity *identities; /* (n,) */
    size_t n;
};

static enum attune_code open_scorer(struct scorer *scorer, const struct attune_suite_scorer *spec,
                                    const char *folder, struct attune_err *err)
{
    scorer->spec = spec;
    scorer->pool = attune_pool_new(
        &(struct attune_channel_spec){
            .name = spec->name, .argv = spec->worker, .folder = folder, .role = "scorer",
            .limits = spec->limits, .start_timeout_s = start_timeout_s},
        spec->n_workers);
    return scorer->pool ? attune_identify_argv(spec->worker, folder, scorer->identity, err)
                        : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
}

enum attune_code attune_scoring_new(struct attune_scoring **out, const struct attune_suite *suite,
                                    struct attune_err *err)
{
    struct attune_scoring *s = attune_alloc(1, sizeof *s);
    if (s) {
        s->scorers = attune_alloc(suite->n_scorers, sizeof *s->scorers);
        s->identities = attune_alloc(suite->n_scorers, sizeof *s->identities);
    }
    if (!s || !s->scorers || !s->identities) {
        attune_scoring_free(s);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < suite->n_scorers; i++) {
        s->n = i + 1;
        enum attune_code code = open_scorer(&s->scorers[i], &suite->scorers[i], suite->folder, err);
        if (code) {
            attune_scoring_free(s);
            return code;
        }
        s->identities[i] = (struct attune_scorer_identity){
            suite->scorers[i].name, s->scorers[i].identity, suite->scorers[i].higher_is_better,
        };
    }
    *out = s;
    return ATTUNE_OK;
}

void attune_scoring_free(struct attune_scoring *s)
{
    if (!s) {
        return;
    }
    for (size_t i = 0; s->scorers && i < s->n; i++) {
        attune_pool_free(s->scorers[i].pool);
    }
    attune_release(s->scorers);
    attune_release(s->identities);
    attune_release(s);
}

const struct attune_scorer_identity *attune_scoring_identities(const struct attune_scoring *s,
                                                               size_t *n)
{
    *n = s->n;
    return s->identities;
}

/* Keys become parts of metric ids, so they are kept to plain words. */
static bool is_plain(const char *key)
{
    const size_t n = strlen(key);
    return n > 0 && n <= 64 &&
           strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == n;
}

static enum attune_code take_scores(const char *scorer_name, size_t scorer, const json_t *answer,
                                    struct attune_record *record, struct attune_err *err)
{
    const json_t *scores = json_object_get(answer, "scores");
    if (!json_is_object(scores) || json_object_size(scores) == 0) {
        return attune_fail(err, ATTUNE_E_CHILD, "an answer without scores");
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)scores, key, value) {
        if (!is_plain(key)) {
            return attune_fail(err, ATTUNE_E_CHILD,
                               "score '%.60s': names are letters, digits, '_' and '-'", key);
        }
        if (!json_is_number(value) && !json_is_null(value)) {
            return attune_fail(err, ATTUNE_E_CHILD, "score '%.60s' is not a number", key);
        }
        char name[160];
        snprintf(name, sizeof name, "scorer.%.80s.%s", scorer_name, key);
        const struct attune_record_score score = {
            .name = name, .scorer = scorer, .value = json_number_value(value),
            .why = json_is_null(value) ? "the scorer gave no value" : NULL,
        };
        if (!attune_record_add(record, score)) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_scoring_ask(struct attune_scoring *s, size_t scorer, const char *path,
                                    const struct attune_prompt *prompt,
                                    const atomic_bool *cancelled, struct attune_record *record,
                                    struct attune_err *err)
{
    struct scorer *asked = &s->scorers[scorer];
    struct attune_buf members = ATTUNE_BUF_INIT;
    attune_buf_add(&members, "\"path\": ");
    attune_buf_add_json(&members, path);
    attune_buf_add(&members, ", \"prompt\": ");
    attune_prompt_json(&members, prompt);
    if (members.failed) {
        attune_buf_release(&members);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    json_t *answer = NULL;
    enum attune_code code = attune_pool_ask(asked->pool, attune_buf_text(&members),
                                            asked->spec->timeout_s, cancelled, &answer, NULL, err);
    attune_buf_release(&members);
    if (code == ATTUNE_OK) {
        code = take_scores(asked->spec->name, scorer, answer, record, err);
    }
    json_decref(answer);
    return code;
}
