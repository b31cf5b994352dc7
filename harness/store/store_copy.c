/* A consistent copy of an experiment's database, taken while others may be writing to it. */
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "harness/store/store.h"

/* All pages in one step: SQLite holds a read lock, writers go on in the WAL. The copy is one plain
 * file: in WAL mode it could not be opened from a read-only place. */
static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup) {
        return sqlite3_errcode(to);
    }
    sqlite3_backup_step(backup, -1);
    const int result = sqlite3_backup_finish(backup);
    return result ? result : sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
}

enum attune_code attune_store_copy(struct attune_store *store, const char *path,
                                   struct attune_err *err)
{
    struct attune_buf part = ATTUNE_BUF_INIT;
    attune_buf_addf(&part, "%s.part", path);
    const char *name = attune_buf_text(&part);
    enum attune_code code = ATTUNE_OK;
    sqlite3 *to = NULL;
    unlink(name);
    if (part.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a copy of the database");
        goto out;
    }
    int result = sqlite3_open_v2(
        name, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, NULL);
    if (result == SQLITE_OK) {
        result = copy_pages(attune_store_sqlite(store), to);
    }
    if (result != SQLITE_OK) {
        code = attune_fail(err, ATTUNE_E_STORE, "cannot copy the database to '%s': %s", path,
                           sqlite3_errstr(result));
    }
out:
    sqlite3_close(to);
    if (!code && rename(name, path) != 0) {
        code = attune_fail(err, ATTUNE_E_IO, "cannot rename '%s' to '%s'", name, path);
    }
    if (code) {
        unlink(name);
    }
    attune_buf_release(&part);
    return code;
}
