/* JSON Lines: prompts, worker answers, votes. */
#include <stdio.h>

#include "base/io/jsonl.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input;
    if (n_bytes > 1 << 16 || !fuzz_file_open(&input, bytes, n_bytes)) {
        return 0;
    }
    struct attune_jsonl *reader;
    struct attune_err err = ATTUNE_ERR_INIT;
    FUZZ_REQUIRE(attune_jsonl_open(&reader, input.path, &err) == ATTUNE_OK);
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
    fuzz_file_close(&input);
    return 0;
}
