/* Opening the database, migrations, transactions, errors. */
#include "harness/store/store.h"

#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"
#include "harness/store/schema.h"

struct attune_store {
    sqlite3 *db;
    char *path;
    bool in_transaction;
};

sqlite3 *attune_store_sqlite(struct attune_store *store)
{
    return store->db;
}

const char *attune_store_path(const struct attune_store *store)
{
    return store->path;
}

enum attune_code attune_store_fail(struct attune_store *store, const char *doing,
                                   struct attune_err *err)
{
    const int primary = sqlite3_errcode(store->db) & 0xff;
    attune_fail_at(err, ATTUNE_E_STORE, store->path, 0, "cannot %s: %s", doing,
                   sqlite3_errmsg(store->db));
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
        attune_err_hint(err, "another program holds the database; `fuser %s` names it",
                        store->path);
    } else if (primary == SQLITE_FULL) {
        attune_err_hint(err,
                        "the disk is full; what was finished is kept, the same command continues");
    } else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
        attune_err_hint(err, "`attune db check` says what is damaged and how to mend it");
    } else if (primary == SQLITE_READONLY || primary == SQLITE_CANTOPEN ||
               primary == SQLITE_IOERR) {
        attune_err_hint(err, "is the folder writable, and on a local disk?");
    } else if (primary == SQLITE_NOMEM) {
        return ATTUNE_E_MEMORY;
    }
    return ATTUNE_E_STORE;
}

enum attune_code attune_store_begin(struct attune_store *store, struct attune_err *err)
{
    if (sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
        return attune_store_fail(store, "begin a transaction", err);
    }
    store->in_transaction = true;
    return ATTUNE_OK;
}

enum attune_code attune_store_commit(struct attune_store *store, struct attune_err *err)
{
    if (sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        enum attune_code code = attune_store_fail(store, "commit", err);
        attune_store_rollback(store);
        return code;
    }
    store->in_transaction = false;
    return ATTUNE_OK;
}

void attune_store_rollback(struct attune_store *store)
{
    if (store->in_transaction) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
        store->in_transaction = false;
    }
}

sqlite3_stmt *attune_store_prepare(struct attune_store *store, const char *sql,
                                   struct attune_err *err)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        attune_store_fail(store, "read or write a table", err);
        return NULL;
    }
    return stmt;
}

static int bind_all(sqlite3_stmt *stmt, const char *types, va_list ap)
{
    int rc = SQLITE_OK;
    for (int i = 1; *types && rc == SQLITE_OK; types++, i++) {
        if (*types == 'i') {
            rc = sqlite3_bind_int64(stmt, i, va_arg(ap, int64_t));
        } else if (*types == 'd') {
            rc = sqlite3_bind_double(stmt, i, va_arg(ap, double));
        } else {
            rc = sqlite3_bind_text(stmt, i, va_arg(ap, const char *), -1, SQLITE_STATIC);
        }
    }
    return rc;
}

enum attune_code attune_store_exec(struct attune_store *store, struct attune_err *err,
                                   const char *sql, const char *types, ...)
{
    sqlite3_stmt *stmt = attune_store_prepare(store, sql, err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    va_list ap;
    va_start(ap, types);
    int rc = bind_all(stmt, types, ap);
    va_end(ap);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(stmt);
    }
    enum attune_code code =
        rc == SQLITE_DONE ? ATTUNE_OK : attune_store_fail(store, "write a row", err);
    sqlite3_finalize(stmt);
    return code;
}

enum attune_code attune_store_event(struct attune_store *store, int64_t run, const char *kind,
                                    const char *subject, const char *text, struct attune_err *err)
{
    char now[32];
    attune_utc_now(now);
    return attune_store_exec(store, err,
                             "INSERT INTO event (run, time, kind, subject, text)"
                             " VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5)",
                             "itttt", run, now, kind, subject, text);
}

void attune_utc_now(char out[32])
{
    const time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static enum attune_code pragma_int(struct attune_store *store, const char *sql, int64_t *value,
                                   struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(store, sql, err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    enum attune_code code = ATTUNE_OK;
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        *value = sqlite3_column_int64(stmt, 0);
    } else {
        code = attune_store_fail(store, "read the header", err);
    }
    sqlite3_finalize(stmt);
    return code;
}

void attune_store_defend(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 2);
    sqlite3_busy_timeout(db, ATTUNE_STORE_WAIT_MS);
}

