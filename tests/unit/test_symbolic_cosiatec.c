/* COSIATEC on point sets by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/symbolic/cosiatec.h"

static struct attune_cosiatec encode(const struct attune_point *points, size_t n)
{
    struct attune_arena arena = ATTUNE_ARENA_INIT;
    struct attune_cosiatec out;
    assert_true(attune_cosiatec_encode(points, n, &arena, &out));
    attune_arena_release(&arena);
    return out;
}

static void test_worked_example(void **state)
{
    static const struct attune_point points[] = {
        {4, 23},  {8, 24},  {12, 25}, {16, 26}, {22, 27}, {23, 26}, {24, 25},
        {28, 28}, {32, 24}, {36, 27}, {42, 28}, {44, 27}, {46, 26}, {48, 25},
        {50, 26}, {52, 25}, {52, 27}, {54, 24}, {56, 23}, {56, 28},
    };
    const struct attune_cosiatec c = encode(points, 20);
    assert_int_equal(c.length, 15);
    assert_int_equal(c.n_tecs, 4);
}

static void test_grid_of_points(void **state)
{
    struct attune_point points[64];
    for (int i = 0; i < 64; i++) {
        points[i] = (struct attune_point){i / 8, i % 8};
    }
    const struct attune_cosiatec c = encode(points, 64);
    assert_int_equal(c.length, 15); /* eight points and eight translators */
    assert_int_equal(c.n_tecs, 1);
}

static void test_small_sets(void **state)
{
    static const struct attune_point points[] = {{0, 60}, {1, 61}, {3, 70}};
    assert_int_equal(encode(points, 0).length, 0);
    assert_int_equal(encode(points, 1).length, 1);
    assert_int_equal(encode(points, 2).length, 2);
    assert_int_equal(encode(points, 3).length, 3);
    assert_int_equal(encode(points, 3).n_tecs, 1);
}

/* The encoding covers every point, so it is never longer than the points, and translation changes
 * nothing. */
static void test_random_sets(void **state)
{
    const uint64_t seed = 3;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    for (int round = 0; round < 20; round++) {
        struct attune_point points[200], moved[200];
        size_t n = 0;
        int32_t x = 0;
        while (n < 200) {
            x += 1 + (int32_t)attune_rng_below(&rng, 3);
            points[n] = (struct attune_point){x, (int32_t)attune_rng_below(&rng, 12)};
            moved[n] = (struct attune_point){x + 17, points[n].y + 5};
            n++;
        }
        const struct attune_cosiatec c = encode(points, n), d = encode(moved, n);
        assert_true(c.length <= n && c.length > 0);
        assert_int_equal(c.length, d.length);
        assert_int_equal(c.n_tecs, d.n_tecs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked_example),
        cmocka_unit_test(test_grid_of_points),
        cmocka_unit_test(test_small_sets),
        cmocka_unit_test(test_random_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
