/* CSV and TSV: a streaming reader with a header row (RFC 4180; quoted fields may hold separators,
 * quotes and line breaks). The separator is the comma, or the tab where the header line has tabs
 * and no comma. A byte-order mark is skipped, LF and CRLF are taken, empty lines are skipped. Every
 * row must have as many fields as the header: an error names the line where the row began. Fields
 * are checked to be UTF-8. */
#ifndef ATTUNE_BASE_IO_CSV_H
#define ATTUNE_BASE_IO_CSV_H

#include <stdbool.h>

#include "base/err.h"

struct attune_csv;

enum attune_code attune_csv_open(struct attune_csv **reader, const char *path,
                                 struct attune_err *err);
/* A file without a header row: its columns are named by the caller. The texts of names are copied.
 */
enum attune_code attune_csv_open_named(struct attune_csv **reader, const char *path,
                                       const char *const *names, size_t n_names,
                                       struct attune_err *err);
void attune_csv_close(struct attune_csv *reader);

/* Names of the columns, in order. */
size_t attune_csv_n_columns(const struct attune_csv *reader);
const char *attune_csv_column(const struct attune_csv *reader, size_t column);

/* Index of a column, or -1. */
int attune_csv_find(const struct attune_csv *reader, const char *name);

/* Same, but a missing column is ATTUNE_E_INPUT naming the columns that there are. */
enum attune_code attune_csv_require(const struct attune_csv *reader, const char *name, int *column,
                                    struct attune_err *err);

/* Reads the next row; *has_row is false at the end. Fields live until the next call. */
enum attune_code attune_csv_next(struct attune_csv *reader, bool *has_row, struct attune_err *err);
const char *attune_csv_field(const struct attune_csv *reader, size_t column);

/* Line on which the current row began, from 1. */
long attune_csv_line(const struct attune_csv *reader);

#endif
