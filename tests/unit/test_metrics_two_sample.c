/* Permutation tests of two sets: values by hand, the level under the null hypothesis, what pairing
 * gains, threads, failed memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/set/two_sample.h"

static struct attune_two_sample test(const struct attune_set *a, const struct attune_set *b,
                                     const uint32_t *pair, size_t n_permutations, size_t n_threads)
{
    struct attune_two_sample_options options = ATTUNE_TWO_SAMPLE_OPTIONS_INIT;
    struct attune_two_sample out;
    struct attune_err err = ATTUNE_ERR_INIT;
    options.n_permutations = options.n_fad_permutations = n_permutations;
    options.n_threads = n_threads;
    if (attune_two_sample_test(a, b, pair, &options, &out, &err)) {
        fail_msg("%s", err.message);
    }
    return out;
}

/* Rows mean[i / n_each] + shift + noise, (n, d). */
static void fill(float *v, size_t n, size_t d, double shift, double spread, uint64_t stream)
{
    struct attune_rng rng, prompts;
    attune_rng_init(&rng, 7, stream);
    attune_rng_init(&prompts, 7, 1000000);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < d; j++) {
            v[i * d + j] = (float)(shift + spread * attune_rng_normal(&prompts) +
                                   attune_rng_normal(&rng));
        }
    }
}

static void values_by_hand(void **state)
{
    const float x[] = {0, 2}, y[] = {1, 3};
    const struct attune_set a = {.rows = x, .n = 2, .d = 1}, b = {.rows = y, .n = 2, .d = 1};
    const struct attune_two_sample t = test(&a, &b, NULL, 19, 1);
    /* distances 1 1 1 2 2 3: the lower median is 1 */
    assert_float_equal(t.bandwidth, 1.0, 1e-6);
    assert_float_equal(t.of[ATTUNE_TWO_SAMPLE_ENERGY].value, 2 * 1.5 - 2 - 2, 1e-5);
    const double across = (3 * exp(-0.5) + exp(-4.5)) / 4;
    assert_float_equal(t.of[ATTUNE_TWO_SAMPLE_MMD2].value, 2 * exp(-2) - 2 * across, 1e-5);
    assert_float_equal(t.of[ATTUNE_TWO_SAMPLE_FAD].value, 1.0, 1e-9);
    assert_true(isnan(t.of[ATTUNE_TWO_SAMPLE_FAD].p_pairs));
    (void)state;
}

static void level_is_kept_and_shifts_are_seen(void **state)
{
    enum { N = 20, D = 3, TRIALS = 200 };
    size_t n_rejected[ATTUNE_N_TWO_SAMPLE] = {0};
    float x[N * D], y[N * D];
    const struct attune_set a = {.rows = x, .n = N, .d = D}, b = {.rows = y, .n = N, .d = D};
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        fill(x, N, D, 0.0, 0.0, 2 * trial);
        fill(y, N, D, 0.0, 0.0, 2 * trial + 1);
        const struct attune_two_sample t = test(&a, &b, NULL, 39, 1);
        for (int i = 0; i < ATTUNE_N_TWO_SAMPLE; i++) {
            n_rejected[i] += t.of[i].p <= 0.1;
        }
    }
    fill(y, N, D, 1.5, 0.0, 5);
    const struct attune_two_sample shifted = test(&a, &b, NULL, 199, 1);
    for (int i = 0; i < ATTUNE_N_TWO_SAMPLE; i++) {
        /* binomial(200, .1): within four standard deviations of 20 */
        assert_in_range(n_rejected[i], 3, 37);
        assert_float_equal(shifted.of[i].p, 1.0 / 200, 1e-12);
    }
    (void)state;
}

static void pairs_see_what_prompts_hide(void **state)
{
    enum { N = 40, D = 4 };
    float x[N * D], y[N * D];
    uint32_t pair[N];
    for (uint32_t i = 0; i < N; i++) {
        pair[i] = i;
    }
    fill(x, N, D, 0.0, 6.0, 1);
    fill(y, N, D, 0.8, 6.0, 2);
    const struct attune_set a = {.rows = x, .n = N, .d = D}, b = {.rows = y, .n = N, .d = D};
    const struct attune_two_sample t = test(&a, &b, pair, 199, 2);
    assert_int_equal(t.n_pairs, N);
    assert_true(t.of[ATTUNE_TWO_SAMPLE_ENERGY].p > 0.2);
    assert_true(t.of[ATTUNE_TWO_SAMPLE_ENERGY].p_pairs <= 0.02);
    for (uint32_t i = 4; i < N; i++) {
        pair[i] = UINT32_MAX;
    }
    assert_true(isnan(test(&a, &b, pair, 19, 1).of[ATTUNE_TWO_SAMPLE_ENERGY].p_pairs));
    (void)state;
}

static void threads_do_not_matter(void **state)
{
    enum { N = 700, D = 5 };
    float *x = attune_alloc(N * D, sizeof *x), *y = attune_alloc(N * D, sizeof *y);
    fill(x, N, D, 0.0, 0.0, 1);
    fill(y, N, D, 0.05, 0.0, 2);
    const struct attune_set a = {.rows = x, .n = N, .d = D}, b = {.rows = y, .n = N - 9, .d = D};
    const struct attune_two_sample one = test(&a, &b, NULL, 99, 1),
                                   four = test(&a, &b, NULL, 99, 4);
    for (int i = 0; i < ATTUNE_N_TWO_SAMPLE; i++) {
        assert_memory_equal(&one.of[i].value, &four.of[i].value, sizeof one.of[i].value);
        assert_memory_equal(&one.of[i].p, &four.of[i].p, sizeof one.of[i].p);
    }
    attune_release(x);
    attune_release(y);
    (void)state;
}

static void equal_sets_and_equal_rows(void **state)
{
    float x[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const struct attune_set a = {.rows = x, .n = 6, .d = 2}, b = a;
    assert_true(test(&a, &b, NULL, 99, 1).of[ATTUNE_TWO_SAMPLE_MMD2].p > 0.5);
    memset(x, 0, sizeof x);
    assert_non_null(test(&a, &b, NULL, 9, 1).why);
    const struct attune_set few = {.rows = x, .n = 1, .d = 2};
    assert_non_null(test(&few, &b, NULL, 9, 1).why);
    (void)state;
}

static void failed_allocations_are_errors(void **state)
{
    float x[40], y[40];
    uint32_t pair[20];
    for (uint32_t i = 0; i < 20; i++) {
        pair[i] = i;
    }
    fill(x, 20, 2, 0.0, 0.0, 1);
    fill(y, 20, 2, 0.0, 0.0, 2);
    const struct attune_set a = {.rows = x, .n = 20, .d = 2}, b = {.rows = y, .n = 20, .d = 2};
    struct attune_two_sample_options options = ATTUNE_TWO_SAMPLE_OPTIONS_INIT;
    options.n_permutations = options.n_fad_permutations = 9;
    struct attune_two_sample out;
    for (uint64_t n = 1;; n++) {
        attune_mem_fail_after(n);
        const enum attune_code code = attune_two_sample_test(&a, &b, pair, &options, &out, NULL);
        const int happened = attune_mem_fault_happened();
        attune_mem_fail_after(0);
        if (!happened) {
            assert_int_equal(code, ATTUNE_OK);
            return;
        }
        assert_int_equal(code, ATTUNE_E_MEMORY);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_by_hand),
        cmocka_unit_test(level_is_kept_and_shifts_are_seen),
        cmocka_unit_test(pairs_see_what_prompts_hide),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(equal_sets_and_equal_rows),
        cmocka_unit_test(failed_allocations_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
