/* A query whose rows fill one growing array. */
#include "harness/store/list_query.h"

#include "metrics/metric.h"

const char *attune_text_at(struct attune_list_query *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q->stmt, column);
    if (!text) {
        q->failed = q->failed || sqlite3_column_type(q->stmt, column) != SQLITE_NULL;
        return NULL;
    }
    const size_t n = (size_t)sqlite3_column_bytes(q->stmt, column) + 1;
    char *copy = attune_arena_alloc(q->text, n, 1);
    if (!copy) {
        q->failed = true;
        return NULL;
    }
    return memcpy(copy, text, n);
}

double attune_double_at(struct attune_list_query *q, int column, double missing)
{
    return sqlite3_column_type(q->stmt, column) == SQLITE_NULL
               ? missing
               : sqlite3_column_double(q->stmt, column);
}

enum attune_code attune_read_list(struct attune_store *store, const char *sql, int64_t run,
                                  const struct attune_list *out, attune_fill_fn *fill,
                                  struct attune_err *err)
{
    struct attune_list_query q = {.stmt = attune_store_prepare(store, sql, err),
                                  .text = out->text};
    if (!q.stmt) {
        return ATTUNE_E_STORE;
    }
    enum attune_code code = ATTUNE_OK;
    if (sqlite3_bind_parameter_count(q.stmt) > 0) {
        sqlite3_bind_int64(q.stmt, 1, run);
    }
    int rc;
    while ((rc = sqlite3_step(q.stmt)) == SQLITE_ROW) {
        if (!attune_grow(out->items, out->capacity, *out->n, out->size)) {
            q.failed = true;
            break;
        }
        void *item = (char *)*out->items + *out->n * out->size;
        memset(item, 0, out->size);
        fill(&q, item);
        if (q.failed) {
            break;
        }
        const char *name;
        memcpy(&name, (char *)item + out->name_at, sizeof name);
        *out->n += !out->globs || attune_metric_chosen(out->globs, name);
    }
    if (q.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    } else if (rc != SQLITE_DONE) {
        code = attune_store_fail(store, "read", err);
    }
    sqlite3_finalize(q.stmt);
    return code;
}
