/* Preferences in the experiment's database: import, idempotent by the file's content, and reading
 * back. */
#ifndef ATTUNE_HARNESS_PREFS_STORE_H
#define ATTUNE_HARNESS_PREFS_STORE_H

#include "harness/prefs/prefs.h"
#include "harness/store/store.h"

/* Imports a file in one transaction: all of it or nothing. *n_new counts the preferences that were
 * not there yet; the same content a second time adds none, whatever its name. */
enum attune_code attune_prefs_import(struct attune_store *store, const char *path,
                                     const char *format, struct attune_prefs_account *account,
                                     uint64_t *n_new, struct attune_err *err);

/* Hands every stored preference to take, in order of import. */
enum attune_code attune_prefs_each(struct attune_store *store, attune_preference_fn *take,
                                   void *context, struct attune_err *err);

#endif
