/* Prompt sets: adding, checking, hashing, safe names. The file formats are in prompts_read.c. */
#include "harness/suite/prompts.h"

#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "harness/suite/prompt_attributes.h"
#include "harness/suite/prompts_read.h"
#include "metrics/adherence/attributes.h"
#include "metrics/adherence/attributes_json.h"

enum { MAX_ID = 1024, MAX_TEXT = 1 << 16 };

static enum attune_code check_utf8(const char *text, const char *what, const char *file, long line,
                                   struct attune_err *err)
{
    for (const char *p = text; *p;) {
        const size_t n = attune_utf8_step(p);
        if (n == 0) {
            return attune_fail_at(err, ATTUNE_E_INPUT, file, line, "%s is not UTF-8 (byte %zu)",
                                  what, (size_t)(p - text) + 1);
        }
        p += n;
    }
    return ATTUNE_OK;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static enum attune_code check_id(const char *id, const char *file, long line,
                                 struct attune_err *err)
{
    if (is_blank(id)) {
        return attune_fail_at(err, ATTUNE_E_INPUT, file, line, "a prompt's id is empty");
    }
    if (strlen(id) > MAX_ID) {
        return attune_fail_at(err, ATTUNE_E_INPUT, file, line,
                              "a prompt's id is longer than %d bytes", MAX_ID);
    }
    for (const unsigned char *p = (const unsigned char *)id; *p; p++) {
        if (*p < 0x20 || *p == 0x7f) {
            return attune_fail_at(err, ATTUNE_E_INPUT, file, line,
                                  "a prompt's id holds a control character (byte %zu)",
                                  (size_t)(p - (const unsigned char *)id) + 1);
        }
    }
    return check_utf8(id, "a prompt's id", file, line, err);
}

enum attune_code attune_prompts_add(struct attune_prompt_set *set, const char *id, const char *text,
                                    const struct json_t *attributes, const char *file, long line,
                                    struct attune_err *err)
{
    char numbered[32];
    snprintf(numbered, sizeof numbered, "p%03zu", set->n + 1);
    id = id ? id : numbered;
    enum attune_code code = check_id(id, file, line, err);
    if (code == ATTUNE_OK) {
        code = check_utf8(text, "the text", file, line, err);
    }
    if (code) {
        return code;
    }
    if (is_blank(text) || strlen(text) > MAX_TEXT) {
        return attune_fail_at(err, ATTUNE_E_INPUT, file, line, "prompt '%.60s': the text is %s", id,
                              is_blank(text) ? "empty" : "longer than 65536 bytes");
    }
    if (!attune_grow((void **)&set->items, &set->capacity, set->n, sizeof *set->items) ||
        !attune_grow((void **)&set->lines, &set->line_capacity, set->n, sizeof *set->lines)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    struct attune_prompt *prompt = &set->items[set->n];
    *prompt = (struct attune_prompt){.id = attune_strdup(id), .text = attune_strdup(text)};
    set->lines[set->n++] = line;
    if (!prompt->id || !prompt->text) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    code = attributes ? attune_prompt_attributes(&prompt->attributes, attributes, file, line, err)
                      : ATTUNE_OK;
    if (code == ATTUNE_OK) {
        attune_attributes_read(&prompt->attributes, text, NULL);
    }
    return code;
}

struct placed_id {
    const char *id;
    size_t at;
};

static int by_id(const void *a, const void *b)
{
    const struct placed_id *x = a, *y = b;
    const int order = strcmp(x->id, y->id);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

enum attune_code attune_prompt_hash(const struct attune_prompt *prompt, char out[ATTUNE_HASH_SIZE],
                                    struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_add_json(&text, prompt->id);
    attune_buf_add_json(&text, prompt->text);
    attune_attributes_json(&text, &prompt->attributes);
    attune_hash_bytes(attune_buf_text(&text), text.n_bytes, out);
    const bool failed = text.failed;
    attune_buf_release(&text);
    return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
}

enum attune_code attune_prompts_finish(struct attune_prompt_set *set, const char *file,
                                       struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    struct attune_buf hashes = ATTUNE_BUF_INIT;
    struct placed_id *ids = attune_alloc(set->n, sizeof *ids);
    if (!ids) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        goto out;
    }
    for (size_t i = 0; i < set->n; i++) {
        char hash[ATTUNE_HASH_SIZE];
        code = attune_prompt_hash(&set->items[i], hash, err);
        if (code) {
            goto out;
        }
        attune_buf_add(&hashes, hash);
        ids[i] = (struct placed_id){set->items[i].id, i};
    }
    qsort(ids, set->n, sizeof *ids, by_id);
    for (size_t i = 1; i < set->n; i++) {
        if (strcmp(ids[i - 1].id, ids[i].id) == 0) {
            code = attune_fail_at(err, ATTUNE_E_INPUT, file, set->lines[ids[i].at],
                                  "prompt id '%.60s' stands twice; first on line %ld", ids[i].id,
                                  set->lines[ids[i - 1].at]);
            goto out;
        }
    }
    if (hashes.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        goto out;
    }
    attune_hash_bytes(attune_buf_text(&hashes), hashes.n_bytes, set->hash);
out:
    attune_release(ids);
    attune_buf_release(&hashes);
    return code;
}

enum attune_code attune_prompts_read(struct attune_prompt_set *set, const char *path,
                                     struct attune_err *err)
{
    *set = (struct attune_prompt_set){0};
    enum attune_code code = attune_prompts_read_file(set, path, err);
    if (code == ATTUNE_OK && set->n == 0) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "holds no prompt");
    }
    if (code == ATTUNE_OK) {
        code = attune_prompts_finish(set, path, err);
    }
    if (code) {
        attune_prompts_release(set);
    }
    return code;
}

