/* Scorers of three kinds behind one question. */
#include "harness/run/scoring.h"

#include <math.h>

#include "base/text.h"
#include "harness/reward/reward_model.h"
#include "harness/run/score_file.h"
#include "metrics/adherence/attributes_json.h"
#include "models/drivers/fingerprint.h"
#include "models/drivers/pool.h"

static const double start_timeout_s = 600.0; /* for loading weights */

struct scorer {
    const struct attune_suite_scorer *spec;
    const char *folder; /* of the suite */
    char identity[ATTUNE_HASH_SIZE];
    struct attune_pool *pool;       /* of a worker */
    char program[ATTUNE_HASH_SIZE]; /* of a worker: what is started */
    char version[64];               /* of a worker: from its handshake, or recalled */
    bool is_new_version;            /* the store does not know it yet */
    struct attune_score_file *file; /* of scores */
    struct attune_reward_model reward;
};

struct attune_scoring {
    struct scorer *scorers; /* (n,) */
    struct attune_scorer_identity *identities; /* (n,) */
    size_t n;
};

static enum attune_code open_reward(struct scorer *scorer, struct attune_err *err)
{
    const char *path = scorer->spec->reward;
    enum attune_code code = attune_reward_model_load(&scorer->reward, path, err);
    if (!code && scorer->reward.embedding[0]) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                              "it hears embeddings '%s'; a suite's reward model hears metrics",
                              scorer->reward.embedding);
    }
    memcpy(scorer->identity, scorer->reward.hash, sizeof scorer->identity);
    return code ? code : attune_reward_model_check(&scorer->reward, path, err);
}

static void identify_worker(struct scorer *scorer)
{
    char text[ATTUNE_HASH_SIZE + sizeof scorer->version];
    const int n = snprintf(text, sizeof text, "%s %s", scorer->program, scorer->version);
    attune_hash_bytes(text, (size_t)n, scorer->identity);
    attune_pool_expect(scorer->pool, scorer->version);
}

static enum attune_code open_scorer(struct scorer *scorer, const struct attune_suite_scorer *spec,
                                    const char *folder, struct attune_err *err)
{
    scorer->spec = spec;
    scorer->folder = folder;
    if (spec->reward) {
        return open_reward(scorer, err);
    }
    if (spec->scores) {
        enum attune_code code = attune_hash_file(spec->scores, scorer->identity, err);
        return code ? code : attune_score_file_read(&scorer->file, spec->scores, err);
    }
    scorer->pool = attune_pool_new(
        &(struct attune_channel_spec){
            .name = spec->name, .argv = spec->worker, .folder = folder, .role = "scorer",
            .limits = spec->limits, .start_timeout_s = start_timeout_s},
        spec->n_workers);
    if (!scorer->pool) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    enum attune_code code = attune_identify_argv(spec->worker, folder, scorer->program, err);
    identify_worker(scorer);
    return code;
}

enum attune_code attune_scoring_recall(struct attune_scoring *s, struct attune_store *store,
                                       struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT text FROM event WHERE kind = 'scorer' AND subject = ?1 ORDER BY id DESC LIMIT 1",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    for (size_t i = 0; i < s->n; i++) {
        struct scorer *scorer = &s->scorers[i];
        if (scorer->pool) {
            sqlite3_bind_text(stmt, 1, scorer->program, -1, SQLITE_STATIC);
            const bool known = sqlite3_step(stmt) == SQLITE_ROW;
            const char *text = known ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
            snprintf(scorer->version, sizeof scorer->version, "%s", text ? text : "");
            scorer->is_new_version = !known;
            sqlite3_reset(stmt);
            identify_worker(scorer);
        }
    }
    sqlite3_finalize(stmt);
    return ATTUNE_OK;
}

