/* Embeddings kept in a database by content: (embedding, version, identity, hash of the file) ->
 * vector, or the reason why there is none. Written in batches, each its own transaction. */
#ifndef ATTUNE_HARNESS_VECTORS_H
#define ATTUNE_HARNESS_VECTORS_H

#include "base/hash.h"
#include "harness/store/store.h"

struct attune_vector {
    float *v;  /* (d,) heap; NULL: there is none */
    size_t d;
    char *why; /* heap; why there is none, NULL: not known yet */
};
void attune_vector_release(struct attune_vector *vector);

struct attune_vectors;

/* The store is borrowed. */
enum attune_code attune_vectors_new(struct attune_vectors **out, struct attune_store *store,
                                    struct attune_err *err);
void attune_vectors_free(struct attune_vectors *vectors);

/* Version of the embedding of that name and identity that was used last; "" when there is none. */
enum attune_code attune_vectors_last_version(struct attune_vectors *vectors, const char *name,
                                             const char *identity, char *version, size_t size,
                                             struct attune_err *err);

/* Turns to one embedding, registered where it is new, for all calls below. *id: its row. */
enum attune_code attune_vectors_select(struct attune_vectors *vectors, const char *name,
                                       const char *version, const char *identity, int64_t *id,
                                       struct attune_err *err);

/* out stays empty (v and why NULL) where nothing is stored. */
enum attune_code attune_vectors_find(struct attune_vectors *vectors, const char *content,
                                     struct attune_vector *out, struct attune_err *err);
/* Inside the caller's transaction. */
enum attune_code attune_vectors_put(struct attune_vectors *vectors, const char *content,
                                    const struct attune_vector *vector, struct attune_err *err);

#endif
