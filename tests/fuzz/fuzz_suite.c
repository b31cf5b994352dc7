/* Suites in YAML: schema, prompts beside them, references, gate rules. */
#include <stdio.h>

#include "harness/suite/suite.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input;
    if (n_bytes > 1 << 14 || !fuzz_file_open(&input, bytes, n_bytes)) {
        return 0;
    }
    struct attune_suite suite;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_suite_load(&suite, input.path, &err) == ATTUNE_OK) {
        FUZZ_REQUIRE(suite.name && suite.prompts.n > 0 && suite.n_seeds > 0 && suite.n_models > 0);
        attune_suite_release(&suite);
    } else {
        FUZZ_REQUIRE(err.message[0]);
    }
    fuzz_file_close(&input);
    return 0;
}
