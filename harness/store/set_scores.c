#include "harness/store/set_scores.h"

#include <math.h>

#include "base/mem.h"

void attune_set_score_release(struct attune_set_score *score)
{
    attune_release(score->why);
    attune_release(score->details);
    attune_release(score->warnings);
    score->why = score->details = score->warnings = NULL;
}

static double real_at(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL ? NAN
                                                            : sqlite3_column_double(stmt, column);
}

static enum attune_code take_found(sqlite3_stmt *stmt, struct attune_set_score *score,
                                   struct attune_err *err)
{
    char **texts[] = {&score->why, &score->details, &score->warnings};
    for (int i = 0; i < 3; i++) {
        const char *text = (const char *)sqlite3_column_text(stmt, i);
        *texts[i] = attune_strdup(text);
        if (text && !*texts[i]) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
    }
    score->value = real_at(stmt, 3);
    score->ci_low = real_at(stmt, 4);
    score->ci_high = real_at(stmt, 5);
    score->n = sqlite3_column_int64(stmt, 6);
    score->n_reference = sqlite3_column_int64(stmt, 7);
    score->n_dims = sqlite3_column_int64(stmt, 8);
    return ATTUNE_OK;
}

enum attune_code attune_set_score_find(struct attune_store *store, struct attune_set_score *score,
                                       bool *found, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT why, details, warnings, value, ci_low, ci_high, n, n_reference, n_dims"
        " FROM set_score WHERE key = ?1 AND key != '' LIMIT 1",
        err);
    *found = false;
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_text(stmt, 1, score->key, -1, SQLITE_STATIC);
    enum attune_code code = ATTUNE_OK;
    const int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        *found = true;
        code = take_found(stmt, score, err);
    } else if (rc != SQLITE_DONE) {
        code = attune_store_fail(store, "look up the score of a set", err);
    }
    sqlite3_finalize(stmt);
    return code;
}

enum attune_code attune_set_scores_clear(struct attune_store *store, int64_t run,
                                         struct attune_err *err)
{
    enum attune_code code =
        attune_store_exec(store, err, "DELETE FROM set_score WHERE run = ?1", "i", run);
    return code ? code
                : attune_store_exec(store, err,
                                    "DELETE FROM run_metric WHERE run = ?1 AND metric IN"
                                    " (SELECT id FROM metric WHERE inputs = 'sets')",
                                    "i", run);
}

static void bind_real(sqlite3_stmt *stmt, int i, double x)
{
    if (isfinite(x)) {
        sqlite3_bind_double(stmt, i, x);
    } else {
        sqlite3_bind_null(stmt, i);
    }
}

enum attune_code attune_set_score_put(struct attune_store *store, int64_t run,
                                      const struct attune_set_score *s, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "INSERT INTO set_score (run, model, metric, embedding, n, n_reference, n_dims, key, base,"
        " reference, reference_hash, why, details, warnings, value, ci_low, ci_high)"
        " VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 0), ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
        " ?17)",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    const int64_t whole[] = {run, s->model, s->metric, s->embedding, s->n, s->n_reference,
                             s->n_dims};
    const char *const texts[] = {s->key, s->base,    s->reference, s->reference_hash,
                                 s->why, s->details, s->warnings};
    for (int i = 0; i < 7; i++) {
        sqlite3_bind_int64(stmt, i + 1, whole[i]);
        sqlite3_bind_text(stmt, i + 8, texts[i], -1, SQLITE_STATIC);
    }
    bind_real(stmt, 15, s->value);
    bind_real(stmt, 16, s->ci_low);
    bind_real(stmt, 17, s->ci_high);
    enum attune_code code = sqlite3_step(stmt) == SQLITE_DONE
                                ? ATTUNE_OK
                                : attune_store_fail(store, "store the score of a set", err);
    sqlite3_finalize(stmt);
    return code;
}
