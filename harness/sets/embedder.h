/* An embedding of files: the built-in attune-1, or an outside network behind worker processes of
 * role "embedder". With a database, every vector is kept by (content, name, version, identity) and
 * never computed twice.
 *
 * Protocol of the worker: {"id", "path", "prompt"} in (prompt may be null), {"id", "embedding":
 * "/abs/file.npy"} out, an array of shape (d,) or (1, d); the file is read at once and stays the
 * worker's. */
#ifndef ATTUNE_HARNESS_EMBEDDER_H
#define ATTUNE_HARNESS_EMBEDDER_H

#include <stdatomic.h>

#include "base/io/npy.h"
#include "base/text.h"
#include "harness/sets/vectors.h"
#include "metrics/metric.h"
#include "models/drivers/process.h"

struct attune_embedder_spec {
    const char *name;          /* NULL: attune-1, where there is no worker */
    const char *const *worker; /* argument vector; NULL: built in */
    const char *folder;        /* where the worker starts; NULL: here */
    unsigned n_workers;
    double timeout_s;
    struct attune_process_limits limits; /* of the workers */
    const char *soundfont;     /* built in: MIDI is rendered through it; NULL: notes as notes */
    bool raw;                  /* built in: without the standardisation */
};

/* One file on its way to its vector. */
struct attune_embed_item {
    const char *path;                   /* borrowed */
    const struct attune_prompt *prompt; /* borrowed; may be NULL */
    char hash[ATTUNE_HASH_SIZE];        /* of the content; "": found where it is needed */
    struct attune_vector vector;        /* the result */
};
void attune_embed_items_release(struct attune_embed_item *items, size_t n);

struct attune_embedder;

/* spec and store (may be NULL: nothing is kept) are borrowed. A worker is started when first
 * needed. */
enum attune_code attune_embedder_new(struct attune_embedder **out,
                                     const struct attune_embedder_spec *spec,
                                     struct attune_store *store, struct attune_err *err);
void attune_embedder_free(struct attune_embedder *embedder);

/* Fills every item's vector, or says why there is none; an item of its own fault is no error.
 * ATTUNE_E_CHILD: the worker cannot be started; ATTUNE_E_INTERRUPTED; ATTUNE_E_STORE. What was
 * finished before an error is kept. cancelled may be NULL. */
enum attune_code attune_embedder_run(struct attune_embedder *embedder,
                                     struct attune_embed_item *items, size_t n, size_t n_threads,
                                     const atomic_bool *cancelled, struct attune_err *err);

/* "attune-1" or the worker's; the version is known after the first run of a new worker. */
const char *attune_embedder_name(const struct attune_embedder *embedder);
const char *attune_embedder_version(const struct attune_embedder *embedder);
const char *attune_embedder_identity(const struct attune_embedder *embedder); /* a hash */
int64_t attune_embedder_row(const struct attune_embedder *embedder); /* in the database; 0: none */

/* Between path and reason in the warnings below. */
#define ATTUNE_NO_EMBEDDING ": no embedding: "

/* The vectors that are there as the rows of a matrix, in order; index[i] (release it) is row i's
 * item. All must have the same size. Items without one are named in warnings. ATTUNE_E_INPUT:
 * several sizes, as of audio and MIDI in one set. */
enum attune_code attune_embed_rows(struct attune_matrix *out, size_t **index,
                                   const struct attune_embed_item *items, size_t n,
                                   struct attune_buf *warnings, struct attune_err *err);

#endif
