#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    if (n_bytes <= 1 << 16) {
        fuzz_audio(bytes, n_bytes, 1 << 20);
    }
    return 0;
}
