/* The outside half of an embedder: questions to the workers, and their answers checked. */
#ifndef ATTUNE_HARNESS_EMBEDDING_WORKER_H
#define ATTUNE_HARNESS_EMBEDDING_WORKER_H

#include "harness/sets/embedder.h"
#include "models/drivers/pool.h"

/* Asks for one file. Whatever is wrong with the answer is said in item->vector.why.
 * ATTUNE_E_INTERRUPTED and ATTUNE_E_MEMORY are errors. */
enum attune_code attune_embedding_worker_ask(struct attune_pool *pool, double timeout_s,
                                             const atomic_bool *cancelled,
                                             struct attune_embed_item *item,
                                             struct attune_err *err);

#endif
