/* Further statistics against published worked examples; each case names its source. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/stats/effect.h"
#include "metrics/stats/nonparametric.h"
#include "metrics/stats/permutation.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

/* Room for the exact tests of up to 15 differences. */
static double scratch[4 << 8];

/* Darwin's maize again (Fisher 1935, section 21): 863 of 32,768 sums reach 314. */
static void test_one_sided(void **state)
{
    double maize[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
    assert_near(attune_permutation_upper(maize, 15, 0.0, 0, 1, scratch), 863.0 / 32768.0, 1e-15);
    /* A margin of one inch (8 eighths): sums of d + 8 against 314 + 120, enumerated elsewhere. */
    assert_near(attune_permutation_upper(maize, 15, 8.0, 0, 1, scratch), 213.0 / 32768.0, 1e-15);
    for (size_t i = 0; i < 15; i++) {
        maize[i] = -maize[i];
    }
    assert_near(attune_permutation_upper(maize, 15, 0.0, 0, 1, scratch), 1.0, 0);
    assert_near(attune_permutation_lower(maize, 15, 0.0, 0, 1, scratch), 863.0 / 32768.0, 1e-15);
    assert_near(attune_permutation_upper(maize, 0, 5.0, 0, 1, scratch), 1.0, 0);
    /* All equal to minus the margin: nothing to test. */
    const double edge[] = {-0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1};
    assert_near(attune_permutation_upper(edge, 7, 0.1, 0, 1, scratch), 1.0, 0);
}

/* Permeability of chorioamnion, Hollander & Wolfe (1973), p. 69: W = 35, one-sided p = .1272 (exact
 * 382 / 3003). */
static void test_mann_whitney(void **state)
{
    const double x[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const double y[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct attune_test test;
    assert_int_equal(attune_mann_whitney(x, 10, y, 5, &test, NULL), ATTUNE_OK);
    assert_near(test.statistic, 35.0, 1e-12);
    assert_near(test.p, 2.0 * 382.0 / 3003.0, 1e-12);
    assert_int_equal(test.sign, 1);
    assert_near(attune_cliff_delta(x, 10, y, 5), (35.0 - 15.0) / 50.0, 1e-15);
    assert_int_equal(attune_mann_whitney(x, 10, y, 0, &test, NULL), ATTUNE_OK);
    assert_near(test.p, 1.0, 0);
    /* 40 against 40 shifted numbers: exact form is left, the approximation must still see one
     * standard deviation. */
    double a[40], b[40];
    for (size_t i = 0; i < 40; i++) {
        a[i] = (double)i;
        b[i] = (double)i + 12.0;
    }
    assert_int_equal(attune_mann_whitney(a, 40, b, 40, &test, NULL), ATTUNE_OK);
    assert_int_equal(test.sign, -1);
    assert_near(test.p, 8.78847679015599e-05, 1e-12);
}

/* Demsar 2006, section 3.2.2, tables 6: four classifiers on 14 data sets; mean
 * ranks 3.143, 2.000, 2.893, 1.964, chi-squared 9.28, F 3.69, critical difference 1.25 (alpha .05).
 */
static void test_friedman(void **state)
{
    enum { MODELS = 4, SETS = 14 };
    const double auc[SETS][MODELS] = {
        {0.763, 0.768, 0.771, 0.798},  {0.599, 0.591, 0.590, 0.569}, {0.954, 0.971, 0.968, 0.967},
        {0.628, 0.661, 0.654, 0.657},  {0.882, 0.888, 0.886, 0.898}, {0.936, 0.931, 0.916, 0.931},
        {0.661, 0.668, 0.609, 0.685},  {0.583, 0.583, 0.563, 0.625}, {0.775, 0.838, 0.866, 0.875},
        {1.000, 1.000, 1.000, 1.000},  {0.940, 0.962, 0.965, 0.962}, {0.619, 0.666, 0.614, 0.669},
        {0.972, 0.981, 0.9751, 0.975}, {0.957, 0.978, 0.946, 0.970}};
    double value[MODELS * SETS], rank[MODELS];
    for (size_t m = 0; m < MODELS; m++) {
        for (size_t s = 0; s < SETS; s++) {
            value[m * SETS + s] = auc[s][m];
        }
    }
    struct attune_friedman test;
    assert_int_equal(attune_friedman(value, MODELS, SETS, 0.05, rank, &test, NULL), ATTUNE_OK);
    const double published[MODELS] = {3.143, 2.000, 2.893, 1.964};
    for (size_t m = 0; m < MODELS; m++) {
        assert_near(rank[m], published[m], 5e-4);
    }
    assert_near(test.critical_difference, 1.25, 5e-3);
    /* The paper leaves ties uncorrected: chi-squared 9.28; one data set ties all four, three more
     * tie two. */
    assert_near(test.chi2 * (1.0 - (60.0 + 3 * 6.0) / (14.0 * 60.0)), 9.28, 5e-3);
    assert_true(test.p < 0.025 && test.p_f < 0.02 && test.f > 3.69);
    assert_int_equal(attune_friedman(value, 1, SETS, 0.05, rank, &test, NULL),
                     ATTUNE_E_INCONCLUSIVE);
}

/* Cohen (1988): matched pairs at .05 two-sided and power .80 need 199, 34 and 15 pairs for d = .2,
 * .5, .8. */
static void test_sample_size(void **state)
{
    assert_near(attune_prompts_needed(0.2, 0.05, 0.8), 199, 0);
    assert_near(attune_prompts_needed(0.5, 0.05, 0.8), 34, 0);
    assert_near(attune_prompts_needed(0.8, 0.05, 0.8), 15, 0);
    assert_true(isinf(attune_prompts_needed(0.0, 0.05, 0.8)));
    assert_near(attune_power(0.5, 34, 0.05), 0.80, 0.015);
    assert_near(attune_power(0.5, 1, 0.05), 0.0, 0);
    /* Non-inferiority at d = .3, alpha .05: (1.645 + .842)^2 / .09 + 1.35 = 70.05 */
    assert_near(attune_prompts_needed_one_sided(0.3, 0.05, 0.8), 71, 0);
}

static void test_effect_sizes(void **state)
{
    const double d[] = {1, 2, 3, 4};
    assert_near(attune_cohen_dz(d, 4), 2.5 / sqrt(5.0 / 3.0), 1e-15);
    assert_true(isnan(attune_cohen_dz(d, 1)));
    const double same[] = {0.1, 0.1, 0.1}, none[] = {0, 0, 0};
    assert_true(isinf(attune_cohen_dz(same, 3)));
    assert_near(attune_cohen_dz(none, 3), 0.0, 0);
    const double mixed[] = {1, -1, 0, 2};
    assert_near(attune_improvement(mixed, 4), 0.625, 0);
}

/* Under symmetric noise the exact one-sided test rejects at most alpha: 2,000 seeded trials of 12
 * differences. */
static void test_one_sided_level(void **state)
{
    struct attune_rng rng;
    attune_rng_init(&rng, 21, 0);
    size_t rejected = 0;
    for (size_t trial = 0; trial < 2000; trial++) {
        double d[12];
        for (size_t i = 0; i < 12; i++) {
            const double z = attune_rng_normal(&rng);
            d[i] = z * z * z; /* symmetric with heavy tails */
        }
        rejected += attune_permutation_upper(d, 12, 0.0, 0, 1, scratch) <= 0.05;
    }
    assert_in_range(rejected, 70, 130); /* 5 % of 2,000 is 100, sd 9.7 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_sided),    cmocka_unit_test(test_mann_whitney),
        cmocka_unit_test(test_friedman),     cmocka_unit_test(test_sample_size),
        cmocka_unit_test(test_effect_sizes), cmocka_unit_test(test_one_sided_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
