/* One record interface over the CSV and the JSON readers. */
#include "harness/prefs/record_reader.h"

#include <ctype.h>
#include <jansson.h>

#include "base/io/csv.h"
#include "base/io/file.h"
#include "base/io/jsonl.h"
#include "base/mem.h"
#include "base/text.h"

enum { MAX_TEXTS = 64, MAX_JSON_BYTES = 256 << 20 };

struct attune_records {
    struct attune_csv *csv;      /* exactly one of csv, lines, array is set */
    struct attune_jsonl *lines;
    json_t *array;
    size_t next;                 /* element of array */
    json_t *value;               /* the current JSON record; owned for lines, borrowed for array */
    struct attune_buf texts[MAX_TEXTS]; /* numbers as text, one buffer per look-up of this record */
    size_t n_texts;
    char *path;
};

/* What the file begins with: '{' lines or one object, '[' an array, else CSV. */
static int first_byte(const char *path)
{
    FILE *file = fopen(path, "rbe");
    int c = EOF;
    if (file) {
        do {
            c = getc(file);
        } while (c != EOF && (isspace(c) || c == 0xef || c == 0xbb || c == 0xbf));
        fclose(file);
    }
    return c;
}

/* A JSON document of one object over several lines is no JSON Lines file. */
static bool first_line_is_complete(const char *path)
{
    struct attune_jsonl *lines;
    json_t *value = NULL;
    if (attune_jsonl_open(&lines, path, NULL)) {
        return true; /* let the real reader say what is wrong */
    }
    const bool complete = attune_jsonl_next(lines, &value, NULL) == ATTUNE_OK;
    json_decref(value);
    attune_jsonl_close(lines);
    return complete;
}

static enum attune_code load_document(struct attune_records *r, const char *path,
                                      struct attune_err *err)
{
    char *bytes = NULL;
    size_t n_bytes = 0;
    json_error_t why;
    enum attune_code code = attune_file_read(path, MAX_JSON_BYTES, &bytes, &n_bytes, err);
    if (code) {
        return code;
    }
    json_t *document = json_loadb(bytes, n_bytes, JSON_REJECT_DUPLICATES, &why);
    attune_release(bytes);
    if (!document) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, why.line, "not JSON: %s", why.text);
    }
    if (json_is_array(document)) {
        r->array = document;
        return ATTUNE_OK;
    }
    r->array = json_array();
    if (!r->array || json_array_append_new(r->array, document) != 0) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    return ATTUNE_OK;
}

enum attune_code attune_records_open(struct attune_records **out, const char *path,
                                     struct attune_err *err)
{
    *out = NULL;
    struct attune_records *r = attune_alloc(1, sizeof *r);
    enum attune_code code = ATTUNE_OK;
    if (!r || !(r->path = attune_strdup(path))) {
        attune_release(r);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    const int first = first_byte(path);
    if (first == '[' || (first == '{' && !first_line_is_complete(path))) {
        code = load_document(r, path, err);
    } else if (first == '{') {
        code = attune_jsonl_open(&r->lines, path, err);
    } else {
        code = attune_csv_open(&r->csv, path, err);
    }
    if (code) {
        attune_records_close(r);
        return code;
    }
    *out = r;
    return ATTUNE_OK;
}

void attune_records_close(struct attune_records *r)
{
    if (r) {
        attune_csv_close(r->csv);
        if (r->lines) {
            json_decref(r->value);
        }
        attune_jsonl_close(r->lines);
        json_decref(r->array);
        for (size_t i = 0; i < MAX_TEXTS; i++) {
            attune_buf_release(&r->texts[i]);
        }
        attune_release(r->path);
        attune_release(r);
    }
}

enum attune_code attune_records_next(struct attune_records *r, bool *has_record,
                                     struct attune_err *err)
{
    r->n_texts = 0;
    if (r->csv) {
        return attune_csv_next(r->csv, has_record, err);
    }
    if (r->lines) {
        json_decref(r->value);
        r->value = NULL;
        enum attune_code code = attune_jsonl_next(r->lines, &r->value, err);
        if (code) {
            return code;
        }
        *has_record = r->value != NULL;
    } else {
        r->value = json_array_get(r->array, r->next);
        *has_record = r->next < json_array_size(r->array);
        r->next += *has_record;
    }
    if (*has_record && !json_is_object(r->value)) {
        return attune_fail_at(err, ATTUNE_E_INPUT, r->path, attune_records_line(r),
                              "a record must be a JSON object");
    }
    return ATTUNE_OK;
}

bool attune_records_has(const struct attune_records *r, const char *name)
{
    return r->csv ? attune_csv_find(r->csv, name) >= 0 : json_object_get(r->value, name) != NULL;
}

const char *attune_records_get(struct attune_records *r, const char *name)
{
    if (r->csv) {
        const int column = attune_csv_find(r->csv, name);
        return column >= 0 ? attune_csv_field(r->csv, (size_t)column) : "";
    }
    const json_t *value = json_object_get(r->value, name);
    if (json_is_string(value)) {
        return json_string_value(value);
    }
    if (json_is_true(value) || json_is_false(value)) {
        return json_is_true(value) ? "true" : "false";
    }
    if (!json_is_number(value) || r->n_texts == MAX_TEXTS) {
        return "";
    }
    struct attune_buf *text = &r->texts[r->n_texts++];
    attune_buf_reset(text);
    if (json_is_integer(value)) {
        attune_buf_addf(text, "%lld", (long long)json_integer_value(value));
    } else {
        attune_buf_add_double(text, json_real_value(value));
    }
    return attune_buf_text(text);
}

bool attune_records_number(const struct attune_records *r, const char *name, size_t n,
                           double *value)
{
    const json_t *item = r->csv ? NULL : json_array_get(json_object_get(r->value, name), n);
    if (!json_is_number(item)) {
        return false;
    }
    *value = json_number_value(item);
    return true;
}

long attune_records_line(const struct attune_records *r)
{
    return r->csv     ? attune_csv_line(r->csv)
           : r->lines ? attune_jsonl_line(r->lines)
                      : (long)r->next;
}
