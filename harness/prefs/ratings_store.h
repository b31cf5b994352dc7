/* Ratings in the experiment's database: import, idempotent by the file's content, and reading back.
 */
#ifndef ATTUNE_HARNESS_RATINGS_STORE_H
#define ATTUNE_HARNESS_RATINGS_STORE_H

#include "harness/prefs/ratings.h"
#include "harness/store/store.h"

/* Imports a file in one transaction: all of it or nothing. *n_new counts the ratings that were not
 * there yet; the same content a second time adds none, whatever its name. */
enum attune_code attune_ratings_import(struct attune_store *store, const char *path,
                                       const char *format, struct attune_ratings_account *account,
                                       uint64_t *n_new, struct attune_err *err);

/* Hands every stored rating to take, in order of import. */
enum attune_code attune_ratings_each(struct attune_store *store, attune_rating_fn *take,
                                     void *context, struct attune_err *err);

#endif
