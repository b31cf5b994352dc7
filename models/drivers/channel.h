/* A channel to one long-lived worker process that speaks JSON Lines (generators and scorers).
 *
 * The worker is started with the first question and greeted with {"attune": 1, "role": ...}; it
 * must answer
 * {"ready": true, ...}. Then one line out, one line in. Whatever it does wrong costs the question
 * at hand, with the reason; it is stopped and started again with back-off for the next. A channel
 * is used by one thread at a time.
 */
#ifndef ATTUNE_MODELS_CHANNEL_H
#define ATTUNE_MODELS_CHANNEL_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "models/drivers/process.h"

struct attune_channel_spec {
    const char *name;        /* of the model or scorer, for messages */
    const char *const *argv;
    const char *folder;
    const char *role;        /* "generator" or "scorer" */
    struct attune_process_limits limits;
    unsigned index, n;       /* this worker among n equal ones: which GPU is its own */
    double start_timeout_s;  /* from start to ready */
    const char *version;     /* that its handshake must tell; NULL: any */
};

struct attune_channel;

/* The spec's strings are borrowed. Nothing is started yet. NULL when out of memory. */
struct attune_channel *attune_channel_new(const struct attune_channel_spec *spec);
void attune_channel_free(struct attune_channel *channel); /* NULL-safe; stops the worker */

/* Starts the worker now if it is not running, and waits for it to be ready. */
enum attune_code attune_channel_start(struct attune_channel *channel, const atomic_bool *cancelled,
                                      struct attune_err *err);

/* Asks {"id": N, members} (members: JSON text without braces, of one line) and gives the answer, an
 * object with that id (json_decref it). *killed (may be NULL) tells whether the worker had to be
 * stopped. ATTUNE_E_CHILD also for a polite {"id": N, "error": "..."}, after which the worker runs
 * on. */
enum attune_code attune_channel_ask(struct attune_channel *channel, const char *members,
                                    double timeout_s, const atomic_bool *cancelled, json_t **answer,
                                    bool *killed, struct attune_err *err);

/* From now on only this version is accepted (NULL: any); borrowed. */
void attune_channel_expect(struct attune_channel *channel, const char *version);

/* Name and version from the handshake, "" before it. */
const char *attune_channel_worker_name(const struct attune_channel *channel);
const char *attune_channel_worker_version(const struct attune_channel *channel);

#endif
