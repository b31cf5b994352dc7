/* Runs a fuzz target over every file below the given folders: the ordinary test of a corpus. */
#include <stdio.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

int main(int argc, char **argv)
{
    size_t n_inputs = 0;
    for (int i = 1; i < argc; i++) {
        struct attune_file_list list;
        struct attune_err err = ATTUNE_ERR_INIT;
        if (attune_file_walk(&list, argv[i], &err)) {
            fprintf(stderr, "%s: %s\n", argv[i], err.message);
            return 1;
        }
        for (size_t k = 0; k < list.n; k++) {
            char *bytes;
            size_t n_bytes;
            if (attune_file_read(list.paths[k], 1 << 24, &bytes, &n_bytes, &err)) {
                fprintf(stderr, "%s: %s\n", list.paths[k], err.message);
                return 1;
            }
            printf("%s\n", list.paths[k]);
            fflush(stdout);
            LLVMFuzzerTestOneInput((const uint8_t *)bytes, n_bytes);
            attune_release(bytes);
            n_inputs++;
        }
        attune_file_list_release(&list);
    }
    if (n_inputs == 0) {
        fprintf(stderr, "no inputs\n");
        return 1;
    }
    return 0;
}
