/* The reader takes a path, so the input goes through a file in memory. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io/jsonl.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || n_bytes > 1 << 16 || write(fd, bytes, n_bytes) != (ssize_t)n_bytes) {
        close(fd);
        return 0;
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct attune_jsonl *reader;
    struct attune_err err = ATTUNE_ERR_INIT;
    FUZZ_REQUIRE(attune_jsonl_open(&reader, path, &err) == ATTUNE_OK);
    long line = 0;
    for (;;) {
        json_t *value;
        const enum attune_code code = attune_jsonl_next(reader, &value, &err);
        if (code == ATTUNE_OK && !value) {
            break;
        }
        FUZZ_REQUIRE(attune_jsonl_line(reader) > line); /* also after an error: it goes on */
        line = attune_jsonl_line(reader);
        json_decref(value);
    }
    attune_jsonl_close(reader);
    close(fd);
    return 0;
}
