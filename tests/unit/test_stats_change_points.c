/* Change points against a published series and a hand-enumerated one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats/change_points.h"

static const struct attune_change_options usual = {.alpha = 0.05, .n_permutations = 999, .seed = 1};

/* Annual flow of the Nile at Aswan, 1871-1970 (Cobb 1978): one step after 1898, the 28th year, as
 * Cobb finds and as R's ecp 3.1 does (e.divisive: new segment at the 29th value). */
static void test_nile(void **state)
{
    static const double flow[100] = {
        1120, 1160, 963, 1210, 1160, 1160, 813,  1230, 1370, 1140, 995,  935,  1110, 994,  1020,
        960,  1180, 799, 958,  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774,  840,
        874,  694,  940, 833,  701,  916,  692,  1020, 1050, 969,  831,  726,  456,  824,  702,
        1120, 1100, 832, 764,  821,  768,  845,  864,  862,  698,  845,  744,  796,  1040, 759,
        781,  865,  845, 944,  984,  897,  822,  1010, 771,  676,  649,  846,  812,  742,  801,
        1040, 860,  874, 848,  890,  744,  749,  838,  1050, 918,  986,  797,  923,  975,  815,
        1020, 906,  901, 1170, 912,  746,  919,  718,  714,  740};
    struct attune_change_point points[100];
    size_t n = 0;
    assert_int_equal(attune_change_points(flow, 100, &usual, points, &n, NULL), ATTUNE_OK);
    assert_int_equal(n, 1);
    assert_int_equal(points[0].at, 28);
    assert_true(points[0].p <= 0.002);
}

/* Eight values with a step in the middle: Q = 7.3333 at 4 (next 4.125 at 3 and 5), and of all
 * 40,320 orders 1,152 have a split as good, p = 1 / 35; enumerated elsewhere. */
static void test_enumerated(void **state)
{
    const double x[] = {1, 1.2, 0.9, 1.1, 3, 3.1, 2.9, 3.2};
    struct attune_change_options many = usual;
    many.n_permutations = 20000;
    struct attune_change_point points[8];
    size_t n = 0;
    assert_int_equal(attune_change_points(x, 8, &many, points, &n, NULL), ATTUNE_OK);
    assert_int_equal(n, 1);
    assert_int_equal(points[0].at, 4);
    assert_true(fabs(points[0].p - 1.0 / 35.0) < 0.004); /* 3.4 standard errors */
    many.alpha = 0.02;
    assert_int_equal(attune_change_points(x, 8, &many, points, &n, NULL), ATTUNE_OK);
    assert_int_equal(n, 0);
}

/* Nothing is found in short or constant series; two steps are found in order. */
static void test_edges(void **state)
{
    double x[45];
    struct attune_change_point points[45];
    size_t n = 9;
    for (size_t i = 0; i < 45; i++) {
        x[i] = 5.0;
    }
    for (size_t length = 0; length <= 45; length += 15) {
        assert_int_equal(attune_change_points(x, length, &usual, points, &n, NULL), ATTUNE_OK);
        assert_int_equal(n, 0);
    }
    struct attune_rng rng;
    attune_rng_init(&rng, 3, 0);
    for (size_t i = 0; i < 45; i++) {
        x[i] = 0.1 * attune_rng_normal(&rng) + (i >= 15) - 3.0 * (i >= 30);
    }
    assert_int_equal(attune_change_points(x, 45, &usual, points, &n, NULL), ATTUNE_OK);
    assert_int_equal(n, 2);
    assert_int_equal(points[0].at, 15);
    assert_int_equal(points[1].at, 30);
    for (uint64_t k = 1; k <= 2; k++) {
        attune_mem_fail_after(k);
        assert_int_equal(attune_change_points(x, 45, &usual, points, &n, NULL), ATTUNE_E_MEMORY);
    }
    attune_mem_fail_after(0);
}

/* Of 400 series without a step about 5 % are split. */
static void test_level(void **state)
{
    struct attune_rng rng;
    attune_rng_init(&rng, 12, 0);
    struct attune_change_options few = usual;
    few.n_permutations = 199;
    size_t split = 0;
    for (size_t trial = 0; trial < 400; trial++) {
        double x[20];
        struct attune_change_point points[20];
        size_t n = 0;
        for (size_t i = 0; i < 20; i++) {
            x[i] = attune_rng_normal(&rng);
        }
        few.seed = trial;
        assert_int_equal(attune_change_points(x, 20, &few, points, &n, NULL), ATTUNE_OK);
        split += n > 0;
    }
    assert_in_range(split, 7, 34); /* 20 expected, sd 4.4 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nile),
        cmocka_unit_test(test_enumerated),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
