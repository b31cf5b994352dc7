/* The table `rating`: rows in, rows out; see import.h for the key. */
#include "harness/prefs/ratings_store.h"

#include "harness/prefs/import.h"

static enum attune_code insert(void *context, const struct attune_rating *r, struct attune_err *err)
{
    struct attune_import *in = context;
    sqlite3_stmt *s = in->insert;
    const char *const texts[] = {r->is_score ? "score" : "human", r->item, r->system, r->prompt,
                                 r->axis, r->rater};
    sqlite3_bind_text(s, 1, in->source, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, r->line);
    for (int i = 0; i < 6; i++) {
        sqlite3_bind_text(s, 3 + i, texts[i], -1, SQLITE_TRANSIENT);
    }
    sqlite3_bind_double(s, 9, r->value);
    return attune_import_row(in, "store a rating", err);
}

enum attune_code attune_ratings_import(struct attune_store *store, const char *path,
                                       const char *format, struct attune_ratings_account *account,
                                       uint64_t *n_new, struct attune_err *err)
{
    struct attune_import in;
    enum attune_code code = attune_import_begin(
        &in, store, path,
        "INSERT OR IGNORE INTO rating (source, line, kind, item, system, prompt, axis, rater,"
        " value) VALUES (?,?,?,?,?,?,?,?,?)",
        err);
    code = code ? code : attune_ratings_read(path, format, insert, &in, account, err);
    code = attune_import_end(&in, code, err);
    *n_new = in.n_new;
    return code;
}

enum attune_code attune_ratings_each(struct attune_store *store, attune_rating_fn *take,
                                     void *context, struct attune_err *err)
{
    sqlite3_stmt *s = attune_store_prepare(
        store,
        "SELECT line, item, system, prompt, axis, rater, value, kind = 'score' FROM rating"
        " ORDER BY id",
        err);
    if (!s) {
        return ATTUNE_E_STORE;
    }
    enum attune_code code = ATTUNE_OK;
    int step = SQLITE_ROW;
    while (!code && (step = sqlite3_step(s)) == SQLITE_ROW) {
        const struct attune_rating rating = {
            .line = (long)sqlite3_column_int64(s, 0),
            .item = (const char *)sqlite3_column_text(s, 1),
            .system = (const char *)sqlite3_column_text(s, 2),
            .prompt = (const char *)sqlite3_column_text(s, 3),
            .axis = (const char *)sqlite3_column_text(s, 4),
            .rater = (const char *)sqlite3_column_text(s, 5),
            .value = sqlite3_column_double(s, 6),
            .is_score = sqlite3_column_int(s, 7) != 0,
        };
        code = take(context, &rating, err);
    }
    if (!code && step != SQLITE_DONE) {
        code = attune_store_fail(store, "read the ratings", err);
    }
    sqlite3_finalize(s);
    return code;
}
