/* attune_parallel_for on POSIX threads and one atomic counter. */
#include "base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

enum { MAX_THREADS = 256 };

struct loop {
    atomic_size_t next;
    size_t n_items;
    attune_item_fn *fn;
    void *context;
};

struct worker {
    struct loop *loop;
    size_t index;
};

static void *work(void *arg)
{
    const struct worker *w = arg;
    for (;;) {
        size_t item = atomic_fetch_add(&w->loop->next, 1);
        if (item >= w->loop->n_items) {
            return NULL;
        }
        w->loop->fn(w->loop->context, item, w->index);
    }
}

void attune_parallel_for(size_t n_items, size_t n_threads, attune_item_fn *fn, void *context)
{
    struct loop loop = {.n_items = n_items, .fn = fn, .context = context};
    pthread_t thread[MAX_THREADS];
    struct worker worker[MAX_THREADS];
    n_threads = n_threads < 1 ? 1 : n_threads > MAX_THREADS ? MAX_THREADS : n_threads;
    n_threads = n_threads > n_items && n_items > 0 ? n_items : n_threads;

    size_t n_started = 1;
    for (size_t i = 0; i < n_threads; i++) {
        worker[i] = (struct worker){&loop, i};
    }
    while (n_started < n_threads &&
           pthread_create(&thread[n_started], NULL, work, &worker[n_started]) == 0) {
        n_started++;
    }
    work(&worker[0]);
    for (size_t i = 1; i < n_started; i++) {
        pthread_join(thread[i], NULL);
    }
}

size_t attune_core_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1;
    }
    int n = CPU_COUNT(&set);
    return n > 0 ? (size_t)n : 1;
}
