/* Equivalence, interquartile means and cliques; each case names its source. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "metrics/stats/aggregate.h"
#include "metrics/stats/cliques.h"
#include "metrics/stats/distribution.h"
#include "metrics/stats/equivalence.h"
#include "metrics/stats/permutation.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

/* Student's sleep data (1908), paired. The vignette of R's TOSTER tests it against +-0.5 hours:
 * above -0.5 for certain (t = 5.348), below +0.5 not at all (t = 2.777 the wrong way, p = .989). By
 * signs 1 and 1,022 of 1,024 patterns are as extreme, with +-3 hours 1 and 5, enumerated elsewhere.
 */
static void test_equivalence(void **state)
{
    const double d[] = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};
    double *scratch = attune_alloc(attune_permutation_scratch(10), sizeof *scratch);
    struct attune_equivalence test = attune_equivalence_paired(d, 10, 3.0, 0, 1, scratch);
    assert_near(test.p_not_lower, 1.0 / 1024.0, 1e-15);
    assert_near(test.p_not_higher, 5.0 / 1024.0, 1e-15);
    assert_true(test.p == test.p_not_higher);
    /* t = (3 - 1.58) / 0.389 = 3.651 with 9 degrees of freedom: p = .0027 */
    assert_near(test.p, attune_t_upper(3.6508, 9.0), 0.003);
    test = attune_equivalence_paired(d, 10, 0.5, 0, 1, scratch);
    assert_near(test.p_not_lower, 1.0 / 1024.0, 1e-15);
    assert_true(test.p > 0.98);
    assert_near(1.0 - attune_t_upper(2.777, 9.0), 0.989, 5e-4);
    assert_true(attune_equivalence_paired(d, 0, 0.5, 0, 1, scratch).p == 1.0);
    attune_release(scratch);
}

/* Worked example of the encyclopedias: of 12 numbers the middle six, mean 6.5. SciPy's
 * documentation of trim_mean: [1, 2, 3, 5] cut by a quarter has mean 2.5. */
static void test_interquartile_mean(void **state)
{
    double x[] = {5, 8, 4, 38, 8, 6, 9, 7, 7, 3, 1, 6}, y[] = {1, 2, 3, 5}, z[] = {7, 1};
    double scratch[12];
    assert_near(attune_interquartile_mean(x, scratch, 12), 6.5, 1e-15);
    assert_near(attune_interquartile_mean(y, scratch, 4), 2.5, 1e-15);
    assert_near(attune_interquartile_mean(z, scratch, 2), 4.0, 1e-15);
}

/* Two prompts of two seeds, {1, 5} and {2, 10}: the 16 equally likely resamples have interquartile
 * means 1.5 (3), 2 (2), 3.5 (5), 5 (2), 5.5 (1), 7.5 (3). At level .6 the 20 % and 80 % quantiles
 * of that distribution are 2.0 and 5.5. */
static void test_stratified(void **state)
{
    const double value[] = {1, 5, 2, 10};
    const size_t two[] = {2, 2}, one[] = {1, 1, 1, 1};
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    struct attune_interval interval, again;
    double mean = 0.0;
    how.level = 0.6;
    assert_int_equal(attune_bootstrap_stratified_iqm(&how, value, two, 2, &mean, &interval, NULL),
                     ATTUNE_OK);
    assert_near(mean, 3.5, 1e-15);
    assert_null(interval.why);
    assert_near(interval.low, 2.0, 1e-12);
    assert_near(interval.high, 5.5, 1e-12);
    how.n_threads = 4;
    assert_int_equal(attune_bootstrap_stratified_iqm(&how, value, two, 2, &mean, &again, NULL),
                     ATTUNE_OK);
    assert_true(again.low == interval.low && again.high == interval.high);
    assert_int_equal(attune_bootstrap_stratified_iqm(&how, value, one, 4, &mean, &interval, NULL),
                     ATTUNE_OK);
    assert_non_null(interval.why);
    assert_int_equal(attune_bootstrap_stratified_iqm(&how, value, two, 0, &mean, &interval, NULL),
                     ATTUNE_OK);
    assert_true(isnan(mean));
}

/* Five models in the order 4 2 0 1 3: 4 and 2 are alike, 2, 0 and 1 are, 3 stands alone. */
static void test_cliques(void **state)
{
    const size_t order[] = {4, 2, 0, 1, 3};
    double p[25];
    for (size_t i = 0; i < 25; i++) {
        p[i] = 0.01;
    }
    const size_t alike[][2] = {{4, 2}, {2, 0}, {0, 1}, {2, 1}};
    for (size_t i = 0; i < 4; i++) {
        p[alike[i][0] * 5 + alike[i][1]] = p[alike[i][1] * 5 + alike[i][0]] = 0.3;
    }
    struct attune_clique cliques[5];
    assert_int_equal(attune_cliques(order, p, 5, 0.05, cliques), 2);
    assert_int_equal(cliques[0].first, 0);
    assert_int_equal(cliques[0].last, 1);
    assert_int_equal(cliques[1].first, 1);
    assert_int_equal(cliques[1].last, 3);
    assert_int_equal(attune_cliques(order, p, 5, 0.005, cliques), 1);
    assert_int_equal(cliques[0].last, 4);
    assert_int_equal(attune_cliques(order, p, 5, 0.5, cliques), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equivalence),
        cmocka_unit_test(test_interquartile_mean),
        cmocka_unit_test(test_stratified),
        cmocka_unit_test(test_cliques),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
