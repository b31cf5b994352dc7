/* The CSV reader: one row at a time into one buffer of terminated fields. */
#include "base/io/csv.h"

#include <errno.h>

#include "base/mem.h"
#include "base/text.h"

enum { MAX_COLUMNS = 1024, MAX_ROW_BYTES = 16 << 20 };

struct attune_csv {
    FILE *file;
    char *path;
    char separator;
    long line, row_line; /* lines read so far; where the current row began */
    struct attune_buf header, row;  /* fields, each terminated by a zero byte */
    size_t header_at[MAX_COLUMNS], row_at[MAX_COLUMNS]; /* where each field begins */
    size_t n_columns, n_fields;
};

void attune_csv_close(struct attune_csv *reader)
{
    if (reader) {
        if (reader->file) {
            fclose(reader->file);
        }
        attune_buf_release(&reader->header);
        attune_buf_release(&reader->row);
        attune_release(reader->path);
        attune_release(reader);
    }
}

static enum attune_code check_utf8(const struct attune_csv *reader, const char *field,
                                   struct attune_err *err)
{
    while (*field) {
        const size_t n = attune_utf8_step(field);
        if (!n) {
            return attune_fail_at(err, ATTUNE_E_INPUT, reader->path, reader->row_line,
                                  "byte 0x%02x is not valid UTF-8", (unsigned char)*field);
        }
        field += n;
    }
    return ATTUNE_OK;
}

/* Reads one record into out/at; *n_fields is 0 at the end of the file. */
static enum attune_code read_record(struct attune_csv *reader, struct attune_buf *out, size_t *at,
                                    size_t *n_fields, struct attune_err *err)
{
    bool quoted = false, any = false;
    int c;
    attune_buf_reset(out);
    *n_fields = 0;
    reader->row_line = reader->line + 1;
    at[0] = 0;
    while ((c = getc(reader->file)) != EOF) {
        if (c == '\0') {
            return attune_fail_at(err, ATTUNE_E_INPUT, reader->path, reader->line + 1,
                                  "a zero byte: not a text file");
        }
        reader->line += c == '\n';
        if (!any && !quoted && (c == '\n' || c == '\r')) {
            reader->row_line = reader->line + 1; /* an empty line */
            continue;
        }
        if (c == '"') {
            const int next = quoted ? getc(reader->file) : EOF;
            if (quoted && next == '"') {
                attune_buf_add_bytes(out, "\"", 1);
            } else {
                quoted = !quoted;
                if (next != EOF) {
                    ungetc(next, reader->file);
                }
            }
            any = true;
        } else if (!quoted && c == reader->separator) {
            attune_buf_add_bytes(out, "", 1);
            if (++*n_fields >= MAX_COLUMNS) {
                return attune_fail_at(err, ATTUNE_E_INPUT, reader->path, reader->row_line,
                                      "more than %d columns", MAX_COLUMNS);
            }
            at[*n_fields] = out->n_bytes;
            any = true;
        } else if (!quoted && (c == '\n' || c == '\r')) {
            if (c == '\r') {
                const int next = getc(reader->file);
                reader->line += next == '\n';
                if (next != '\n' && next != EOF) {
                    ungetc(next, reader->file);
                }
            }
            break;
        } else {
            const char byte = (char)c;
            attune_buf_add_bytes(out, &byte, 1);
            any = true;
        }
        if (out->n_bytes > MAX_ROW_BYTES) {
            return attune_fail_at(err, ATTUNE_E_INPUT, reader->path, reader->row_line,
                                  "a row of more than 16 MiB: an open quote?");
        }
    }
    if (ferror(reader->file)) {
        return attune_fail_at(err, ATTUNE_E_IO, reader->path, 0, "cannot read: %s",
                              strerror(errno));
    }
    if (c == EOF && quoted) {
        return attune_fail_at(err, ATTUNE_E_INPUT, reader->path, reader->row_line,
                              "the file ends inside quotes that open in this row");
    }
    if (any) {
        attune_buf_add_bytes(out, "", 1);
        ++*n_fields;
    }
    return out->failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
}

static char guess_separator(FILE *file)
{
    int c, commas = 0, tabs = 0;
    while ((c = getc(file)) != EOF && c != '\n') {
        commas += c == ',';
        tabs += c == '\t';
    }
    rewind(file);
    return tabs > 0 && commas == 0 ? '\t' : ',';
}

