/* Errors, memory, random numbers, text and threads of base/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "base/thread.h"

static void errors_carry_place_and_hint(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_fail_at(&err, ATTUNE_E_INPUT, "a.yaml", 7, "unknown key '%s'", "seds"),
                     ATTUNE_E_INPUT);
    attune_err_hint(&err, "did you mean '%s'?", "seeds");
    char text[256];
    assert_string_equal(attune_err_text(&err, text, sizeof text), "a.yaml:7: unknown key 'seds'");
    assert_string_equal(err.hint, "did you mean 'seeds'?");
    assert_int_equal(attune_fail(NULL, ATTUNE_E_STORE, "ignored"), ATTUNE_E_STORE);
    assert_int_equal(attune_exit_code(ATTUNE_E_STORE), 4);
}

static void allocation_checks_overflow_and_faults(void **state)
{
    assert_null(attune_alloc(SIZE_MAX / 2, 4));
    attune_mem_fail_after(2);
    void *first = attune_alloc(1, 8);
    assert_non_null(first);
    assert_null(attune_alloc(1, 8));
    void *third = attune_alloc(1, 8);
    assert_non_null(third);
    attune_release(first);
    attune_release(third);
}

static void warm_arena_does_not_allocate(void **state)
{
    struct attune_arena arena = ATTUNE_ARENA_INIT;
    for (int round = 0; round < 3; round++) {
        const uint64_t before = attune_mem_count();
        for (int i = 0; i < 100; i++) {
            unsigned char *p = attune_arena_alloc(&arena, 30000, 1);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % 64, 0);
            assert_int_equal(p[29999], 0);
            p[29999] = 1;
        }
        if (round > 0) {
            assert_int_equal(attune_mem_count(), before);
        }
        attune_arena_reset(&arena);
    }
    attune_arena_release(&arena);
}

/* xoshiro256++ from the state {1, 2, 3, 4}: the first outputs of the authors' reference program. */
static void generator_matches_its_reference(void **state)
{
    struct attune_rng rng = {{1, 2, 3, 4}};
    assert_true(attune_rng_u64(&rng) == 41943041u);
    assert_true(attune_rng_u64(&rng) == 58720359u);
    assert_true(attune_rng_u64(&rng) == 3588806011781223u);
}

static void draws_have_their_moments(void **state)
{
    struct attune_rng rng;
    attune_rng_init(&rng, 7, 0);
    double sum = 0.0, squares = 0.0;
    size_t histogram[10] = {0};
    enum { N = 200000 };
    for (int i = 0; i < N; i++) {
        const double x = attune_rng_normal(&rng);
        sum += x;
        squares += x * x;
        histogram[attune_rng_below(&rng, 10)]++;
    }
    /* five standard errors */
    assert_true(fabs(sum / N) < 5.0 / sqrt(N));
    assert_true(fabs(squares / N - 1.0) < 5.0 * sqrt(2.0 / N));
    for (int i = 0; i < 10; i++) {
        assert_true(fabs((double)histogram[i] - N / 10.0) < 5.0 * sqrt(N * 0.1 * 0.9));
    }
}

static void doubles_read_back_exactly(void **state)
{
    const double values[] = {0.1, 1.0 / 3.0, 1e-310, 123456789012345680.0, -0.0, 2.91};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct attune_buf buf = ATTUNE_BUF_INIT;
        attune_buf_add_double(&buf, values[i]);
        assert_true(strtod(attune_buf_text(&buf), NULL) == values[i]);
        attune_buf_release(&buf);
    }
}

static void hostile_text_is_escaped(void **state)
{
    struct attune_buf buf = ATTUNE_BUF_INIT;
    attune_buf_add_json(&buf, "a\"b\\\n\x01\xff\xc3\xa9");
    assert_string_equal(attune_buf_text(&buf), "\"a\\\"b\\\\\\n\\u0001\\ufffd\xc3\xa9\"");
    attune_buf_reset(&buf);
    attune_buf_add_csv(&buf, "a,\"b\"");
    assert_string_equal(attune_buf_text(&buf), "\"a,\"\"b\"\"\"");
    attune_buf_release(&buf);
}

static void globs_and_guesses(void **state)
{
    assert_true(attune_glob("harmonic.*", "harmonic.key_clarity"));
    assert_false(attune_glob("harmonic.*", "temporal.tempo_bpm"));
    assert_true(attune_glob("*.k?y_*", "harmonic.key_margin"));
    assert_true(attune_glob_list("a,b*", "bc"));
    assert_false(attune_glob_list("a,b*", "ca"));
    const char *const keys[] = {"seeds", "prompts", "models"};
    assert_string_equal(attune_nearest("seds", keys, 3), "seeds");
    assert_null(attune_nearest("zzzzzz", keys, 3));
}

static void square_item(void *context, size_t item, size_t worker)
{
    ((size_t *)context)[item] = item * item;
}

static void every_item_runs_once(void **state)
{
    for (size_t threads = 1; threads <= 8; threads *= 2) {
        size_t out[1000] = {0};
        attune_parallel_for(1000, threads, square_item, out);
        for (size_t i = 0; i < 1000; i++) {
            assert_int_equal(out[i], i * i);
        }
    }
}

/* XXH3-128 of the empty input, seed 0, as the algorithm's specification gives it. */
static void hash_of_nothing(void **state)
{
    char hex[ATTUNE_HASH_SIZE];
    attune_hash_bytes("", 0, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_carry_place_and_hint),
        cmocka_unit_test(allocation_checks_overflow_and_faults),
        cmocka_unit_test(warm_arena_does_not_allocate),
        cmocka_unit_test(generator_matches_its_reference),
        cmocka_unit_test(draws_have_their_moments),
        cmocka_unit_test(doubles_read_back_exactly),
        cmocka_unit_test(hostile_text_is_escaped),
        cmocka_unit_test(globs_and_guesses),
        cmocka_unit_test(every_item_runs_once),
        cmocka_unit_test(hash_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