void attune_prompts_release(struct attune_prompt_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        attune_release(set->items[i].id);
        attune_release(set->items[i].text);
    }
    attune_release(set->items);
    attune_release(set->lines);
    *set = (struct attune_prompt_set){0};
}

void attune_safe_name(const char *id, char out[ATTUNE_SAFE_NAME_SIZE])
{
    enum { KEEP = 64 };
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t n = 0;
    bool changed = id[0] == '.' || id[0] == '-' || id[0] == '\0';
    for (const char *p = id; *p; p++) {
        const bool fine = strchr(allowed, *p) != NULL;
        changed = changed || !fine || n >= KEEP;
        if (n < KEEP) {
            out[n] = n == 0 && (*p == '.' || *p == '-') ? '_' : fine ? *p : '_';
            n++;
        }
    }
    if (n == 0) {
        out[n++] = '_';
    }
    out[n] = '\0';
    if (changed) {
        char hash[ATTUNE_HASH_SIZE];
        attune_hash_bytes(id, strlen(id), hash);
        snprintf(out + n, ATTUNE_SAFE_NAME_SIZE - n, "-%.12s", hash);
    }
}

/* Length of the stem of a file name without folder, extension and "__s<digits>". */
static size_t stem_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t n = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    size_t digits = 0;
    while (digits < n && name[n - 1 - digits] >= '0' && name[n - 1 - digits] <= '9') {
        digits++;
    }
    return digits && n > digits + 3 && strncmp(name + n - digits - 3, "__s", 3) == 0
               ? n - digits - 3
               : n;
}

const struct attune_prompt *attune_prompts_for_file(const struct attune_prompt_set *set,
                                                    const char *path)
{
    if (set->n == 1) {
        return &set->items[0];
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const size_t n = stem_length(name);
    for (size_t i = 0; i < set->n; i++) {
        char safe[ATTUNE_SAFE_NAME_SIZE];
        attune_safe_name(set->items[i].id, safe);
        if ((strlen(set->items[i].id) == n && strncmp(set->items[i].id, name, n) == 0) ||
            (strlen(safe) == n && strncmp(safe, name, n) == 0)) {
            return &set->items[i];
        }
    }
    return NULL;
}
