/* A loop over items on several threads.
 *
 * Items are taken in order by whichever thread is free, so results must be written to per-item
 * slots and reduced afterwards in item order: then any number of threads gives the same bits.
 */
#ifndef ATTUNE_BASE_THREAD_H
#define ATTUNE_BASE_THREAD_H

#include <stddef.h>

/* Called once per item; worker is in [0, n_threads) and identifies per-thread scratch. */
typedef void attune_item_fn(void *context, size_t item, size_t worker);

/* Runs fn for items 0 .. n_items-1 on n_threads threads (at least 1; the caller's thread is worker
 * 0) and returns when all are done. When a thread can't be started the rest do its work. */
void attune_parallel_for(size_t n_items, size_t n_threads, attune_item_fn *fn, void *context);

/* Cores that this process may run on, at least 1. */
size_t attune_core_count(void);

#endif
