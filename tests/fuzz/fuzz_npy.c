#include <stdio.h>

#include "base/io/npy.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct attune_matrix m;
    if (n_bytes <= 1 << 16 && attune_npy_parse(&m, bytes, n_bytes, NULL) == ATTUNE_OK) {
        FUZZ_REQUIRE(m.n_rows == 0 || m.n_cols == 0 || m.n_rows * m.n_cols <= n_bytes);
        attune_matrix_release(&m);
    }
    return 0;
}
