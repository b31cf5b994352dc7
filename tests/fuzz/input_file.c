/* For readers that take a path: the input as a file in memory. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

bool fuzz_file_open(struct fuzz_input *input, const uint8_t *bytes, size_t n_bytes)
{
    input->fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (input->fd < 0 || write(input->fd, bytes, n_bytes) != (ssize_t)n_bytes) {
        fuzz_file_close(input);
        return false;
    }
    snprintf(input->path, sizeof input->path, "/proc/self/fd/%d", input->fd);
    return true;
}

void fuzz_file_close(struct fuzz_input *input)
{
    if (input->fd >= 0) {
        close(input->fd);
    }
}
