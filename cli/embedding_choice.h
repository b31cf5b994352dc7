/* --embedding, --worker and --cache as an embedder. */
#ifndef ATTUNE_CLI_EMBEDDING_CHOICE_H
#define ATTUNE_CLI_EMBEDDING_CHOICE_H

#include "harness/sets/embedder.h"

struct attune_embedding_choice {
    char **argv;
    struct attune_store *store; /* NULL: nothing is kept */
    struct attune_embedder *embedder;
};

/* embedding: "attune-1" or the command line of a worker, split at blanks as `attune doctor` does.
 * cache: a database, or NULL: none for attune-1, embeddings.db in the user's cache folder for a
 * worker. */
enum attune_code attune_embedding_choose(struct attune_embedding_choice *choice,
                                         const char *embedding, const char *cache, bool raw,
                                         uint64_t n_workers, struct attune_err *err);
void attune_embedding_choice_release(struct attune_embedding_choice *choice);

#define ATTUNE_EMBEDDING_HELP "attune-1, or the command line of an embedding worker"
#define ATTUNE_CACHE_HELP                                                                          \
    "database that keeps embeddings by content (default, workers only: embeddings.db in "          \
    "$XDG_CACHE_HOME/attune)"

#endif
