/* The table `preference`: rows in, rows out; see import.h for the key. */
#include "harness/prefs/prefs_store.h"

#include <math.h>

#include "harness/prefs/import.h"

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
    sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
}

static void bind_number(sqlite3_stmt *s, int at, double value)
{
    if (isfinite(value)) {
        sqlite3_bind_double(s, at, value);
    } else {
        sqlite3_bind_null(s, at);
    }
}

/* A covariate of both clips, where both are known. */
static void add_extra(struct attune_buf *extra, const char *name, double a, double b)
{
    if (isfinite(a) && isfinite(b)) {
        attune_buf_addf(extra, "%s\"%s_a\": ", extra->n_bytes ? ", " : "{", name);
        attune_buf_add_double(extra, a);
        attune_buf_addf(extra, ", \"%s_b\": ", name);
        attune_buf_add_double(extra, b);
    }
}

static enum attune_code insert(void *context, const struct attune_preference *p,
                               struct attune_err *err)
{
    struct attune_import *in = context;
    sqlite3_stmt *s = in->insert;
    struct attune_buf extra = ATTUNE_BUF_INIT;
    add_extra(&extra, "length", p->length_a, p->length_b);
    add_extra(&extra, "loudness", p->loudness_a, p->loudness_b);
    add_extra(&extra, "density", p->density_a, p->density_b);
    attune_buf_add(&extra, extra.n_bytes ? "}" : "");
    bind_text(s, 1, in->source);
    sqlite3_bind_int64(s, 2, p->line);
    bind_text(s, 3, p->prompt);
    bind_text(s, 4, p->model_a);
    bind_text(s, 5, p->model_b);
    bind_text(s, 6, p->sample_a);
    bind_text(s, 7, p->sample_b);
    bind_text(s, 8, attune_winner_names[p->winner]);
    bind_text(s, 9, p->axis);
    bind_text(s, 10, p->rater);
    bind_number(s, 11, p->confidence);
    bind_text(s, 12, p->time);
    if (extra.n_bytes) {
        bind_text(s, 13, attune_buf_text(&extra));
    } else {
        sqlite3_bind_null(s, 13);
    }
    attune_buf_release(&extra);
    return attune_import_row(in, "store a preference", err);
}

enum attune_code attune_prefs_import(struct attune_store *store, const char *path,
                                     const char *format, struct attune_prefs_account *account,
                                     uint64_t *n_new, struct attune_err *err)
{
    struct attune_import in;
    enum attune_code code = attune_import_begin(
        &in, store, path,
        "INSERT OR IGNORE INTO preference (source, line, prompt, model_a, model_b, sample_a, "
        "sample_b,"
        " winner, axis, rater, confidence, time, extra) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        err);
    code = code ? code : attune_prefs_read(path, format, insert, &in, account, err);
    code = attune_import_end(&in, code, err);
    *n_new = in.n_new;
    return code;
}

static const char *column_text(sqlite3_stmt *s, int at)
{
    const unsigned char *text = sqlite3_column_text(s, at);
    return text ? (const char *)text : "";
}

static double column_number(sqlite3_stmt *s, int at)
{
    return sqlite3_column_type(s, at) == SQLITE_NULL ? NAN : sqlite3_column_double(s, at);
}

static enum attune_winner winner_named(const char *name)
{
    int i = 0;
    while (i < ATTUNE_WINNER_BOTH_BAD && strcmp(attune_winner_names[i], name) != 0) {
        i++;
    }
    return (enum attune_winner)i; /* the schema allows no other name */
}

enum attune_code attune_prefs_each(struct attune_store *store, attune_preference_fn *take,
                                   void *context, struct attune_err *err)
{
    sqlite3_stmt *s = attune_store_prepare(
        store,
        "SELECT line, prompt, model_a, model_b, sample_a, sample_b, rater, axis, time, winner,"
        " confidence, json_extract(extra, '$.length_a'), json_extract(extra, '$.length_b'),"
        " json_extract(extra, '$.loudness_a'), json_extract(extra, '$.loudness_b'),"
        " json_extract(extra, '$.density_a'), json_extract(extra, '$.density_b')"
        " FROM preference ORDER BY id",
        err);
    if (!s) {
        return ATTUNE_E_STORE;
    }
    enum attune_code code = ATTUNE_OK;
    int step = SQLITE_ROW;
    while (!code && (step = sqlite3_step(s)) == SQLITE_ROW) {
        const struct attune_preference p = {
            .line = (long)sqlite3_column_int64(s, 0),
            .id = "",
            .prompt = column_text(s, 1),
            .model_a = column_text(s, 2),
            .model_b = column_text(s, 3),
            .sample_a = column_text(s, 4),
            .sample_b = column_text(s, 5),
            .rater = column_text(s, 6),
            .axis = column_text(s, 7),
            .time = column_text(s, 8),
            .winner = winner_named(column_text(s, 9)),
            .confidence = column_number(s, 10),
            .length_a = column_number(s, 11),
            .length_b = column_number(s, 12),
            .loudness_a = column_number(s, 13),
            .loudness_b = column_number(s, 14),
            .density_a = column_number(s, 15),
            .density_b = column_number(s, 16),
        };
        code = take(context, &p, err);
    }
    if (!code && step != SQLITE_DONE) {
        code = attune_store_fail(store, "read the preferences", err);
    }
    sqlite3_finalize(s);
    return code;
}