/* Applies the missing schema steps in one transaction; another process may be doing the same. */
static enum attune_code migrate(struct attune_store *store, struct attune_err *err)
{
    enum attune_code code = attune_store_begin(store, err);
    if (code) {
        return code;
    }
    int64_t version = 0;
    code = pragma_int(store, "PRAGMA user_version", &version, err);
    for (; code == ATTUNE_OK && version < ATTUNE_SCHEMA_VERSION; version++) {
        if (sqlite3_exec(store->db, attune_schema_steps[version], NULL, NULL, NULL) != SQLITE_OK) {
            code = attune_store_fail(store, "bring the schema forward", err);
        }
    }
    if (code == ATTUNE_OK) {
        char sql[96];
        snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                 ATTUNE_APPLICATION_ID, ATTUNE_SCHEMA_VERSION);
        if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
            code = attune_store_fail(store, "mark the database as attune's", err);
        }
    }
    if (code) {
        attune_store_rollback(store);
        return code;
    }
    return attune_store_commit(store, err);
}

/* Whose file is it, and which version? Migrates where the mode allows. */
static enum attune_code accept(struct attune_store *store, enum attune_store_mode mode,
                               struct attune_err *err)
{
    int64_t id = 0, version = 0, n_tables = 0;
    enum attune_code code = pragma_int(store, "PRAGMA application_id", &id, err);
    if (code == ATTUNE_OK) {
        code = pragma_int(store, "PRAGMA user_version", &version, err);
    }
    if (code == ATTUNE_OK) {
        code = pragma_int(store, "SELECT count(*) FROM sqlite_schema", &n_tables, err);
    }
    if (code) {
        return code;
    }
    const bool empty = id == 0 && n_tables == 0;
    if (id != ATTUNE_APPLICATION_ID && !(empty && mode == ATTUNE_STORE_CREATE)) {
        attune_fail_at(err, ATTUNE_E_STORE, store->path, 0, "not an attune database");
        attune_err_hint(err, "`attune run SUITE.yaml --db FILE` makes one");
        return ATTUNE_E_STORE;
    }
    if (version > ATTUNE_SCHEMA_VERSION) {
        attune_fail_at(err, ATTUNE_E_STORE, store->path, 0,
                       "schema version %lld, this attune knows up to %d", (long long)version,
                       ATTUNE_SCHEMA_VERSION);
        attune_err_hint(err, "it was written by a newer attune; use that one");
        return ATTUNE_E_STORE;
    }
    if (version == ATTUNE_SCHEMA_VERSION) {
        return ATTUNE_OK;
    }
    if (mode == ATTUNE_STORE_READ) {
        attune_fail_at(err, ATTUNE_E_STORE, store->path, 0, "schema version %lld is older than %d",
                       (long long)version, ATTUNE_SCHEMA_VERSION);
        attune_err_hint(err, "a command that writes, such as `attune run`, brings it forward");
        return ATTUNE_E_STORE;
    }
    return migrate(store, err);
}

enum attune_code attune_store_open(struct attune_store **out, const char *path,
                                   enum attune_store_mode mode, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    struct attune_store *store = attune_alloc(1, sizeof *store);
    if (!store || !(store->path = attune_strdup(path))) {
        attune_release(store);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    struct stat st;
    if (mode != ATTUNE_STORE_CREATE && stat(path, &st) != 0) {
        code = attune_fail_at(err, ATTUNE_E_STORE, path, 0, "no such database");
        attune_err_hint(err,
                        "`attune run SUITE.yaml` makes attune.db; --db or ATTUNE_DB names another");
        goto out;
    }
    const int flags = mode == ATTUNE_STORE_READ    ? SQLITE_OPEN_READONLY
                      : mode == ATTUNE_STORE_WRITE ? SQLITE_OPEN_READWRITE
                                                   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        code = store->db ? attune_store_fail(store, "open the database", err)
                         : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        goto out;
    }
    attune_store_defend(store->db);
    code = accept(store, mode, err);
    if (code) {
        goto out;
    }
    /* NORMAL in WAL mode: a killed process loses nothing committed; a power cut may lose the last
     * moments but never damages the file. New samples go to random places of the indices by content
     * and by key: a writer keeps both in memory up to about a million samples (128 MiB). */
    const char *setup = mode == ATTUNE_STORE_READ
                            ? "PRAGMA foreign_keys = ON; PRAGMA query_only = ON"
                            : "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                              "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
                              "PRAGMA cache_size = -131072";
    if (sqlite3_exec(store->db, setup, NULL, NULL, NULL) != SQLITE_OK) {
        code = attune_store_fail(store, "set up the database", err);
    }
out:
    if (code) {
        attune_store_close(store);
        return code;
    }
    *out = store;
    return ATTUNE_OK;
}

enum attune_code attune_store_open_read(struct attune_store **out, const char *path,
                                        struct attune_err *err)
{
    return attune_store_open(out, path, ATTUNE_STORE_READ, err);
}

void attune_store_close(struct attune_store *store)
{
    if (store) {
        attune_store_rollback(store);
        sqlite3_close(store->db);
        attune_release(store->path);
        attune_release(store);
    }
}
