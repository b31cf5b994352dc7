#include "harness/sets/embedding_worker.h"

#include <limits.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "metrics/adherence/attributes_json.h"

enum { MAX_FILE_BYTES = 64 << 20 };

/* The answer's file as a vector. */
static enum attune_code read_answer(const json_t *answer, struct attune_vector *out,
                                    struct attune_err *err)
{
    const char *path = json_string_value(json_object_get(answer, "embedding"));
    struct stat info;
    struct attune_matrix m = {0};
    if (!path || path[0] != '/') {
        return attune_fail(err, ATTUNE_E_CHILD,
                           path ? "the embedding's path is not absolute: '%.200s'"
                                : "an answer without the path of an embedding",
                           path);
    }
    if (stat(path, &info) == 0 && info.st_size > MAX_FILE_BYTES) {
        return attune_fail(err, ATTUNE_E_CHILD, "'%.200s' is larger than one embedding can be",
                           path);
    }
    struct attune_err unreadable = ATTUNE_ERR_INIT;
    enum attune_code code = attune_npy_read(&m, path, &unreadable);
    if (code) {
        return attune_fail(err, code, "'%.200s': %s", path, unreadable.message);
    }
    if (m.n_rows != 1 || m.n_cols == 0) {
        code = attune_fail(err, ATTUNE_E_CHILD, "'%.200s' has shape (%zu, %zu), not (d,) or (1, d)",
                           path, m.n_rows, m.n_cols);
    }
    if (!code) {
        *out = (struct attune_vector){.v = m.v, .d = m.n_cols};
        m.v = NULL; /* moved */
    }
    attune_matrix_release(&m);
    return code;
}

enum attune_code attune_embedding_worker_ask(struct attune_pool *pool, double timeout_s,
                                             const atomic_bool *cancelled,
                                             struct attune_embed_item *item, struct attune_err *err)
{
    struct attune_buf members = ATTUNE_BUF_INIT;
    struct attune_err why = ATTUNE_ERR_INIT;
    char full[PATH_MAX];
    json_t *answer = NULL;
    attune_buf_add(&members, "\"path\": ");
    attune_buf_add_json(&members, realpath(item->path, full) ? full : item->path);
    attune_buf_add(&members, ", \"prompt\": ");
    if (item->prompt) {
        attune_prompt_json(&members, item->prompt);
    } else {
        attune_buf_add(&members, "null");
    }
    enum attune_code code = members.failed
                                ? attune_fail(&why, ATTUNE_E_MEMORY, "out of memory")
                                : attune_pool_ask(pool, attune_buf_text(&members), timeout_s,
                                                  cancelled, &answer, NULL, &why);
    if (!code) {
        code = read_answer(answer, &item->vector, &why);
    }
    json_decref(answer);
    attune_buf_release(&members);
    if (code == ATTUNE_E_INTERRUPTED || code == ATTUNE_E_MEMORY) {
        *err = why;
        return code;
    }
    if (code) {
        item->vector.why = attune_strdup(why.message);
    }
    return ATTUNE_OK;
}
