/* A new database from what can be read of a damaged one.
 *
 * SQLite keeps no checksums: a page that was overwritten is noticed when its structure no longer
 * holds (cell sizes, order of keys, types and constraints of the tables), not when a number alone
 * was changed. So what hangs together is kept together:
 *
 * - a row whose counterpart is gone (a score without its sample or metric, a sample without its
 *   model) is dropped and counted;
 * - a sample of which a score may be missing loses all its scores and is marked as not scored: the
 *   same `attune run` scores its file again and generates nothing;
 * - a sample of which a candidate may be missing is dropped; `attune run` makes it again.
 *
 * Leaderboards are left to the caller. Needs a readable header and schema (the first pages). */
#ifndef ATTUNE_HARNESS_SALVAGE_H
#define ATTUNE_HARNESS_SALVAGE_H

#include "harness/store/store.h"

struct attune_salvaged {
    const char *table;
    int64_t n_kept;
    int64_t n_dropped; /* readable, but refers to rows that are lost */
    const char *lost;  /* "id 12 to 17, 40 to 61"; NULL: every row could be read */
};

struct attune_salvage_result {
    int64_t n_unscored; /* samples that are to be scored again */
};

/* Writes `out`, which must not exist, at the end in one step; `damaged` is not changed. each is
 * called for every table in a fixed order. ATTUNE_E_STORE: the first pages cannot be read. */
enum attune_code attune_store_salvage(const char *damaged, const char *out,
                                      void (*each)(void *context,
                                                   const struct attune_salvaged *table),
                                      void *context, struct attune_salvage_result *result,
                                      struct attune_err *err);

#endif
