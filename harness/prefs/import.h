/* Taking a file of human data over into a table, once: the source of a row is the hash of its file,
 * so that the table's unique key makes a repeated import a no-op, and all rows are one transaction.
 *
 *     code = attune_import_begin(&in, store, path, sql, err);
 *     code = code ? code : (read the file; bind and attune_import_row for every row);
 *     code = attune_import_end(&in, code, err);
 */
#ifndef ATTUNE_HARNESS_IMPORT_H
#define ATTUNE_HARNESS_IMPORT_H

#include "base/hash.h"
#include "harness/store/store.h"

struct attune_import {
    struct attune_store *store;
    sqlite3_stmt *insert;
    char source[ATTUNE_HASH_SIZE];
    uint64_t n_new; /* rows that were not there before */
};

/* insert: an INSERT OR IGNORE. On failure attune_import_end is still to be called. */
enum attune_code attune_import_begin(struct attune_import *in, struct attune_store *store,
                                     const char *path, const char *insert, struct attune_err *err);

/* Runs the bound statement and makes it ready for the next row; doing: "store a rating". */
enum attune_code attune_import_row(struct attune_import *in, const char *doing,
                                   struct attune_err *err);

/* Commits, or with a code rolls back; returns the code, or that of the commit. */
enum attune_code attune_import_end(struct attune_import *in, enum attune_code code,
                                   struct attune_err *err);

#endif
