/* Kendall's tau-b by hand, and against counting all pairs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats/kendall.h"

enum { MOST = 200 };

static int sign(double a, double b)
{
    return (a > b) - (a < b);
}

/* The definition. */
static struct attune_kendall count_all(const double *x, const double *y, size_t n)
{
    struct attune_kendall k = {0};
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            const int a = sign(x[i], x[j]), b = sign(y[i], y[j]);
            k.concordant += a * b > 0;
            k.discordant += a * b < 0;
            k.untied_x += a != 0;
            k.untied_y += b != 0;
        }
    }
    return k;
}

static double tau(const double *x, const double *y, size_t n)
{
    double scratch[ATTUNE_KENDALL_SCRATCH(8)];
    return attune_kendall_tau_b(x, y, n, scratch);
}

/* Of the six pairs of (1 2 2 3) and (1 2 3 3) four agree, one is tied in x, one in y. */
static void by_hand(void **state)
{
    const double up[] = {1, 2, 3, 4}, swapped[] = {1, 3, 2, 4};
    const double x[] = {1, 2, 2, 3}, y[] = {1, 2, 3, 3}, flat[] = {5, 5, 5, 5};
    assert_float_equal(tau(up, up, 4), 1.0, 0.0);
    assert_float_equal(tau(up, swapped, 4), 4.0 / 6.0, 1e-15);
    assert_float_equal(tau(x, y, 4), 0.8, 1e-15);
    assert_float_equal(tau(x, flat, 4), 0.0, 0.0);
    assert_float_equal(tau(x, y, 1), 0.0, 0.0);
    assert_float_equal(tau(x, y, 0), 0.0, 0.0);
}

/* Few levels give many ties; every fifth value may be infinite. */
static void counts_what_counting_all_pairs_counts(void **state)
{
    const uint64_t seed = 20261122;
    static double x[MOST], y[MOST], scratch[ATTUNE_KENDALL_SCRATCH(MOST)];
    for (uint64_t trial = 0; trial < 2000; trial++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, trial);
        const size_t n = attune_rng_below(&rng, MOST + 1);
        const uint64_t levels = 1 + attune_rng_below(&rng, trial % 2 ? 5 : 1000);
        for (size_t i = 0; i < n; i++) {
            x[i] = (double)attune_rng_below(&rng, levels);
            y[i] = attune_rng_below(&rng, 2) ? x[i] : (double)attune_rng_below(&rng, levels) - 2.0;
            y[i] = trial % 5 == 0 && i % 5 == 0 ? copysign(INFINITY, y[i]) : y[i];
        }
        const struct attune_kendall got = attune_kendall_count(x, y, n, scratch);
        const struct attune_kendall want = count_all(x, y, n);
        if (got.concordant != want.concordant || got.discordant != want.discordant ||
            got.untied_x != want.untied_x || got.untied_y != want.untied_y) {
            fail_msg("seed %llu, trial %llu, n %zu: %g %g %g %g, expected %g %g %g %g",
                     (unsigned long long)seed, (unsigned long long)trial, n, got.concordant,
                     got.discordant, got.untied_x, got.untied_y, want.concordant, want.discordant,
                     want.untied_x, want.untied_y);
        }
    }
}

/* 5e9 pairs, which counting them would take minutes for. */
static void long_rows(void **state)
{
    const size_t n = 100000;
    double *x = attune_alloc(2 + ATTUNE_KENDALL_SCRATCH(1), n * sizeof *x), *y = x + n;
    for (size_t i = 0; i < n; i++) {
        x[i] = (double)i;
        y[i] = -(double)(i / 2);
    }
    const double pairs = 0.5 * (double)n * (double)(n - 1);
    const struct attune_kendall k = attune_kendall_count(x, y, n, y + n);
    assert_float_equal(k.concordant, 0.0, 0.0);
    assert_float_equal(k.discordant, pairs - (double)(n / 2), 0.0);
    assert_float_equal(k.untied_x, pairs, 0.0);
    attune_release(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(counts_what_counting_all_pairs_counts),
        cmocka_unit_test(long_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
