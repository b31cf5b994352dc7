/* One record interface over the CSV and the JSON readers. */
#include "harness/prefs/record_reader.h"

#include <ctype.h>

#include "base/io/csv.h"
#include "base/io/file.h"
#include "base/io/jsonl.h"
#include "base/mem.h"
#include "base/text.h"

enum { MAX_TEXTS = 64, MAX_JSON_BYTES = 256 << 20 };

struct attune_records {
    struct attune_csv *csv;      /* exactly one of csv, lines, array is set */
    struct attune_jsonl *lines;
    json_t *array;               /* of records */
    json_t *keys;                /* their names, where the document is an object of records */
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

static bool all_objects(const json_t *value)
{
    const char *key;
    json_t *item;
    bool all = json_object_size(value) > 0;
    json_object_foreach((json_t *)value, key, item) {
        all = all && json_is_object(item);
    }
    return all;
}

/* One document rather than JSON Lines: an object over several lines, or one that holds records by
 * name. */
static bool is_document(const char *path)
{
    struct attune_jsonl *lines;
    json_t *value = NULL;
    if (attune_jsonl_open(&lines, path, NULL)) {
        return false; /* let the real reader say what is wrong */
    }
    const bool document =
        attune_jsonl_next(lines, &value, NULL) != ATTUNE_OK || all_objects(value);
    json_decref(value);
    attune_jsonl_close(lines);
    return document;
}

/* The records of a document: its elements, its values by name, or itself. */
static enum attune_code take_document(struct attune_records *r, json_t *document,
                                      struct attune_err *err)
{
    int failed = 0;
    if (json_is_array(document)) {
        r->array = document;
        return ATTUNE_OK;
    }
    r->array = json_array();
    if (all_objects(document)) {
        const char *key;
        json_t *item;
        r->keys = json_array();
        json_object_foreach(document, key, item) {
            failed |= json_array_append(r->array, item);
            failed |= json_array_append_new(r->keys, json_string(key));
        }
    } else {
        failed |= json_array_append(r->array, document);
    }
    json_decref(document);
    return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
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
    return document ? take_document(r, document, err)
                    : attune_fail_at(err, ATTUNE_E_INPUT, path, why.line, "not JSON: %s", why.text);
}

static enum attune_code records_new(struct attune_records **out, const char *path,
                                    struct attune_err *err)
{
    struct attune_records *r = attune_alloc(1, sizeof *r);
    *out = NULL;
    if (!r || !(r->path = attune_strdup(path))) {
        attune_release(r);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    *out = r;
    return ATTUNE_OK;
}

enum attune_code attune_records_open_named(struct attune_records **out, const char *path,
                                           const char *const *names, size_t n_names,
                                           struct attune_err *err)
{
    enum attune_code code = records_new(out, path, err);
    code = code ? code : attune_csv_open_named(&(*out)->csv, path, names, n_names, err);
    if (code) {
        attune_records_close(*out);
        *out = NULL;
    }
    return code;
}

enum attune_code attune_records_open(struct attune_records **out, const char *path,
                                     struct attune_err *err)
{
    enum attune_code code = records_new(out, path, err);
    if (code) {
        return code;
    }
    const int first = first_byte(path);
    if (first == '[' || (first == '{' && is_document(path))) {
        code = load_document(*out, path, err);
    } else if (first == '{') {
        code = attune_jsonl_open(&(*out)->lines, path, err);
    } else {
        code = attune_csv_open(&(*out)->csv, path, err);
    }
    if (code) {
        attune_records_close(*out);
        *out = NULL;
    }
    return code;
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
        json_decref(r->keys);
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

const char *attune_records_field(const struct attune_records *r, size_t n)
{
    if (r->csv) {
        return n < attune_csv_n_columns(r->csv) ? attune_csv_column(r->csv, n) : NULL;
    }
    void *at = json_object_iter(r->value);
    for (size_t i = 0; at && i < n; i++) {
        at = json_object_iter_next(r->value, at);
    }
    return at ? json_object_iter_key(at) : NULL;
}

const json_t *attune_records_json(const struct attune_records *r, const char *name)
{
    return r->csv ? NULL : json_object_get(r->value, name);
}

const char *attune_records_key(const struct attune_records *r)
{
    const char *key = r->keys ? json_string_value(json_array_get(r->keys, r->next - 1)) : NULL;
    return key ? key : "";
}

long attune_records_line(const struct attune_records *r)
{
    return r->csv     ? attune_csv_line(r->csv)
           : r->lines ? attune_jsonl_line(r->lines)
                      : (long)r->next;
}
