#include "harness/sets/vectors.h"

#include "base/mem.h"

struct attune_vectors {
    struct attune_store *store;
    sqlite3_stmt *find, *put;
    int64_t embedding;
};

void attune_vector_release(struct attune_vector *vector)
{
    attune_release(vector->v);
    attune_release(vector->why);
    *vector = (struct attune_vector){0};
}

enum attune_code attune_vectors_new(struct attune_vectors **out, struct attune_store *store,
                                    struct attune_err *err)
{
    struct attune_vectors *s = attune_alloc(1, sizeof *s);
    if (!s) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    s->store = store;
    s->find = attune_store_prepare(
        store, "SELECT v, why FROM vector WHERE embedding = ?1 AND content = ?2", err);
    s->put = s->find ? attune_store_prepare(
                           store,
                           "INSERT INTO vector (embedding, content, v, why) VALUES (?1, ?2, ?3, ?4)"
                           " ON CONFLICT DO NOTHING",
                           err)
                     : NULL;
    if (!s->put) {
        attune_vectors_free(s);
        return ATTUNE_E_STORE;
    }
    *out = s;
    return ATTUNE_OK;
}

void attune_vectors_free(struct attune_vectors *s)
{
    if (s) {
        sqlite3_finalize(s->find);
        sqlite3_finalize(s->put);
        attune_release(s);
    }
}

enum attune_code attune_vectors_last_version(struct attune_vectors *s, const char *name,
                                             const char *identity, char *version, size_t size,
                                             struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        s->store,
        "SELECT version FROM embedding WHERE name = ?1 AND identity = ?2 ORDER BY id DESC LIMIT 1",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, identity, -1, SQLITE_STATIC);
    const int rc = sqlite3_step(stmt);
    snprintf(version, size, "%s",
             rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : "");
    enum attune_code code = rc == SQLITE_ROW || rc == SQLITE_DONE
                                ? ATTUNE_OK
                                : attune_store_fail(s->store, "read the embeddings", err);
    sqlite3_finalize(stmt);
    return code;
}

enum attune_code attune_vectors_select(struct attune_vectors *s, const char *name,
                                       const char *version, const char *identity, int64_t *id,
                                       struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        s->store,
        "INSERT INTO embedding (name, version, identity) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (name, version, identity) DO UPDATE SET name = name RETURNING id",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    const char *const texts[] = {name, version, identity};
    for (int i = 0; i < 3; i++) {
        sqlite3_bind_text(stmt, i + 1, texts[i], -1, SQLITE_STATIC);
    }
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        *id = sqlite3_column_int64(stmt, 0);
    }
    enum attune_code code =
        rc == SQLITE_DONE ? ATTUNE_OK : attune_store_fail(s->store, "note an embedding", err);
    sqlite3_finalize(stmt);
    s->embedding = *id;
    return code;
}

/* Copies the current row. A blob of odd size counts as missing. */
static enum attune_code take_row(struct attune_vectors *s, struct attune_vector *out,
                                 struct attune_err *err)
{
    const int n_bytes = sqlite3_column_bytes(s->find, 0);
    const void *blob = sqlite3_column_blob(s->find, 0);
    const char *why = (const char *)sqlite3_column_text(s->find, 1);
    if (why) {
        out->why = attune_strdup(why);
        return out->why ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    if (!blob || n_bytes <= 0 || (size_t)n_bytes % sizeof *out->v != 0) {
        return ATTUNE_OK;
    }
    out->d = (size_t)n_bytes / sizeof *out->v;
    out->v = attune_alloc(out->d, sizeof *out->v);
    if (!out->v) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an embedding");
    }
    memcpy(out->v, blob, (size_t)n_bytes);
    return ATTUNE_OK;
}

enum attune_code attune_vectors_find(struct attune_vectors *s, const char *content,
                                     struct attune_vector *out, struct attune_err *err)
{
    sqlite3_bind_int64(s->find, 1, s->embedding);
    sqlite3_bind_text(s->find, 2, content, -1, SQLITE_STATIC);
    const int rc = sqlite3_step(s->find);
    enum attune_code code = rc == SQLITE_ROW    ? take_row(s, out, err)
                            : rc == SQLITE_DONE ? ATTUNE_OK
                                                : attune_store_fail(s->store, "look up a vector",
                                                                    err);
    sqlite3_reset(s->find);
    return code;
}

enum attune_code attune_vectors_put(struct attune_vectors *s, const char *content,
                                    const struct attune_vector *vector, struct attune_err *err)
{
    sqlite3_bind_int64(s->put, 1, s->embedding);
    sqlite3_bind_text(s->put, 2, content, -1, SQLITE_STATIC);
    if (vector->v) {
        sqlite3_bind_blob64(s->put, 3, vector->v, vector->d * sizeof *vector->v, SQLITE_STATIC);
        sqlite3_bind_null(s->put, 4);
    } else {
        sqlite3_bind_null(s->put, 3);
        sqlite3_bind_text(s->put, 4, vector->why, -1, SQLITE_STATIC);
    }
    const int rc = sqlite3_step(s->put);
    enum attune_code code =
        rc == SQLITE_DONE ? ATTUNE_OK : attune_store_fail(s->store, "store an embedding", err);
    sqlite3_reset(s->put);
    return code;
}
