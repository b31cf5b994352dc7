/* The writing thread and its queue. */
#include "harness/run/recorder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

struct attune_recorder {
    struct attune_recorder_spec spec;
    struct attune_writer *writer;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled, drained;
    struct attune_record *queue[ATTUNE_RECORDER_QUEUE]; /* ring of n from first on */
    size_t first, n;
    bool closing;
    atomic_bool failed;
    enum attune_code code; /* of the first failure */
    struct attune_err err;
};

static void free_records(struct attune_record **records, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        attune_record_release(records[i]);
        attune_release(records[i]);
    }
}

/* Takes all that waits, after at most a tenth of a second of the monotonic clock: the clock on the
 * wall may jump, and with it the watch over time-outs and Ctrl-C. */
static size_t take_batch(struct attune_recorder *r, struct attune_record **batch, bool *closing)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 100000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&r->lock);
    if (r->n == 0 && !r->closing) {
        pthread_cond_timedwait(&r->filled, &r->lock, &until);
    }
    const size_t n = r->n;
    for (size_t i = 0; i < n; i++) {
        batch[i] = r->queue[(r->first + i) % ATTUNE_RECORDER_QUEUE];
    }
    r->first = 0;
    r->n = 0;
    *closing = r->closing;
    pthread_cond_broadcast(&r->drained);
    pthread_mutex_unlock(&r->lock);
    return n;
}

static void commit_batch(struct attune_recorder *r, struct attune_record *const *batch, size_t n)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    enum attune_code code = attune_store_begin(r->spec.store, &err);
    for (size_t i = 0; code == ATTUNE_OK && i < n; i++) {
        code = attune_writer_put(r->writer, batch[i], &err);
    }
    if (code == ATTUNE_OK) {
        code = attune_store_commit(r->spec.store, &err);
    } else {
        attune_store_rollback(r->spec.store);
    }
    if (code) {
        r->code = code;
        r->err = err;
        atomic_store(&r->failed, true);
    }
}

static void *record_loop(void *arg)
{
    struct attune_recorder *r = arg;
    struct attune_record *batch[ATTUNE_RECORDER_QUEUE];
    for (bool closing = false; !closing;) {
        const size_t n = take_batch(r, batch, &closing);
        if (n && !atomic_load(&r->failed)) {
            commit_batch(r, batch, n);
        }
        free_records(batch, n);
        if (r->spec.tick) {
            r->spec.tick(r->spec.context);
        }
    }
    return NULL;
}

enum attune_code attune_recorder_start(struct attune_recorder **out,
                                       const struct attune_recorder_spec *spec,
                                       struct attune_err *err)
{
    struct attune_recorder *r = attune_alloc(1, sizeof *r);
    if (!r) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    r->spec = *spec;
    enum attune_code code =
        attune_writer_new(&r->writer, spec->store, spec->run, spec->scorers, spec->n_scorers, err);
    if (code) {
        attune_release(r);
        return code;
    }
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&r->filled, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&r->drained, NULL);
    if (pthread_create(&r->thread, NULL, record_loop, r) != 0) {
        attune_writer_free(r->writer);
        attune_release(r);
        return attune_fail(err, ATTUNE_E_MEMORY, "cannot start a thread");
    }
    *out = r;
    return ATTUNE_OK;
}

bool attune_recorder_push(struct attune_recorder *r, struct attune_record *record)
{
    pthread_mutex_lock(&r->lock);
    while (r->n == ATTUNE_RECORDER_QUEUE) {
        pthread_cond_wait(&r->drained, &r->lock);
    }
    r->queue[(r->first + r->n++) % ATTUNE_RECORDER_QUEUE] = record;
    pthread_cond_signal(&r->filled);
    pthread_mutex_unlock(&r->lock);
    return !atomic_load(&r->failed);
}

bool attune_recorder_failed(const struct attune_recorder *r)
{
    return atomic_load(&r->failed);
}

enum attune_code attune_recorder_finish(struct attune_recorder *r, struct attune_err *err)
{
    pthread_mutex_lock(&r->lock);
    r->closing = true;
    pthread_cond_signal(&r->filled);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    /* Whatever came between the last batch and closing. */
    struct attune_record *batch[ATTUNE_RECORDER_QUEUE];
    bool closing;
    const size_t n = take_batch(r, batch, &closing);
    if (n && !atomic_load(&r->failed)) {
        commit_batch(r, batch, n);
    }
    free_records(batch, n);
    const enum attune_code code = r->code;
    if (code && err) {
        *err = r->err;
    }
    attune_writer_free(r->writer);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->filled);
    pthread_cond_destroy(&r->drained);
    attune_release(r);
    return code;
}
