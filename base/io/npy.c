/* NPY files: a 10- or 12-byte preamble, a Python dict literal as header, then the raw array.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#include "base/io/npy.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/mem.h"

enum { MAX_HEADER = 1 << 16, BLOCK = 1 << 18 };

enum kind { FLOAT16, FLOAT32, FLOAT64, INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64 };

static const struct {
    char code[4]; /* after the byte-order mark */
    enum kind kind;
    size_t size;
} types[] = {
    {"f2", FLOAT16, 2}, {"f4", FLOAT32, 4}, {"f8", FLOAT64, 8}, {"b1", UINT8, 1},
    {"i1", INT8, 1},    {"u1", UINT8, 1},   {"i2", INT16, 2},   {"u2", UINT16, 2},
    {"i4", INT32, 4},   {"u4", UINT32, 4},  {"i8", INT64, 8},   {"u8", UINT64, 8},
};

struct header {
    enum kind kind;
    size_t size;           /* bytes per element */
    size_t n_rows, n_cols;
    size_t data_at;        /* offset of the array */
};

void attune_matrix_release(struct attune_matrix *m)
{
    attune_release(m->v);
    *m = (struct attune_matrix){0};
}

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t\n");
}

/* The text after "'key':", or NULL. */
static const char *find_key(const char *text, const char *key)
{
    const size_t n = strlen(key);
    for (const char *p = text; (p = strstr(p, key)); p += n) {
        const bool quoted = p > text && (p[-1] == '\'' || p[-1] == '"') && p[n] == p[-1];
        if (quoted && *skip_space(p + n + 1) == ':') {
            return skip_space(skip_space(p + n + 1) + 1);
        }
    }
    return NULL;
}

static enum attune_code take_type(struct header *h, const char *text, struct attune_err *err)
{
    const char *p = find_key(text, "descr");
    if (!p || (*p != '\'' && *p != '"')) {
        return attune_fail(err, ATTUNE_E_INPUT, "NPY header without a plain 'descr'");
    }
    const char quote = *p++;
    const size_t n = strcspn(p, "'\"");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const bool native = *p == '<' || *p == '|' || (*p == '>' && types[i].size == 1);
        if (n == 3 && native && strncmp(p + 1, types[i].code, 2) == 0 && p[n] == quote) {
            h->kind = types[i].kind;
            h->size = types[i].size;
            return ATTUNE_OK;
        }
    }
    return attune_fail(
        err, ATTUNE_E_INPUT,
        "NPY type '%.*s': allowed are little-endian float16, float32, float64 and integers",
        n > 32 ? 32 : (int)n, p);
}

static enum attune_code take_shape(struct header *h, const char *text, struct attune_err *err)
{
    const char *p = find_key(text, "shape");
    size_t shape[2] = {1, 1};
    int n_dims = 0;
    if (!p || *p != '(') {
        return attune_fail(err, ATTUNE_E_INPUT, "NPY header without a 'shape'");
    }
    p = skip_space(p + 1);
    while (isdigit((unsigned char)*p)) {
        char *end;
        errno = 0;
        const unsigned long long n = strtoull(p, &end, 10);
        if (errno || n > PTRDIFF_MAX || n_dims == 2) {
            return attune_fail(err, ATTUNE_E_INPUT,
                               n_dims == 2 ? "NPY array of more than two dimensions"
                                           : "NPY shape out of range");
        }
        shape[n_dims++] = (size_t)n;
        p = skip_space(end + (*end == 'L'));
        if (*p != ',') {
            break;
        }
        p = skip_space(p + 1);
    }
    if (*p != ')' || n_dims == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "NPY array must have one or two dimensions");
    }
    h->n_rows = n_dims == 2 ? shape[0] : 1;
    h->n_cols = n_dims == 2 ? shape[1] : shape[0];
    return ATTUNE_OK;
}

static enum attune_code take_order(const struct header *h, const char *text, struct attune_err *err)
{
    const char *p = find_key(text, "fortran_order");
    if (!p || (strncmp(p, "False", 5) != 0 && strncmp(p, "True", 4) != 0)) {
        return attune_fail(err, ATTUNE_E_INPUT, "NPY header without 'fortran_order'");
    }
    if (*p == 'T' && h->n_rows > 1 && h->n_cols > 1) {
        attune_fail(err, ATTUNE_E_INPUT, "NPY array in Fortran order");
        attune_err_hint(err, "save numpy.ascontiguousarray(x)");
        return ATTUNE_E_INPUT;
    }
    return ATTUNE_OK;
}

