/* Composite scores by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metrics/stats/composite.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance)) {
        fail_msg("%.17g, expected %.17g", got, want);
    }
}

static void two_scores_of_three(void **state)
{
    const double x[] = {1, 2, 3, 10, 30, 20}, weight[] = {.5, .5};
    double z[3];
    size_t n_tied;
    attune_composite(x, weight, 2, 3, z);
    near(z[0], -sqrt(1.5), 1e-12); /* -1.2247 */
    near(z[1], sqrt(.375), 1e-12); /* .6124 */
    near(z[2], sqrt(.375), 1e-12);
    assert_int_equal(attune_first_best(z, 3, &n_tied), 1);
    assert_int_equal(n_tied, 2);
}

static void undefined_and_constant(void **state)
{
    /* The fourth sample lacks a score and leaves the others' as they are; the third score is the
     * same for all. */
    const double x[] = {1, 2, 3, 99, 10, 30, 20, NAN, .1, .1, .1, 7}, weight[] = {.5, .25, 9};
    double z[4];
    size_t n_tied;
    attune_composite(x, weight, 3, 4, z);
    near(z[0], -.75 * sqrt(1.5), 1e-12);
    near(z[1], .25 * sqrt(1.5), 1e-12);
    near(z[2], .5 * sqrt(1.5), 1e-12);
    assert_true(isnan(z[3]));
    assert_int_equal(attune_first_best(z, 4, &n_tied), 2);
    assert_int_equal(n_tied, 1);
    assert_true(attune_first_best(z + 3, 1, &n_tied) == SIZE_MAX);
    assert_int_equal(n_tied, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_scores_of_three),
        cmocka_unit_test(undefined_and_constant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
