/* Human preferences and ratings in every format, recognised by their columns. */
#include <stdio.h>

#include "harness/prefs/prefs.h"
#include "harness/prefs/ratings.h"
#include "tests/fuzz/fuzz.h"

static enum attune_code take_preference(void *context, const struct attune_preference *preference,
                                        struct attune_err *err)
{
    FUZZ_REQUIRE(preference->id && preference->model_a && preference->model_b && preference->axis);
    ++*(uint64_t *)context;
    return ATTUNE_OK;
}

static enum attune_code take_rating(void *context, const struct attune_rating *rating,
                                    struct attune_err *err)
{
    ++*(uint64_t *)context;
    return ATTUNE_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input;
    if (n_bytes > 1 << 14 || !fuzz_file_open(&input, bytes, n_bytes)) {
        return 0;
    }
    uint64_t n = 0;
    struct attune_prefs_account account = {0};
    if (attune_prefs_read(input.path, NULL, take_preference, &n, &account, NULL) == ATTUNE_OK) {
        FUZZ_REQUIRE(account.n_kept == n);
    }
    struct attune_ratings_account ratings = {0};
    n = 0;
    (void)attune_ratings_read(input.path, NULL, take_rating, &n, &ratings, NULL);
    fuzz_file_close(&input);
    return 0;
}
