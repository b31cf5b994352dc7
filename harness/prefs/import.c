/* One file, one transaction. */
#include "harness/prefs/import.h"

enum attune_code attune_import_begin(struct attune_import *in, struct attune_store *store,
                                     const char *path, const char *insert, struct attune_err *err)
{
    *in = (struct attune_import){.store = store};
    enum attune_code code = attune_hash_file(path, in->source, err);
    if (code) {
        return code;
    }
    in->insert = attune_store_prepare(store, insert, err);
    return in->insert ? attune_store_begin(store, err) : ATTUNE_E_STORE;
}

enum attune_code attune_import_row(struct attune_import *in, const char *doing,
                                   struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    if (sqlite3_step(in->insert) == SQLITE_DONE) {
        in->n_new += (uint64_t)sqlite3_changes(attune_store_sqlite(in->store));
    } else {
        code = attune_store_fail(in->store, doing, err);
    }
    sqlite3_reset(in->insert);
    return code;
}

enum attune_code attune_import_end(struct attune_import *in, enum attune_code code,
                                   struct attune_err *err)
{
    sqlite3_finalize(in->insert);
    in->insert = NULL;
    if (!code) {
        code = attune_store_commit(in->store, err);
    }
    if (code) {
        attune_store_rollback(in->store);
    }
    return code;
}