/* Reads the header from the file's first bytes and checks it against the size of the file. */
static enum attune_code parse_header(struct header *h, const uint8_t *bytes, size_t n_bytes,
                                     uint64_t file_size, struct attune_err *err)
{
    static const char magic[] = "\x93NUMPY";
    if (n_bytes < 12 || memcmp(bytes, magic, 6) != 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "not an NPY file");
    }
    const bool first = bytes[6] == 1;
    if (bytes[6] < 1 || bytes[6] > 3) {
        return attune_fail(err, ATTUNE_E_INPUT, "NPY version %d.%d: allowed are 1.0 to 3.0",
                           bytes[6], bytes[7]);
    }
    const size_t text_at = first ? 10 : 12;
    size_t n_text = (size_t)bytes[9] << 8 | bytes[8];
    n_text |= first ? 0 : (size_t)bytes[11] << 24 | (size_t)bytes[10] << 16;
    if (n_text > n_bytes - text_at) {
        return attune_fail(err, ATTUNE_E_INPUT, "NPY header of %zu bytes is cut short or too long",
                           n_text);
    }
    char *text = attune_alloc(n_text + 1, 1);
    if (!text) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an NPY header");
    }
    memcpy(text, bytes + text_at, n_text);
    h->data_at = text_at + n_text;
    enum attune_code code = take_type(h, text, err);
    if (!code) {
        code = take_shape(h, text, err);
    }
    if (!code) {
        code = take_order(h, text, err);
    }
    attune_release(text);
    size_t size;
    if (!code && (__builtin_mul_overflow(h->n_rows, h->n_cols, &size) ||
                  __builtin_mul_overflow(size, h->size, &size) || size > file_size - h->data_at)) {
        code = attune_fail(
            err, ATTUNE_E_INPUT,
            "NPY shape (%zu, %zu) of %zu-byte elements is larger than the file's %llu bytes",
            h->n_rows, h->n_cols, h->size, (unsigned long long)(file_size - h->data_at));
    }
    return code;
}

static float from_half(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    const uint32_t exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
    float v;
    if (exponent == 0) { /* zero and subnormal: fraction * 2^-24 */
        v = (float)fraction * 0x1p-24f;
        return sign ? -v : v;
    }
    const uint32_t biased = exponent == 0x1f ? 0xff : exponent + (127 - 15);
    const uint32_t bits = sign | biased << 23 | fraction << 13;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* n elements of unaligned little-endian input; the machine is little-endian too. */
#define CONVERT(type, expression)                                                                  \
    for (size_t i = 0; i < n; i++) {                                                               \
        type x;                                                                                    \
        memcpy(&x, in + i * sizeof x, sizeof x);                                                   \
        out[i] = (float)(expression);                                                              \
    }                                                                                              \
    break

static void convert(float *restrict out, const uint8_t *restrict in, size_t n, enum kind kind)
{
    switch (kind) {
    case FLOAT16:
        CONVERT(uint16_t, from_half(x));
    case FLOAT32:
        CONVERT(float, x);
    case FLOAT64:
        CONVERT(double, x);
    case INT8:
        CONVERT(int8_t, x);
    case UINT8:
        CONVERT(uint8_t, x);
    case INT16:
        CONVERT(int16_t, x);
    case UINT16:
        CONVERT(uint16_t, x);
    case INT32:
        CONVERT(int32_t, x);
    case UINT32:
        CONVERT(uint32_t, x);
    case INT64:
        CONVERT(int64_t, x);
    case UINT64:
        CONVERT(uint64_t, x);
    }
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "NPY conversion assumes little-endian");

static enum attune_code make_matrix(struct attune_matrix *out, const struct header *h,
                                    struct attune_err *err)
{
    out->v = attune_alloc_aligned(h->n_rows * h->n_cols, sizeof *out->v);
    if (!out->v) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a matrix (%zu, %zu)", h->n_rows,
                           h->n_cols);
    }
    out->n_rows = h->n_rows;
    out->n_cols = h->n_cols;
    return ATTUNE_OK;
}

