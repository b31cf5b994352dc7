/* The checks behind `attune db check`. */
#include "harness/store/check.h"

#include <unistd.h>

#include "base/text.h"
#include "harness/run/identity.h"

static const char mend_damage[] =
    "`attune db salvage DAMAGED.db --out NEW.db` saves what can be read, the same `attune run` on "
    "NEW.db makes the rest";
static const char mend_samples[] =
    "the same `attune run` makes and scores them again, and nothing else";

struct check {
    struct attune_store *store;
    void (*each)(void *context, const struct attune_finding *finding);
    void *context;
    bool is_damaged;
};

static void report(struct check *c, enum attune_severity severity, const char *what,
                   const char *mend)
{
    c->is_damaged = c->is_damaged || severity == ATTUNE_DAMAGE;
    c->each(c->context, &(struct attune_finding){severity, what, mend});
}

/* Rows of PRAGMA integrity_check and foreign_key_check are findings. */
static enum attune_code check_database(struct check *c, struct attune_err *err)
{
    static const struct {
        const char *sql, *fine, *prefix;
    } pragmas[] = {
        {"PRAGMA integrity_check(10)", "ok", "database file"},
        {"SELECT 'table ' || \"table\" || ', row ' || rowid || ' refers to nothing in ' || parent"
         " FROM pragma_foreign_key_check LIMIT 10",
         NULL, "broken reference"},
    };
    for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++) {
        sqlite3_stmt *stmt = attune_store_prepare(c->store, pragmas[i].sql, err);
        int rc = SQLITE_ERROR;
        while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
            const char *text = (const char *)sqlite3_column_text(stmt, 0);
            if (text && (!pragmas[i].fine || strcmp(text, pragmas[i].fine) != 0)) {
                struct attune_buf what = ATTUNE_BUF_INIT;
                attune_buf_addf(&what, "%s: %.300s", pragmas[i].prefix, text);
                report(c, ATTUNE_DAMAGE, attune_buf_text(&what), mend_damage);
                attune_buf_release(&what);
            }
        }
        if (rc != SQLITE_DONE) {
            report(c, ATTUNE_DAMAGE, sqlite3_errmsg(attune_store_sqlite(c->store)), mend_damage);
        }
        sqlite3_finalize(stmt);
    }
    return ATTUNE_OK;
}

struct tally {
    const char *what;
    int64_t n;
    char first[400];
};

static void count(struct tally *tally, const char *path)
{
    if (tally->n++ == 0) {
        snprintf(tally->first, sizeof tally->first, "%s", path);
    }
}

static void report_tally(struct check *c, const struct tally *tally)
{
    if (tally->n) {
        struct attune_buf what = ATTUNE_BUF_INIT;
        attune_buf_addf(&what, "%lld %s, the first %s", (long long)tally->n, tally->what,
                        tally->first);
        report(c, ATTUNE_LOSS, attune_buf_text(&what), mend_samples);
        attune_buf_release(&what);
    }
}

/* Every finished sample must be on disk with the content that was scored. */
static enum attune_code check_samples(struct check *c, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        c->store,
        "SELECT CASE WHEN s.path LIKE '/%' THEN s.path ELSE r.files || '/' || s.path END, a.hash, "
        "a.n_bytes,"
        " s.inode, s.mtime_ns, s.ctime_ns, s.hashed_ns FROM sample s JOIN run r ON r.id = s.run"
        " JOIN artefact a ON a.id = s.artefact ORDER BY s.id",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    struct tally vanished = {.what = "samples are gone from disk"};
    struct tally changed = {.what = "samples have changed since they were scored"};
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *path = (const char *)sqlite3_column_text(stmt, 0);
        const char *hash = (const char *)sqlite3_column_text(stmt, 1);
        struct attune_identity known = {
            .n_bytes = sqlite3_column_int64(stmt, 2), .inode = sqlite3_column_int64(stmt, 3),
            .mtime_ns = sqlite3_column_int64(stmt, 4), .ctime_ns = sqlite3_column_int64(stmt, 5),
            .hashed_ns = sqlite3_column_int64(stmt, 6),
        };
        snprintf(known.hash, sizeof known.hash, "%s", hash ? hash : "");
        if (!path || access(path, F_OK) != 0) {
            count(&vanished, path ? path : "");
        } else if (!attune_identity_holds(path, &known)) {
            count(&changed, path);
        }
    }
    enum attune_code code =
        rc == SQLITE_DONE ? ATTUNE_OK : attune_store_fail(c->store, "read the samples", err);
    sqlite3_finalize(stmt);
    report_tally(c, &vanished);
    report_tally(c, &changed);
    return code;
}

/* Runs that are not whole, one finding each. */
static enum attune_code check_runs(struct check *c, struct attune_err *err)
{
    static const struct {
        enum attune_severity severity;
        const char *sql, *mend;
    } queries[] = {
        {ATTUNE_LOSS,
         "SELECT 'run ' || r.id || ' ''' || r.name || ''': ' || (r.n_planned - count(s.id)) || ' "
         "of '"
         " || r.n_planned || ' items are not finished' FROM run r LEFT JOIN sample s ON s.run = "
         "r.id"
         " GROUP BY r.id HAVING count(s.id) < r.n_planned",
         "the same `attune run` continues it"},
        {ATTUNE_LOSS,
         "SELECT 'run ' || r.id || ' ''' || r.name || ''': ' || count(*) || ' samples failed, the "
         "first: '"
         " || min(s.error) FROM run r JOIN sample s ON s.run = r.id WHERE s.status = 'failed'"
         " GROUP BY r.id",
         "the same `attune run` tries them again"},
        {ATTUNE_LOSS,
         "SELECT 'run ' || r.id || ' ''' || r.name || ''': ' || count(*) || ' samples lack scores "
         "of an outside"
         " scorer' FROM run r JOIN sample s ON s.run = r.id WHERE s.status = 'ok' AND s.scored = ''"
         " GROUP BY r.id",
         "the same `attune run` scores them, or asks the outside scorer again"},
        {ATTUNE_NOTE,
         /* sample has no index by artefact: NOT IN makes one of its own, NOT EXISTS would not */
         "SELECT count(*) || ' artefacts belong to no sample any more' FROM artefact WHERE id"
         " NOT IN (SELECT artefact FROM sample WHERE artefact IS NOT NULL) HAVING count(*) > 0",
         "they serve as cache and do no harm"},
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        sqlite3_stmt *stmt = attune_store_prepare(c->store, queries[i].sql, err);
        int rc = SQLITE_ERROR;
        while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
            report(c, queries[i].severity, (const char *)sqlite3_column_text(stmt, 0),
                   queries[i].mend);
        }
        enum attune_code code = rc == SQLITE_DONE ? ATTUNE_OK
                                : stmt ? attune_store_fail(c->store, "check the runs", err)
                                       : ATTUNE_E_STORE;
        sqlite3_finalize(stmt);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_store_check(struct attune_store *store,
                                    void (*each)(void *context,
                                                 const struct attune_finding *finding),
                                    void *context, struct attune_err *err)
{
    struct check c = {.store = store, .each = each, .context = context};
    enum attune_code code = check_database(&c, err);
    if (code == ATTUNE_OK && !c.is_damaged) {
        code = check_samples(&c, err);
    }
    if (code == ATTUNE_OK && !c.is_damaged) {
        code = check_runs(&c, err);
    }
    return code;
}