enum attune_code attune_scoring_meet(struct attune_scoring *s, const atomic_bool *cancelled,
                                     bool *changed, struct attune_err *err)
{
    *changed = false;
    for (size_t i = 0; i < s->n; i++) {
        struct scorer *scorer = &s->scorers[i];
        char version[sizeof scorer->version];
        if (!scorer->pool) {
            continue;
        }
        struct attune_err why = ATTUNE_ERR_INIT;
        attune_pool_expect(scorer->pool, NULL);
        const enum attune_code code =
            attune_pool_version(scorer->pool, cancelled, version, sizeof version, &why);
        if (code == ATTUNE_E_INTERRUPTED || code == ATTUNE_E_MEMORY) {
            return attune_fail(err, code, "%s", why.message);
        }
        if (code == ATTUNE_OK && strcmp(version, scorer->version) != 0) {
            memcpy(scorer->version, version, sizeof version);
            scorer->is_new_version = true;
            *changed = true;
        }
        identify_worker(scorer);
    }
    return ATTUNE_OK;
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
        const bool is_reward = suite->scorers[i].reward != NULL;
        s->identities[i] = (struct attune_scorer_identity){
            .section = is_reward ? "reward" : "scorer", .name = suite->scorers[i].name,
            .identity = s->scorers[i].identity,
            .summary = is_reward ? "reward model of the suite" : "value of an outside scorer",
            .higher_is_better = suite->scorers[i].higher_is_better,
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
        attune_score_file_free(s->scorers[i].file);
        attune_reward_model_release(&s->scorers[i].reward);
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

/* A value per axis; one that the model cannot give is undefined, not failed. */
static enum attune_code ask_reward(const struct scorer *asked, size_t scorer,
                                   struct attune_record *record, struct attune_err *err)
{
    const struct attune_reward_model *m = &asked->reward;
    const struct attune_reward_voice voice = {.ensemble = ATTUNE_ENSEMBLE_MEAN};
    double *reward = attune_alloc(m->axes.n, sizeof *reward);
    char why[256] = "";
    enum attune_code code =
        reward ? attune_reward_model_hear(m, &voice, record->path, reward, why, sizeof why, err)
               : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rewards");
    for (size_t axis = 0; axis < m->axes.n && !code; axis++) {
        const char *name = m->axes.name[axis];
        struct attune_buf id = ATTUNE_BUF_INIT;
        attune_buf_addf(&id, "reward.%s%s", asked->spec->name, name[0] ? "." : "");
        attune_score_name_add(&id, name);
        const bool defined = isfinite(reward[axis]);
        const struct attune_record_score score = {
            .name = attune_buf_text(&id), .scorer = scorer, .value = defined ? reward[axis] : 0.0,
            .why = defined ? NULL : why,
        };
        if (id.failed || !attune_record_add(record, score)) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
        attune_buf_release(&id);
    }
    attune_release(reward);
    return code;
}

static enum attune_code ask_worker(struct scorer *asked, size_t scorer,
                                   const struct attune_prompt *prompt,
                                   const atomic_bool *cancelled, struct attune_record *record,
                                   struct attune_err *err)
{
    struct attune_buf members = ATTUNE_BUF_INIT;
    attune_buf_add(&members, "\"path\": ");
    attune_buf_add_json(&members, record->path);
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

enum attune_code attune_scoring_ask(struct attune_scoring *s, size_t scorer,
                                    const struct attune_prompt *prompt,
                                    const atomic_bool *cancelled, struct attune_record *record,
                                    struct attune_err *err)
{
    struct scorer *asked = &s->scorers[scorer];
    if (asked->spec->reward) {
        return ask_reward(asked, scorer, record, err);
    }
    if (asked->spec->scores) {
        const struct attune_score_question question = {
            .scorer_name = asked->spec->name, .scorer = scorer, .folder = asked->folder};
        return attune_score_file_ask(asked->file, &question, record, err);
    }
    return ask_worker(asked, scorer, prompt, cancelled, record, err);
}

enum attune_code attune_scoring_register(const struct attune_scoring *s,
                                         struct attune_store *store, int64_t run,
                                         struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < s->n && !code; i++) {
        const struct scorer *scorer = &s->scorers[i];
        if (scorer->spec->reward) {
            code = attune_reward_model_record(&scorer->reward, store, scorer->spec->name,
                                              scorer->spec->reward, err);
        } else if (scorer->pool && scorer->is_new_version && scorer->version[0]) {
            code = attune_store_event(store, run, "scorer", scorer->program, scorer->version, err);
        }
    }
    return code;
}
