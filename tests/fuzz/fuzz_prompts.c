/* Prompt sets: JSON Lines of ours and of MidiCaps, MusicCaps CSV, plain text. */
#include <stdio.h>

#include "harness/suite/prompts.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input;
    if (n_bytes > 1 << 14 || !fuzz_file_open(&input, bytes, n_bytes)) {
        return 0;
    }
    struct attune_prompt_set set = {0};
    if (attune_prompts_read(&set, input.path, NULL) == ATTUNE_OK) {
        for (size_t i = 0; i < set.n; i++) {
            FUZZ_REQUIRE(set.items[i].id[0] && set.items[i].text[0]);
        }
        attune_prompts_release(&set);
    }
    fuzz_file_close(&input);
    return 0;
}
