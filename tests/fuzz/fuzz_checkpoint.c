/* Checkpoints: a head that cannot be trusted, parameters that may be missing. */
#include <stdio.h>

#include "base/mem.h"
#include "models/policy/checkpoint.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input;
    if (n_bytes > 1 << 16 || !fuzz_file_open(&input, bytes, n_bytes)) {
        return 0;
    }
    struct attune_checkpoint head = {0};
    if (attune_checkpoint_head(input.path, &head, NULL) == ATTUNE_OK && head.n_params < n_bytes) {
        float *params = attune_alloc(head.n_params, sizeof *params);
        (void)attune_checkpoint_load(input.path, &head, params, NULL);
        attune_release(params);
    }
    fuzz_file_close(&input);
    return 0;
}
