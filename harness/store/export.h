/* Tables of an experiment as CSV or JSON Lines, row by row, so that size does not matter. */
#ifndef ATTUNE_HARNESS_EXPORT_H
#define ATTUNE_HARNESS_EXPORT_H

#include <stdio.h>

#include "harness/store/store_read.h"

/* What can be exported: names and what they hold, NULL-terminated. */
struct attune_export {
    const char *name, *summary, *sql;
};
extern const struct attune_export attune_exports[];

enum attune_export_format { ATTUNE_EXPORT_CSV, ATTUNE_EXPORT_JSONL };

/* run 0: of all runs. ATTUNE_E_USAGE with the nearest name. Numbers read back as the same double;
 * SQL NULL is an empty field or null. Write errors are the caller's to see (ferror), and end the
 * export early. */
enum attune_code attune_store_export(struct attune_store *store, const char *name, int64_t run,
                                     enum attune_export_format format, FILE *out,
                                     struct attune_err *err);

#endif
