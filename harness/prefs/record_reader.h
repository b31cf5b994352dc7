/* Records with named fields from CSV, TSV, JSON Lines, or a JSON file (one object, or an array of
 * them): the same look-up for all, so that importers are tables of field names. */
#ifndef ATTUNE_HARNESS_RECORD_READER_H
#define ATTUNE_HARNESS_RECORD_READER_H

#include <stdbool.h>

#include "base/err.h"

struct attune_records;

enum attune_code attune_records_open(struct attune_records **out, const char *path,
                                     struct attune_err *err);
void attune_records_close(struct attune_records *records);

enum attune_code attune_records_next(struct attune_records *records, bool *has_record,
                                     struct attune_err *err);

/* Whether the current record (CSV: the file) has the field. */
bool attune_records_has(const struct attune_records *records, const char *name);

/* The field as text: numbers as they stand, null and missing as "". Lives until the next record. */
const char *attune_records_get(struct attune_records *records, const char *name);

/* The n-th number of a field that is a JSON array of numbers; false past its end or for other
 * types. */
bool attune_records_number(const struct attune_records *records, const char *name, size_t n,
                           double *value);

/* Line of the current record; for one JSON array its element number from 1. */
long attune_records_line(const struct attune_records *records);

#endif
