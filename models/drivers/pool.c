#include "models/drivers/pool.h"

#include <pthread.h>
#include <stdio.h>

#include "base/mem.h"

struct attune_pool {
    pthread_mutex_t lock; /* guards busy */
    pthread_cond_t freed;
    struct attune_channel *channels[ATTUNE_POOL_MAX_WORKERS];
    bool busy[ATTUNE_POOL_MAX_WORKERS];
    unsigned n_channels;
};

struct attune_pool *attune_pool_new(const struct attune_channel_spec *spec, unsigned n_workers)
{
    struct attune_pool *pool = attune_alloc(1, sizeof *pool);
    if (!pool) {
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->freed, NULL);
    const unsigned n = n_workers < 1                         ? 1
                       : n_workers > ATTUNE_POOL_MAX_WORKERS ? ATTUNE_POOL_MAX_WORKERS
                                                             : n_workers;
    for (; pool->n_channels < n; pool->n_channels++) {
        struct attune_channel_spec own = *spec;
        own.index = pool->n_channels;
        own.n = n;
        pool->channels[pool->n_channels] = attune_channel_new(&own);
        if (!pool->channels[pool->n_channels]) {
            attune_pool_free(pool);
            return NULL;
        }
    }
    return pool;
}

void attune_pool_free(struct attune_pool *pool)
{
    if (pool) {
        for (unsigned i = 0; i < pool->n_channels; i++) {
            attune_channel_free(pool->channels[i]);
        }
        pthread_mutex_destroy(&pool->lock);
        pthread_cond_destroy(&pool->freed);
        attune_release(pool);
    }
}

static unsigned take(struct attune_pool *pool)
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

static void give_back(struct attune_pool *pool, unsigned i)
{
    pthread_mutex_lock(&pool->lock);
    pool->busy[i] = false;
    pthread_cond_signal(&pool->freed);
    pthread_mutex_unlock(&pool->lock);
}

enum attune_code attune_pool_ask(struct attune_pool *pool, const char *members, double timeout_s,
                                 const atomic_bool *cancelled, json_t **answer, bool *killed,
                                 struct attune_err *err)
{
    const unsigned i = take(pool);
    const enum attune_code code = attune_channel_ask(pool->channels[i], members, timeout_s,
                                                     cancelled, answer, killed, err);
    give_back(pool, i);
    return code;
}

void attune_pool_expect(struct attune_pool *pool, const char *version)
{
    for (unsigned i = 0; i < pool->n_channels; i++) {
        attune_channel_expect(pool->channels[i], version);
    }
}

enum attune_code attune_pool_version(struct attune_pool *pool, const atomic_bool *cancelled,
                                     char *version, size_t size, struct attune_err *err)
{
    const unsigned i = take(pool);
    const enum attune_code code = attune_channel_start(pool->channels[i], cancelled, err);
    snprintf(version, size, "%s", code ? "" : attune_channel_worker_version(pool->channels[i]));
    give_back(pool, i);
    return code;
}
