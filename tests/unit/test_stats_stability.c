/* Rank stability: certain order, no order, too little. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/rng.h"
#include "metrics/stats/stability.h"

enum { MODELS = 6, PROMPTS = 40 };

static double value[MODELS * PROMPTS];
static unsigned char defined[MODELS * PROMPTS];

static struct attune_columns noisy_table(double step, uint64_t seed)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    for (int m = 0; m < MODELS; m++) {
        for (int p = 0; p < PROMPTS; p++) {
            value[m * PROMPTS + p] = step * m + attune_rng_normal(&rng);
            defined[m * PROMPTS + p] = 1;
        }
    }
    return (struct attune_columns){value, defined, MODELS, PROMPTS};
}

static void clear_order_survives_every_half(void **state)
{
    const struct attune_columns table = noisy_table(100.0, 3);
    struct attune_stability s;
    assert_int_equal(attune_rank_stability(&table, 1, &s, NULL), ATTUNE_OK);
    assert_null(s.why);
    assert_true(s.mean == 1.0 && s.low == 1.0);
    assert_int_equal(s.n_models, MODELS);
}

/* Equal models: a half shares its own prompts with the whole, so agreement lies between chance and
 * certainty. */
static void no_order_is_unstable(void **state)
{
    double mean = 0.0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const struct attune_columns table = noisy_table(0.0, seed);
        struct attune_stability s;
        assert_int_equal(attune_rank_stability(&table, 1, &s, NULL), ATTUNE_OK);
        assert_true(s.low < s.mean);
        mean += s.mean / 20.0;
    }
    /* correlation of half and whole is sqrt(1/2): tau of normal pairs is 2/pi asin(.707) = .5 */
    assert_true(fabs(mean - 0.5) < 0.12);
}

static void the_same_seed_gives_the_same_bits(void **state)
{
    const struct attune_columns table = noisy_table(0.1, 5);
    struct attune_stability a, b;
    attune_rank_stability(&table, 9, &a, NULL);
    attune_rank_stability(&table, 9, &b, NULL);
    assert_memory_equal(&a, &b, sizeof a);
}

static void too_little_is_undefined(void **state)
{
    struct attune_columns table = noisy_table(1.0, 1);
    struct attune_stability s;
    table.n_columns = 2;
    attune_rank_stability(&table, 1, &s, NULL);
    assert_string_equal(s.why, "fewer than 3 models with values");
    table.n_columns = MODELS;
    table.n_units = 3;
    attune_rank_stability(&table, 1, &s, NULL);
    assert_string_equal(s.why, "fewer than 4 prompts");
}

static void agreement_of_two_tables(void **state)
{
    const double up[3] = {1, 2, 3}, swapped[3] = {2, 1, 3};
    const unsigned char all[3] = {1, 1, 1};
    double scratch[3 * ATTUNE_ORDER_SCRATCH];
    const struct attune_columns a = {up, all, 3, 1}, b = {swapped, all, 3, 1};
    assert_true(attune_order_agreement(&a, &a, scratch) == 1.0);
    assert_true(fabs(attune_order_agreement(&a, &b, scratch) - 1.0 / 3.0) < 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clear_order_survives_every_half),
        cmocka_unit_test(no_order_is_unstable),
        cmocka_unit_test(the_same_seed_gives_the_same_bits),
        cmocka_unit_test(too_little_is_undefined),
        cmocka_unit_test(agreement_of_two_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