static void skip_byte_order_mark(FILE *file)
{
    if (getc(file) != 0xef || getc(file) != 0xbb || getc(file) != 0xbf) {
        rewind(file);
    }
}

static enum attune_code open_file(struct attune_csv **out, const char *path,
                                  struct attune_err *err)
{
    *out = NULL;
    struct attune_csv *reader = attune_alloc(1, sizeof *reader);
    if (!reader || !(reader->path = attune_strdup(path))) {
        attune_csv_close(reader);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    reader->file = fopen(path, "rbe");
    if (!reader->file) {
        attune_csv_close(reader);
        return attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot open: %s", strerror(errno));
    }
    reader->separator = guess_separator(reader->file);
    skip_byte_order_mark(reader->file);
    *out = reader;
    return ATTUNE_OK;
}

enum attune_code attune_csv_open(struct attune_csv **out, const char *path, struct attune_err *err)
{
    struct attune_csv *reader;
    enum attune_code code = open_file(&reader, path, err);
    *out = NULL;
    if (code) {
        return code;
    }
    code = read_record(reader, &reader->header, reader->header_at, &reader->n_columns, err);
    if (!code && reader->n_columns == 0) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "empty: a header row is needed");
    }
    for (size_t i = 0; i < reader->n_columns && !code; i++) {
        code = check_utf8(reader, attune_csv_column(reader, i), err);
    }
    if (code) {
        attune_csv_close(reader);
        return code;
    }
    *out = reader;
    return ATTUNE_OK;
}

enum attune_code attune_csv_open_named(struct attune_csv **out, const char *path,
                                       const char *const *names, size_t n_names,
                                       struct attune_err *err)
{
    struct attune_csv *reader;
    enum attune_code code = open_file(&reader, path, err);
    *out = NULL;
    if (code) {
        return code;
    }
    for (size_t i = 0; i < n_names && i < MAX_COLUMNS; i++) {
        reader->header_at[reader->n_columns++] = reader->header.n_bytes;
        attune_buf_add_bytes(&reader->header, names[i], strlen(names[i]) + 1);
    }
    if (reader->header.failed) {
        attune_csv_close(reader);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    *out = reader;
    return ATTUNE_OK;
}

size_t attune_csv_n_columns(const struct attune_csv *reader)
{
    return reader->n_columns;
}

const char *attune_csv_column(const struct attune_csv *reader, size_t column)
{
    return reader->header.text + reader->header_at[column];
}

int attune_csv_find(const struct attune_csv *reader, const char *name)
{
    for (size_t i = 0; i < reader->n_columns; i++) {
        if (strcmp(attune_csv_column(reader, i), name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

enum attune_code attune_csv_require(const struct attune_csv *reader, const char *name, int *column,
                                    struct attune_err *err)
{
    *column = attune_csv_find(reader, name);
    if (*column >= 0) {
        return ATTUNE_OK;
    }
    struct attune_buf there = ATTUNE_BUF_INIT;
    for (size_t i = 0; i < reader->n_columns; i++) {
        attune_buf_addf(&there, "%s%s", i ? ", " : "", attune_csv_column(reader, i));
    }
    enum attune_code code = attune_fail_at(err, ATTUNE_E_INPUT, reader->path, 1,
                                           "no column '%s'; there are: %.300s", name,
                                           attune_buf_text(&there));
    attune_buf_release(&there);
    return code;
}

enum attune_code attune_csv_next(struct attune_csv *reader, bool *has_row, struct attune_err *err)
{
    enum attune_code code =
        read_record(reader, &reader->row, reader->row_at, &reader->n_fields, err);
    *has_row = !code && reader->n_fields > 0;
    if (*has_row && reader->n_fields != reader->n_columns) {
        return attune_fail_at(err, ATTUNE_E_INPUT, reader->path, reader->row_line,
                              "%zu fields where the header has %zu", reader->n_fields,
                              reader->n_columns);
    }
    for (size_t i = 0; *has_row && i < reader->n_fields && !code; i++) {
        code = check_utf8(reader, attune_csv_field(reader, i), err);
    }
    return code;
}

const char *attune_csv_field(const struct attune_csv *reader, size_t column)
{
    return reader->row.text + reader->row_at[column];
}

long attune_csv_line(const struct attune_csv *reader)
{
    return reader->row_line;
}
