/* Records with named fields from CSV, TSV, JSON Lines, or a JSON file (one object, an array of
 * them, or an object of them by name): the same look-up for all, so that importers are tables of
 * field names. */
#ifndef ATTUNE_HARNESS_RECORD_READER_H
#define ATTUNE_HARNESS_RECORD_READER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

struct attune_records;

enum attune_code attune_records_open(struct attune_records **out, const char *path,
                                     struct attune_err *err);
/* A CSV file without a header row: its columns are named by the caller. */
enum attune_code attune_records_open_named(struct attune_records **out, const char *path,
                                           const char *const *names, size_t n_names,
                                           struct attune_err *err);
void attune_records_close(struct attune_records *records);

enum attune_code attune_records_next(struct attune_records *records, bool *has_record,
                                     struct attune_err *err);

/* Whether the current record (CSV: the file) has the field. */
bool attune_records_has(const struct attune_records *records, const char *name);

/* The field as text: numbers as they stand, null and missing as "". Lives until the next record. */
const char *attune_records_get(struct attune_records *records, const char *name);

/* Name of the n-th field of the current record (CSV: of the file), or NULL past the last. */
const char *attune_records_field(const struct attune_records *records, size_t n);

/* The field as JSON; NULL where there is none, and for CSV. */
const json_t *attune_records_json(const struct attune_records *records, const char *name);

/* Where the file is one JSON object of records: the current record's name in it, else "". */
const char *attune_records_key(const struct attune_records *records);

/* Line of the current record; for one JSON document its element number from 1. */
long attune_records_line(const struct attune_records *records);

#endif
