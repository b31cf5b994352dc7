/* One table of a damaged database, read around its unreadable pages.
 *
 * Rows are read in the order of an integer key, forwards from the low end until a page cannot be
 * read, backwards from the high end likewise, and what lies between is halved and read the same
 * way. What stays is a list of gaps: ranges of the key with rows that cannot be had. */
#ifndef ATTUNE_HARNESS_SALVAGE_TABLE_H
#define ATTUNE_HARNESS_SALVAGE_TABLE_H

#include "harness/store/store.h"

struct attune_table_spec {
    const char *name;
    const char *key;   /* integer column the rows are stored by; "1": only the ends are tried */
    const char *order; /* the whole primary key */
};

struct attune_gap {
    int64_t lo, hi; /* of the key, both included; hi ATTUNE_KEY_MAX: all that followed lo */
};

#define ATTUNE_KEY_MAX ((int64_t)1 << 62)

struct attune_table_gaps {
    struct attune_gap *items; /* may overlap */
    size_t n, capacity;
};

void attune_table_gaps_release(struct attune_table_gaps *gaps);

/* Copies every row of `from`'s table that can be read, and that the constraints of `to` allow, into
 * `to`. A row that is refused makes its key a gap. A table that `from` does not have (an older
 * schema) is empty. Inside a transaction of `to`. */
enum attune_code attune_salvage_table(sqlite3 *from, struct attune_store *to,
                                      const struct attune_table_spec *table,
                                      struct attune_table_gaps *gaps, struct attune_err *err);

#endif
