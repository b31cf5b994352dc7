#include "models/policy/checkpoint.h"

#include <stdint.h>

#include "base/io/file.h"
#include "base/mem.h"

static const char magic[8] = {'A', 'T', 'T', 'U', 'N', 'E', 'C', 'K'};

struct image {
    char magic[8];
    uint32_t version, reserved;
    char kind[24];
    char origin[200];
    uint64_t n_params;
    char checksum[40]; /* of the parameters */
};

enum attune_code attune_checkpoint_save(const char *path, const struct attune_checkpoint *head,
                                        const float *params, struct attune_err *err)
{
    size_t n_bytes = sizeof(struct image) + head->n_params * sizeof *params;
    char *bytes = attune_alloc(n_bytes, 1);
    if (!bytes) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory writing '%s'", path);
    }
    struct image *image = (struct image *)bytes;
    memcpy(image->magic, magic, sizeof magic);
    image->version = ATTUNE_CHECKPOINT_VERSION;
    memcpy(image->kind, head->kind, sizeof image->kind);
    memcpy(image->origin, head->origin, sizeof image->origin);
    image->n_params = head->n_params;
    attune_hash_bytes(params, head->n_params * sizeof *params, image->checksum);
    memcpy(bytes + sizeof *image, params, head->n_params * sizeof *params);
    enum attune_code code = attune_file_write(path, bytes, n_bytes, err);
    attune_release(bytes);
    return code;
}

/* The whole file, checked: *bytes is the caller's on success. */
static enum attune_code read_image(const char *path, char **bytes, struct attune_err *err)
{
    enum { MAX_BYTES = 1 << 28 };
    size_t n_bytes = 0;
    char checksum[ATTUNE_HASH_SIZE];
    enum attune_code code = attune_file_read(path, MAX_BYTES, bytes, &n_bytes, err);
    if (code != ATTUNE_OK) {
        return code;
    }
    const struct image *image = (const struct image *)*bytes;
    if (n_bytes < sizeof *image || memcmp(image->magic, magic, sizeof magic) != 0) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "not a checkpoint");
    } else if (image->version != ATTUNE_CHECKPOINT_VERSION) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                              "checkpoint version %u, this program reads %d", image->version,
                              ATTUNE_CHECKPOINT_VERSION);
        attune_err_hint(err, "train it again with `attune model train`");
    } else if (image->n_params != (n_bytes - sizeof *image) / sizeof(float) ||
               (n_bytes - sizeof *image) % sizeof(float) != 0) {
        code =
            attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "truncated: %zu bytes for %llu parameters",
                           n_bytes, (unsigned long long)image->n_params);
    } else if (!memchr(image->kind, 0, sizeof image->kind) ||
               !memchr(image->origin, 0, sizeof image->origin)) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "damaged header");
    } else {
        attune_hash_bytes(*bytes + sizeof *image, n_bytes - sizeof *image, checksum);
        if (memcmp(checksum, image->checksum, sizeof checksum) != 0) {
            code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "damaged: the checksum differs");
        }
    }
    if (code != ATTUNE_OK) {
        attune_release(*bytes);
        *bytes = NULL;
    }
    return code;
}

static void copy_head(struct attune_checkpoint *head, const struct image *image)
{
    memcpy(head->kind, image->kind, sizeof head->kind);
    memcpy(head->origin, image->origin, sizeof head->origin);
    head->n_params = image->n_params;
}

enum attune_code attune_checkpoint_head(const char *path, struct attune_checkpoint *head,
                                        struct attune_err *err)
{
    char *bytes = NULL;
    enum attune_code code = read_image(path, &bytes, err);
    if (code == ATTUNE_OK) {
        copy_head(head, (const struct image *)bytes);
    }
    attune_release(bytes);
    return code;
}

enum attune_code attune_checkpoint_load(const char *path, struct attune_checkpoint *head,
                                        float *params, struct attune_err *err)
{
    char *bytes = NULL;
    enum attune_code code = read_image(path, &bytes, err);
    if (code != ATTUNE_OK) {
        return code;
    }
    const struct image *image = (const struct image *)bytes;
    if (strcmp(image->kind, head->kind) != 0) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                              "a '%s' checkpoint where '%s' is needed", image->kind, head->kind);
    } else if (image->n_params != head->n_params) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "%llu parameters where %zu are needed",
                              (unsigned long long)image->n_params, head->n_params);
    } else if (head->origin[0] && strcmp(image->origin, head->origin) != 0) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "made from '%s', not from '%s'",
                              image->origin, head->origin);
    } else {
        copy_head(head, image);
        memcpy(params, bytes + sizeof *image, head->n_params * sizeof *params);
    }
    attune_release(bytes);
    return code;
}

enum attune_code attune_cache_path(struct attune_buf *out, const char *name, bool make,
                                   struct attune_err *err)
{
    const char *own = getenv("ATTUNE_CACHE"), *xdg = getenv("XDG_CACHE_HOME"),
               *home = getenv("HOME");
    attune_buf_reset(out);
    if (own && *own) {
        attune_buf_add(out, own);
    } else if (xdg && *xdg) {
        attune_buf_addf(out, "%s/attune", xdg);
    } else if (home && *home) {
        attune_buf_addf(out, "%s/.cache/attune", home);
    } else {
        return attune_fail(err, ATTUNE_E_IO, "no cache folder: ATTUNE_CACHE and HOME are not set");
    }
    enum attune_code code = make ? attune_dir_make(attune_buf_text(out), err) : ATTUNE_OK;
    attune_buf_addf(out, "/%s", name);
    if (code == ATTUNE_OK && out->failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    return code;
}
