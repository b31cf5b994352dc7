#include "cli/embedding_choice.h"

#include "base/io/file.h"
#include "metrics/set/embedding.h"
#include "models/drivers/worker_check.h"

static const double timeout_s = 600.0;

/* $XDG_CACHE_HOME/attune or ~/.cache/attune, made where it is missing; "" without a home. */
static enum attune_code user_cache(struct attune_buf *path, struct attune_err *err)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/') {
        attune_buf_addf(path, "%s/attune", cache);
    } else if (home && home[0] == '/') {
        attune_buf_addf(path, "%s/.cache/attune", home);
    } else {
        return ATTUNE_OK;
    }
    enum attune_code code = attune_dir_make(attune_buf_text(path), err);
    attune_buf_add(path, "/embeddings.db");
    return code;
}

static enum attune_code open_cache(struct attune_embedding_choice *choice, const char *cache,
                                   struct attune_err *err)
{
    struct attune_buf path = ATTUNE_BUF_INIT;
    enum attune_code code = ATTUNE_OK;
    if (cache) {
        attune_buf_add(&path, cache);
    } else if (choice->argv) {
        code = user_cache(&path, err);
    }
    if (!code && path.n_bytes > 0) {
        code = attune_store_open(&choice->store, attune_buf_text(&path), ATTUNE_STORE_CREATE, err);
    }
    attune_buf_release(&path);
    return code;
}

enum attune_code attune_embedding_choose(struct attune_embedding_choice *choice,
                                         const char *embedding, const char *cache, bool raw,
                                         uint64_t n_workers, struct attune_err *err)
{
    *choice = (struct attune_embedding_choice){0};
    enum attune_code code = ATTUNE_OK;
    if (strcmp(embedding, ATTUNE_EMBEDDING_NAME) != 0) {
        code = attune_argv_split(embedding, &choice->argv, err);
    }
    if (!code) {
        code = open_cache(choice, cache, err);
    }
    if (!code) {
        const struct attune_embedder_spec spec = {.worker = (const char *const *)choice->argv,
                                                  .n_workers = (unsigned)n_workers,
                                                  .timeout_s = timeout_s,
                                                  .raw = raw};
        code = attune_embedder_new(&choice->embedder, &spec, choice->store, err);
    }
    if (code) {
        attune_embedding_choice_release(choice);
    }
    return code;
}

void attune_embedding_choice_release(struct attune_embedding_choice *choice)
{
    attune_embedder_free(choice->embedder);
    attune_store_close(choice->store);
    attune_argv_release(choice->argv);
    *choice = (struct attune_embedding_choice){0};
}
