#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    if (n_bytes <= 1 << 16) {
        fuzz_midi(bytes, n_bytes);
    }
    return 0;
}
