/* A database from a stranger: opened for reading, listed and checked. SQLite wants a folder for its
 * journal, so the input goes to a temporary file. */
#include <stdio.h>
#include <unistd.h>

#include "harness/store/check.h"
#include "harness/store/store_read.h"
#include "tests/fuzz/fuzz.h"

static void ignore(void *context, const struct attune_finding *finding)
{
    FUZZ_REQUIRE(finding->what && finding->mend);
}

static void read_all(struct attune_store *store)
{
    struct attune_run_list runs = {0};
    if (attune_read_runs(store, &runs, NULL) == ATTUNE_OK) {
        attune_run_list_release(&runs);
    }
    (void)attune_store_check(store, ignore, NULL, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char path[] = "/tmp/attune-fuzz-XXXXXX";
    const int fd = n_bytes <= 1 << 18 ? mkstemp(path) : -1;
    if (fd < 0) {
        return 0;
    }
    if (write(fd, bytes, n_bytes) == (ssize_t)n_bytes) {
        struct attune_store *store = NULL;
        struct attune_err err = ATTUNE_ERR_INIT;
        if (attune_store_open_read(&store, path, &err) == ATTUNE_OK) {
            read_all(store);
            attune_store_close(store);
        } else {
            FUZZ_REQUIRE(err.message[0]);
        }
    }
    close(fd);
    unlink(path);
    return 0;
}
