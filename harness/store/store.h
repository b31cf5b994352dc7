/* The experiment's database: opening, creating, transactions, and the sqlite3 handle for the rooms
 * of the harness that write. Everyone else reads through store_read.h.
 *
 * One handle belongs to one thread. Several handles may be open on one file: WAL mode lets readers
 * go on while one writes; a second writer waits for up to ATTUNE_STORE_WAIT_MS.
 *
 * The file may come from a stranger: it is opened with SQLite's defensive settings, a schema that
 * is not trusted, and refused unless it carries attune's application id and a version this program
 * knows.
 */
#ifndef ATTUNE_HARNESS_STORE_H
#define ATTUNE_HARNESS_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "harness/store/store_read.h"

enum { ATTUNE_STORE_WAIT_MS = 10000 };

enum attune_store_mode {
    ATTUNE_STORE_READ,   /* must exist; nothing is changed */
    ATTUNE_STORE_WRITE,  /* must exist; migrated forward */
    ATTUNE_STORE_CREATE, /* made when missing */
};

/* ATTUNE_E_STORE: missing, not attune's, from a newer attune, locked, damaged or not writable. */
enum attune_code attune_store_open(struct attune_store **out, const char *path,
                                   enum attune_store_mode mode, struct attune_err *err);

/* A stranger's file must not reach anything through SQL functions, triggers or odd schemas: the
 * settings for a handle that was opened without attune_store_open. */
void attune_store_defend(sqlite3 *db);

sqlite3 *attune_store_sqlite(struct attune_store *store);
const char *attune_store_path(const struct attune_store *store);

enum attune_code attune_store_begin(struct attune_store *store, struct attune_err *err);
enum attune_code attune_store_commit(struct attune_store *store, struct attune_err *err);
void attune_store_rollback(struct attune_store *store); /* no-op outside a transaction */

/* Turns SQLite's last error into err: `doing` says what failed ("store a sample"). Locked, full and
 * damaged databases get a hint. Returns ATTUNE_E_STORE. */
enum attune_code attune_store_fail(struct attune_store *store, const char *doing,
                                   struct attune_err *err);

/* Prepares sql (NULL on failure, err filled). Finalise with sqlite3_finalize. */
sqlite3_stmt *attune_store_prepare(struct attune_store *store, const char *sql,
                                   struct attune_err *err);

/* Prepares, binds and runs one statement that returns no row. types: one letter per parameter, 'i'
 * int64_t, 'd' double, 't' const char * (NULL: SQL NULL). */
enum attune_code attune_store_exec(struct attune_store *store, struct attune_err *err,
                                   const char *sql, const char *types, ...);

/* One row into `event`; run 0: none. */
enum attune_code attune_store_event(struct attune_store *store, int64_t run, const char *kind,
                                    const char *subject, const char *text, struct attune_err *err);

/* Now, UTC, as "2026-03-01T12:34:56Z". */
void attune_utc_now(char out[32]);

#endif
