/* Embeddings of a run's samples. */
#include "base/text.h"
#include "harness/store/store.h"

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for embeddings");
}

static bool take_embedding(sqlite3_stmt *stmt, struct attune_embedding_list *out)
{
    if (!attune_grow((void **)&out->items, &out->capacity, out->n, sizeof *out->items)) {
        return false;
    }
    struct attune_embedding_info *e = &out->items[out->n];
    const char **texts[] = {&e->name, &e->version};
    for (int i = 0; i < 2; i++) {
        const char *text = (const char *)sqlite3_column_text(stmt, i + 1);
        const size_t n = text ? strlen(text) + 1 : 0;
        char *copy = text ? attune_arena_alloc(&out->text, n, 1) : NULL;
        if (!copy) {
            return false;
        }
        *texts[i] = memcpy(copy, text, n);
    }
    e->id = sqlite3_column_int64(stmt, 0);
    out->n++;
    return true;
}

enum attune_code attune_read_embeddings(struct attune_store *store, int64_t run,
                                        struct attune_embedding_list *out, struct attune_err *err)
{
    *out = (struct attune_embedding_list){0};
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT DISTINCT e.id, e.name, e.version FROM set_score s JOIN embedding e"
        " ON e.id = s.embedding WHERE s.run = ?1 ORDER BY e.id",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_int64(stmt, 1, run);
    enum attune_code code = ATTUNE_OK;
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && !code) {
        code = take_embedding(stmt, out) ? ATTUNE_OK : out_of_memory(err);
    }
    if (!code && rc != SQLITE_DONE) {
        code = attune_store_fail(store, "read the embeddings", err);
    }
    sqlite3_finalize(stmt);
    if (code) {
        attune_embedding_list_release(out);
    }
    return code;
}

void attune_embedding_list_release(struct attune_embedding_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_embedding_list){0};
}

/* Room for one more row of d values. */
static bool make_room(struct attune_vector_table *t)
{
    if (t->n < t->capacity) {
        return true;
    }
    const size_t more = t->capacity ? 2 * t->capacity : 256;
    float *v = attune_resize(t->v, more * t->d, sizeof *v);
    t->v = v ? v : t->v;
    int64_t *prompt = v ? attune_resize(t->prompt, more, sizeof *prompt) : NULL;
    t->prompt = prompt ? prompt : t->prompt;
    int64_t *seed = prompt ? attune_resize(t->seed, more, sizeof *seed) : NULL;
    t->seed = seed ? seed : t->seed;
    t->capacity = seed ? more : t->capacity;
    return seed != NULL;
}

/* Columns: prompt, seed, vector. Rows of another size than the first are of another kind. */
static bool take_vector(sqlite3_stmt *stmt, struct attune_vector_table *t)
{
    const size_t n_bytes = (size_t)sqlite3_column_bytes(stmt, 2);
    if (t->n == 0) {
        t->d = n_bytes / sizeof *t->v;
    }
    if (t->d == 0 || n_bytes != t->d * sizeof *t->v) {
        return true;
    }
    if (!make_room(t)) {
        return false;
    }
    memcpy(t->v + t->n * t->d, sqlite3_column_blob(stmt, 2), n_bytes);
    t->prompt[t->n] = sqlite3_column_int64(stmt, 0);
    t->seed[t->n++] = sqlite3_column_int64(stmt, 1);
    return true;
}

enum attune_code attune_read_vectors(struct attune_store *store, int64_t run, const char *model,
                                     int64_t embedding, struct attune_vector_table *out,
                                     struct attune_err *err)
{
    *out = (struct attune_vector_table){0};
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT s.prompt, s.seed, v.v FROM sample s JOIN model m ON m.id = s.model"
        " JOIN artefact a ON a.id = s.artefact"
        " JOIN vector v ON v.embedding = ?3 AND v.content = a.hash AND v.v IS NOT NULL"
        " WHERE s.run = ?1 AND m.name = ?2 ORDER BY s.prompt, s.seed",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_int64(stmt, 1, run);
    sqlite3_bind_text(stmt, 2, model, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 3, embedding);
    enum attune_code code = ATTUNE_OK;
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && !code) {
        code = take_vector(stmt, out) ? ATTUNE_OK : out_of_memory(err);
    }
    if (!code && rc != SQLITE_DONE) {
        code = attune_store_fail(store, "read the embeddings", err);
    }
    sqlite3_finalize(stmt);
    if (code) {
        attune_vector_table_release(out);
    }
    return code;
}

void attune_vector_table_release(struct attune_vector_table *table)
{
    attune_release(table->v);
    attune_release(table->prompt);
    attune_release(table->seed);
    *table = (struct attune_vector_table){0};
}
