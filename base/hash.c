/* XXH3-128 of buffers and files. */
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/mem.h"

enum { BLOCK = 1 << 18 };

static void to_hex(XXH128_hash_t hash, char out[ATTUNE_HASH_SIZE])
{
    snprintf(out, ATTUNE_HASH_SIZE, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

void attune_hash_bytes(const void *bytes, size_t n_bytes, char out[ATTUNE_HASH_SIZE])
{
    to_hex(XXH3_128bits(bytes, n_bytes), out);
}

enum attune_code attune_hash_file(const char *path, char out[ATTUNE_HASH_SIZE],
                                  struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    unsigned char *block = attune_alloc(BLOCK, 1);
    XXH3_state_t *state = XXH3_createState();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (!block || !state) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory while hashing '%s'", path);
        goto out;
    }
    if (fd < 0) {
        code = attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot open: %s", strerror(errno));
        goto out;
    }
    XXH3_128bits_reset(state);
    for (;;) {
        ssize_t n = read(fd, block, BLOCK);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            code = attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot read: %s", strerror(errno));
            goto out;
        }
        if (n == 0) {
            break;
        }
        XXH3_128bits_update(state, block, (size_t)n);
    }
    to_hex(XXH3_128bits_digest(state), out);
out:
    if (fd >= 0) {
        close(fd);
    }
    XXH3_freeState(state);
    attune_release(block);
    return code;
}