enum attune_code attune_npy_parse(struct attune_matrix *out, const void *bytes, size_t n_bytes,
                                  struct attune_err *err)
{
    struct header h;
    *out = (struct attune_matrix){0};
    enum attune_code code = parse_header(&h, bytes, n_bytes, n_bytes, err);
    if (!code) {
        code = make_matrix(out, &h, err);
    }
    if (!code) {
        convert(out->v, (const uint8_t *)bytes + h.data_at, h.n_rows * h.n_cols, h.kind);
    }
    return code;
}

/* The array that begins at the descriptor's position, block by block. */
static enum attune_code read_array(struct attune_matrix *out, const struct header *h, int fd,
                                   uint8_t *block, struct attune_err *err)
{
    const size_t n = h->n_rows * h->n_cols, n_block = BLOCK / h->size;
    for (size_t i = 0; i < n; i += n_block) {
        const size_t n_now = n - i < n_block ? n - i : n_block;
        const ptrdiff_t got = attune_file_read_block(fd, block, n_now * h->size);
        if (got != (ptrdiff_t)(n_now * h->size)) {
            return attune_fail(err, ATTUNE_E_IO, "cannot read: %s",
                               got < 0 ? strerror(errno) : "the file shrank");
        }
        convert(out->v + i, block, n_now, h->kind);
    }
    return ATTUNE_OK;
}

enum attune_code attune_npy_read(struct attune_matrix *out, const char *path,
                                 struct attune_err *err)
{
    int fd = -1;
    uint64_t n_bytes;
    struct header h;
    struct attune_err inner = ATTUNE_ERR_INIT;
    *out = (struct attune_matrix){0};
    uint8_t *block = attune_alloc(BLOCK, 1);
    if (!block) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory while reading '%s'", path);
    }
    enum attune_code code = attune_file_open(&fd, &n_bytes, path, err);
    if (code) {
        goto out;
    }
    const ptrdiff_t n_head = attune_file_read_block(fd, block, MAX_HEADER);
    if (n_head < 0) {
        code = attune_fail(&inner, ATTUNE_E_IO, "cannot read: %s", strerror(errno));
    } else {
        code = parse_header(&h, block, (size_t)n_head, n_bytes, &inner);
    }
    if (!code) {
        code = make_matrix(out, &h, &inner);
    }
    if (!code && lseek(fd, (off_t)h.data_at, SEEK_SET) < 0) {
        code = attune_fail(&inner, ATTUNE_E_IO, "cannot read: %s", strerror(errno));
    }
    if (!code) {
        code = read_array(out, &h, fd, block, &inner);
    }
    if (code) {
        attune_matrix_release(out);
        attune_fail_at(err, code, path, 0, "%s", inner.message);
        attune_err_hint(err, "%s", inner.hint);
    }
out:
    if (fd >= 0) {
        close(fd);
    }
    attune_release(block);
    return code;
}

enum attune_code attune_npy_write(const char *path, const float *v, size_t n_rows, size_t n_cols,
                                  struct attune_err *err)
{
    enum { PREAMBLE = 10, ALIGN = 64 };
    char head[3 * ALIGN];
    size_t n_bytes;
    if (__builtin_mul_overflow(n_rows, n_cols, &n_bytes) ||
        __builtin_mul_overflow(n_bytes, sizeof *v, &n_bytes)) {
        return attune_fail_at(err, ATTUNE_E_USAGE, path, 0, "a matrix (%zu, %zu) is too large",
                              n_rows, n_cols);
    }
    /* The header is padded with spaces so that the array begins at a multiple of 64 bytes. */
    memcpy(head, "\x93NUMPY\x01\x00", 8);
    int n =
        snprintf(head + PREAMBLE, sizeof head - PREAMBLE,
                 "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }", n_rows, n_cols);
    const size_t total = ((size_t)n + PREAMBLE + ALIGN) / ALIGN * ALIGN;
    memset(head + PREAMBLE + n, ' ', total - PREAMBLE - (size_t)n);
    head[total - 1] = '\n';
    head[8] = (char)((total - PREAMBLE) & 0xff);
    head[9] = (char)((total - PREAMBLE) >> 8);

    struct attune_temp temp;
    enum attune_code code = attune_temp_open(&temp, path, err);
    if (!code) {
        code = attune_temp_write(&temp, head, total, err);
    }
    if (!code) {
        code = attune_temp_write(&temp, v, n_bytes, err);
    }
    if (!code) {
        code = attune_temp_commit(&temp, err);
    }
    attune_temp_drop(&temp);
    return code;
}
