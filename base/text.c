/* Text buffers, exact numbers, globs, nearest words. */
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

/* Only ever set, and asked for at the end: like the hooks of base/mem.c it influences no result. */
static atomic_bool lost;

bool attune_text_lost(void)
{
    return atomic_load(&lost);
}

static bool fail(struct attune_buf *buf)
{
    buf->failed = true;
    atomic_store(&lost, true);
    return false;
}

void attune_buf_release(struct attune_buf *buf)
{
    attune_release(buf->text);
    *buf = (struct attune_buf)ATTUNE_BUF_INIT;
}

void attune_buf_reset(struct attune_buf *buf)
{
    buf->n_bytes = 0;
    buf->failed = false;
    if (buf->text) {
        buf->text[0] = '\0';
    }
}

static bool reserve(struct attune_buf *buf, size_t n)
{
    if (buf->failed) {
        return false;
    }
    size_t wanted;
    if (__builtin_add_overflow(buf->n_bytes, n + 1, &wanted)) {
        return fail(buf);
    }
    if (wanted > buf->capacity) {
        size_t capacity = buf->capacity ? buf->capacity : 64;
        while (capacity < wanted) {
            capacity *= 2;
        }
        char *grown = attune_resize(buf->text, capacity, 1);
        if (!grown) {
            return fail(buf);
        }
        buf->text = grown;
        buf->capacity = capacity;
    }
    return true;
}

void attune_buf_add_bytes(struct attune_buf *buf, const char *bytes, size_t n)
{
    if (reserve(buf, n)) {
        memcpy(buf->text + buf->n_bytes, bytes, n);
        buf->n_bytes += n;
        buf->text[buf->n_bytes] = '\0';
    }
}

void attune_buf_add(struct attune_buf *buf, const char *text)
{
    attune_buf_add_bytes(buf, text, strlen(text));
}

void attune_buf_addf(struct attune_buf *buf, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && reserve(buf, (size_t)n)) {
        va_start(ap, fmt);
        vsnprintf(buf->text + buf->n_bytes, (size_t)n + 1, fmt, ap);
        va_end(ap);
        buf->n_bytes += (size_t)n;
    }
}

size_t attune_utf8_step(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80) {
        return s[0] ? 1 : 0;
    }
    size_t n = s[0] >= 0xf0 && s[0] < 0xf5   ? 4
               : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
               : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
                                             : 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    const bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    const bool surrogate = s[0] == 0xed && s[1] >= 0xa0;
    const bool too_high = s[0] == 0xf4 && s[1] >= 0x90;
    return overlong || surrogate || too_high ? 0 : n;
}

void attune_buf_add_json(struct attune_buf *buf, const char *text)
{
    attune_buf_add(buf, "\"");
    while (*text) {
        const unsigned char c = (unsigned char)*text;
        size_t n = attune_utf8_step(text);
        if (n == 0) {
            attune_buf_add(buf, "\\ufffd");
            n = 1;
        } else if (c == '"' || c == '\\') {
            attune_buf_addf(buf, "\\%c", c);
        } else if (c == '\n') {
            attune_buf_add(buf, "\\n");
        } else if (c == '\t') {
            attune_buf_add(buf, "\\t");
        } else if (c < 0x20 || c == 0x7f) {
            attune_buf_addf(buf, "\\u%04x", c);
        } else {
            attune_buf_add_bytes(buf, text, n);
        }
        text += n;
    }
    attune_buf_add(buf, "\"");
}

void attune_buf_add_csv(struct attune_buf *buf, const char *text)
{
    if (!strpbrk(text, ",\"\r\n") && text[0] != ' ') {
        attune_buf_add(buf, text);
        return;
    }
    attune_buf_add(buf, "\"");
    for (; *text; text++) {
        attune_buf_add_bytes(buf, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    }
    attune_buf_add(buf, "\"");
}

void attune_buf_add_double(struct attune_buf *buf, double value)
{
    if (!isfinite(value)) {
        attune_buf_add(buf, "null");
        return;
    }
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) {
            break;
        }
    }
    attune_buf_add(buf, digits);
}

const char *attune_buf_text(const struct attune_buf *buf)
{
    return buf->text && !buf->failed ? buf->text : "";
}

static bool glob_n(const char *p, const char *p_end, const char *s)
{
    const char *star = NULL, *retry = NULL;
    while (*s) {
        if (p < p_end && *p == '*') {
            star = p++;
            retry = s;
        } else if (p < p_end && (*p == '?' || *p == *s)) {
            p++;
            s++;
        } else if (star) {
            p = star + 1;
            s = ++retry;
        } else {
            return false;
        }
    }
    while (p < p_end && *p == '*') {
        p++;
    }
    return p == p_end;
}

bool attune_glob(const char *pattern, const char *text)
{
    return glob_n(pattern, pattern + strlen(pattern), text);
}

bool attune_glob_list(const char *patterns, const char *text)
{
    if (!patterns || !*patterns) {
        return true;
    }
    for (const char *p = patterns; *p;) {
        const char *end = p + strcspn(p, ",");
        if (glob_n(p, end, text)) {
            return true;
        }
        p = *end ? end + 1 : end;
    }
    return false;
}

enum { NEAREST_MAX = 64 };

static size_t edit_distance(const char *a, const char *b)
{
    const size_t n = strlen(b);
    if (strlen(a) >= NEAREST_MAX || n >= NEAREST_MAX) {
        return SIZE_MAX;
    }
    size_t row[NEAREST_MAX + 1];
    for (size_t j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = substituted < best ? substituted : best;
        }
    }
    return row[n];
}

const char *attune_nearest(const char *word, const char *const *candidates, size_t n)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 3 + 2;
    for (size_t i = 0; i < n; i++) {
        size_t d = edit_distance(word, candidates[i]);
        if (d < best_distance) {
            best_distance = d;
            best = candidates[i];
        }
    }
    return best;
}
