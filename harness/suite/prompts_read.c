/* Prompt files: our JSON Lines, MidiCaps JSON Lines, MusicCaps CSV, plain text. */
#include "harness/suite/prompts_read.h"

#include <jansson.h>

#include "base/io/csv.h"
#include "base/io/file.h"
#include "base/io/jsonl.h"
#include "base/mem.h"
#include "base/text.h"
#include "harness/suite/prompt_attributes.h"

enum { MAX_TEXT_FILE = 64 << 20 };

static enum attune_code add_midicaps(struct attune_prompt_set *set, json_t *object,
                                     const char *path, long line, struct attune_err *err)
{
    const char *id = json_string_value(json_object_get(object, "location"));
    const char *caption = json_string_value(json_object_get(object, "caption"));
    if (!id || !caption) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, line,
                              "MidiCaps line: 'location' and 'caption' must be texts");
    }
    enum attune_code code = attune_prompts_add(set, id, caption, NULL, path, line, err);
    if (code == ATTUNE_OK) {
        attune_midicaps_attributes(&set->items[set->n - 1].attributes, object);
    }
    return code;
}

static enum attune_code add_own(struct attune_prompt_set *set, json_t *object, const char *path,
                                long line, struct attune_err *err)
{
    static const char *const known[] = {"id", "text", "attributes"};
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        bool found = false;
        for (size_t i = 0; i < 3; i++) {
            found = found || strcmp(key, known[i]) == 0;
        }
        if (!found) {
            attune_fail_at(err, ATTUNE_E_INPUT, path, line,
                           "unknown key '%.60s'; allowed are id, text, attributes", key);
            const char *near = attune_nearest(key, known, 3);
            if (near) {
                attune_err_hint(err, "did you mean '%s'?", near);
            }
            return ATTUNE_E_INPUT;
        }
    }
    json_t *id = json_object_get(object, "id"), *text = json_object_get(object, "text");
    json_t *attributes = json_object_get(object, "attributes");
    if (!json_is_string(text) || (id && !json_is_string(id))) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, line, "key '%s' must be a text",
                              json_is_string(text) ? "id" : "text");
    }
    if (attributes && !json_is_object(attributes) && !json_is_null(attributes)) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, line,
                              "key 'attributes' must be an object");
    }
    return attune_prompts_add(set, id ? json_string_value(id) : NULL, json_string_value(text),
                              json_is_object(attributes) ? attributes : NULL, path, line, err);
}

static enum attune_code read_jsonl(struct attune_prompt_set *set, const char *path,
                                   struct attune_err *err)
{
    struct attune_jsonl *reader = NULL;
    enum attune_code code = attune_jsonl_open(&reader, path, err);
    while (code == ATTUNE_OK) {
        json_t *value = NULL;
        code = attune_jsonl_next(reader, &value, err);
        if (code || !value) {
            break;
        }
        const long line = attune_jsonl_line(reader);
        if (!json_is_object(value)) {
            code = attune_fail_at(err, ATTUNE_E_INPUT, path, line, "a prompt is a JSON object");
        } else if (json_object_get(value, "location") && json_object_get(value, "caption")) {
            code = add_midicaps(set, value, path, line, err);
        } else {
            code = add_own(set, value, path, line, err);
        }
        json_decref(value);
    }
    attune_jsonl_close(reader);
    return code;
}

static enum attune_code read_musiccaps(struct attune_prompt_set *set, const char *path,
                                       struct attune_err *err)
{
    struct attune_csv *reader = NULL;
    int id = -1, caption = -1;
    enum attune_code code = attune_csv_open(&reader, path, err);
    if (code == ATTUNE_OK) {
        code = attune_csv_require(reader, "ytid", &id, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_csv_require(reader, "caption", &caption, err);
    }
    while (code == ATTUNE_OK) {
        bool has_row = false;
        code = attune_csv_next(reader, &has_row, err);
        if (code || !has_row) {
            break;
        }
        code = attune_prompts_add(set, attune_csv_field(reader, (size_t)id),
                                  attune_csv_field(reader, (size_t)caption), NULL, path,
                                  attune_csv_line(reader), err);
    }
    attune_csv_close(reader);
    return code;
}

/* One prompt per line; empty lines and lines that begin with '#' are skipped. */
static enum attune_code read_lines(struct attune_prompt_set *set, const char *path, char *text,
                                   struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    long number = 0;
    for (char *line = text, *next; line && code == ATTUNE_OK; line = next) {
        next = strchr(line, '\n');
        if (next) {
            *next++ = '\0';
        }
        number++;
        const size_t n = strlen(line);
        if (n && line[n - 1] == '\r') {
            line[n - 1] = '\0';
        }
        if (line[0] != '#' && line[strspn(line, " \t")] != '\0') {
            code = attune_prompts_add(set, NULL, line, NULL, path, number, err);
        }
    }
    return code;
}

enum attune_code attune_prompts_read_file(struct attune_prompt_set *set, const char *path,
                                          struct attune_err *err)
{
    char *text = NULL;
    size_t n_bytes = 0;
    enum attune_code code = attune_file_read(path, MAX_TEXT_FILE, &text, &n_bytes, err);
    if (code) {
        return code;
    }
    const bool binary = memchr(text, '\0', n_bytes) != NULL;
    char *start = text;
    if (strncmp(start, "\xef\xbb\xbf", 3) == 0) {
        start += 3;
    }
    start += strspn(start, " \t\r\n");
    const char *end_of_header = strchr(start, '\n');
    const char *caption = strstr(start, "caption");
    const bool is_csv = strncmp(start, "ytid", 4) == 0 && caption &&
                        (!end_of_header || caption < end_of_header);
    if (binary) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "not a text file");
    } else if (*start == '{' || *start == '[') {
        code = read_jsonl(set, path, err);
    } else if (is_csv) {
        code = read_musiccaps(set, path, err);
    } else {
        code = read_lines(set, path, start, err);
    }
    attune_release(text);
    return code;
}
