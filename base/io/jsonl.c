/* JSON Lines over a block buffer, one Jansson parse per line. */
#include "base/io/jsonl.h"

#include <errno.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/mem.h"

enum { BLOCK = 1 << 16 };

struct attune_jsonl {
    int fd;
    char *path;
    char block[BLOCK];
    size_t at, n_block;
    long line;              /* of the value read last */
    struct attune_buf text; /* the current line */
};

enum attune_code attune_jsonl_open(struct attune_jsonl **reader, const char *path,
                                   struct attune_err *err)
{
    uint64_t n_bytes;
    *reader = NULL;
    struct attune_jsonl *r = attune_alloc(1, sizeof *r);
    char *copy = attune_strdup(path);
    if (!r || !copy) {
        attune_release(r);
        attune_release(copy);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for '%s'", path);
    }
    r->path = copy;
    enum attune_code code = attune_file_open(&r->fd, &n_bytes, path, err);
    if (code) {
        attune_jsonl_close(r);
        return code;
    }
    *reader = r;
    return ATTUNE_OK;
}

void attune_jsonl_close(struct attune_jsonl *reader)
{
    if (!reader) {
        return;
    }
    if (reader->fd >= 0) {
        close(reader->fd);
    }
    attune_buf_release(&reader->text);
    attune_release(reader->path);
    attune_release(reader);
}

/* The next line into reader->text, without its end. *found is false at the end of the file. */
static enum attune_code next_line(struct attune_jsonl *r, bool *found, struct attune_err *err)
{
    attune_buf_reset(&r->text);
    *found = false;
    for (;;) {
        if (r->at == r->n_block) {
            const ptrdiff_t n = attune_file_read_block(r->fd, r->block, BLOCK);
            if (n < 0) {
                return attune_fail_at(err, ATTUNE_E_IO, r->path, r->line + 1, "cannot read: %s",
                                      strerror(errno));
            }
            if (n == 0) {
                r->line += *found;
                return ATTUNE_OK;
            }
            r->at = 0;
            r->n_block = (size_t)n;
        }
        const char *begin = r->block + r->at;
        const char *end = memchr(begin, '\n', r->n_block - r->at);
        const size_t n = end ? (size_t)(end - begin) : r->n_block - r->at;
        if (r->text.n_bytes + n > ATTUNE_JSONL_MAX_LINE) {
            return attune_fail_at(err, ATTUNE_E_INPUT, r->path, r->line + 1,
                                  "line longer than %d bytes", ATTUNE_JSONL_MAX_LINE);
        }
        attune_buf_add_bytes(&r->text, begin, n);
        if (r->text.failed) {
            return attune_fail_at(err, ATTUNE_E_MEMORY, r->path, r->line + 1, "out of memory");
        }
        r->at += n + (end != NULL);
        *found = true;
        if (end) {
            r->line++;
            return ATTUNE_OK;
        }
    }
}

/* Jansson quotes the input in its messages: control characters must not reach a terminal. */
static void fail_json(struct attune_err *err, const struct attune_jsonl *r, json_error_t *error)
{
    for (char *p = error->text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            *p = '?';
        }
    }
    attune_fail_at(err, ATTUNE_E_INPUT, r->path, r->line, "not valid JSON: %s", error->text);
}

enum attune_code attune_jsonl_next(struct attune_jsonl *reader, json_t **value,
                                   struct attune_err *err)
{
    *value = NULL;
    for (;;) {
        bool found;
        enum attune_code code = next_line(reader, &found, err);
        if (code || !found) {
            return code;
        }
        const char *text = attune_buf_text(&reader->text);
        size_t n = reader->text.n_bytes;
        if (reader->line == 1 && n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
            text += 3;
            n -= 3;
        }
        if (strspn(text, " \t\r") == n) {
            continue;
        }
        json_error_t error;
        *value = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        if (!*value) {
            fail_json(err, reader, &error);
            return ATTUNE_E_INPUT;
        }
        return ATTUNE_OK;
    }
}

long attune_jsonl_line(const struct attune_jsonl *reader)
{
    return reader->line;
}
