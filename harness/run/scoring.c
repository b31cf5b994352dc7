/* Pools of scorer processes. */
#include "harness/run/scoring.h"

#include <math.h>
#include <pthread.h>

#include "base/text.h"
#include "metrics/adherence/attributes_json.h"
#include "models/drivers/channel.h"
#include "models/drivers/fingerprint.h"

enum { MAX_WORKERS = 256 };
static const double start_timeout_s = 600.0; /* for loading weights */

struct pool {
    const struct attune_suite_scorer *scorer;
    char identity[ATTUNE_HASH_SIZE];
    pthread_mutex_t lock;
    pthread_cond_t freed;
    struct attune_channel *channels[MAX_WORKERS];
    bool busy[MAX_WORKERS];
    unsigned n_channels;
};

struct attune_scoring {
    struct pool *pools; /* (n,) */
    struct attune_scorer_identity *identities; /* (n,) */
    size_t n;
};

/* What makes two scorers the same: program, the files it is given, and its arguments. */
static enum attune_code identify(struct pool *pool, const char *folder, struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    char program[ATTUNE_HASH_SIZE];
    enum attune_code code = attune_fingerprint_argv(pool->scorer->worker, folder, program, err);
    if (code == ATTUNE_OK) {
        attune_buf_add(&text, program);
        for (const char *const *arg = pool->scorer->worker; *arg; arg++) {
            attune_buf_add_json(&text, *arg);
        }
        attune_hash_bytes(attune_buf_text(&text), text.n_bytes, pool->identity);
        if (text.failed) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
    }
    attune_buf_release(&text);
    return code;
}

static enum attune_code open_pool(struct pool *pool, const struct attune_suite_scorer *scorer,
                                  const char *folder, struct attune_err *err)
{
    pool->scorer = scorer;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->freed, NULL);
    const struct attune_channel_spec spec = {
        .name = scorer->name, .argv = scorer->worker, .folder = folder, .role = "scorer",
        .memory_bytes = scorer->memory_bytes, .start_timeout_s = start_timeout_s,
    };
    while (pool->n_channels < scorer->n_workers && pool->n_channels < MAX_WORKERS) {
        pool->channels[pool->n_channels] = attune_channel_new(&spec);
        if (!pool->channels[pool->n_channels]) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
        pool->n_channels++;
    }
    return identify(pool, folder, err);
}

enum attune_code attune_scoring_new(struct attune_scoring **out, const struct attune_suite *suite,
                                    struct attune_err *err)
{
    struct attune_scoring *s = attune_alloc(1, sizeof *s);
    if (s) {
        s->pools = attune_alloc(suite->n_scorers, sizeof *s->pools);
        s->identities = attune_alloc(suite->n_scorers, sizeof *s->identities);
    }
    if (!s || !s->pools || !s->identities) {
        attune_scoring_free(s);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < suite->n_scorers; i++) {
        s->n = i + 1;
        enum attune_code code = open_pool(&s->pools[i], &suite->scorers[i], suite->folder, err);
        if (code) {
            attune_scoring_free(s);
            return code;
        }
        s->identities[i] = (struct attune_scorer_identity){
            suite->scorers[i].name, s->pools[i].identity, suite->scorers[i].higher_is_better,
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
    for (size_t i = 0; s->pools && i < s->n; i++) {
        struct pool *pool = &s->pools[i];
        for (unsigned k = 0; k < pool->n_channels; k++) {
            attune_channel_free(pool->channels[k]);
        }
        pthread_mutex_destroy(&pool->lock);
        pthread_cond_destroy(&pool->freed);
    }
    attune_release(s->pools);
    attune_release(s->identities);
    attune_release(s);
}

const struct attune_scorer_identity *attune_scoring_identities(const struct attune_scoring *s,
                                                               size_t *n)
{
    *n = s->n;
    return s->identities;
}

static unsigned take_channel(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        for (unsigned i = 0; i < pool->n_channels; i++) {
            if (!pool->busy[i]) {
                pool->busy[i] = true;
                pthread_mutex_unlock(&pool->lock);
                return i;
            }
        }
        pthread_cond_wait(&pool->freed, &pool->lock);
    }
}

static void give_channel(struct pool *pool, unsigned i)
{
    pthread_mutex_lock(&pool->lock);
    pool->busy[i] = false;
    pthread_cond_signal(&pool->freed);
    pthread_mutex_unlock(&pool->lock);
}

/* Keys become parts of metric ids, so they are kept to plain words. */
static bool is_plain(const char *key)
{
    const size_t n = strlen(key);
    return n > 0 && n <= 64 &&
           strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == n;
}

static enum attune_code take_scores(const struct pool *pool, size_t scorer, const json_t *answer,
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
        snprintf(name, sizeof name, "scorer.%.80s.%s", pool->scorer->name, key);
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
    struct pool *pool = &s->pools[scorer];
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
    const unsigned i = take_channel(pool);
    enum attune_code code =
        attune_channel_ask(pool->channels[i], attune_buf_text(&members), pool->scorer->timeout_s,
                           cancelled, &answer, NULL, err);
    give_channel(pool, i);
    attune_buf_release(&members);
    if (code == ATTUNE_OK) {
        code = take_scores(pool, scorer, answer, record, err);
    }
    json_decref(answer);
    return code;
}
