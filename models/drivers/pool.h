/* Several equal workers behind one door: whoever asks takes a free channel or waits for one. Any
 * thread. */
#ifndef ATTUNE_MODELS_POOL_H
#define ATTUNE_MODELS_POOL_H

#include "models/drivers/channel.h"

enum { ATTUNE_POOL_MAX_WORKERS = 256 };

struct attune_pool;

/* n_workers: 1 .. ATTUNE_POOL_MAX_WORKERS (0 counts as 1). The spec's strings are borrowed. Nothing
 * is started yet. NULL when out of memory. */
struct attune_pool *attune_pool_new(const struct attune_channel_spec *spec, unsigned n_workers);
void attune_pool_free(struct attune_pool *pool); /* NULL-safe; stops the workers */

/* As attune_channel_ask, by the first worker that is free. */
enum attune_code attune_pool_ask(struct attune_pool *pool, const char *members, double timeout_s,
                                 const atomic_bool *cancelled, json_t **answer, bool *killed,
                                 struct attune_err *err);

/* attune_channel_expect for all of them; while nobody asks. */
void attune_pool_expect(struct attune_pool *pool, const char *version);

/* Starts one worker if none runs, and copies the version of its handshake. */
enum attune_code attune_pool_version(struct attune_pool *pool, const atomic_bool *cancelled,
                                     char *version, size_t size, struct attune_err *err);

#endif
