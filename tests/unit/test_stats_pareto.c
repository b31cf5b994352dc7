/* Fronts and hypervolumes by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metrics/stats/pareto.h"

static void front_of_six(void **state)
{
    const struct attune_point p[] = {{1, 5}, {3, 4}, {4, 1}, {2, 3}, {3, 4}, {NAN, 9}, {3, 1}};
    const bool expected[] = {true, true, true, false, true, false, false};
    bool front[7];
    attune_pareto_front(p, 7, front);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(front[i], expected[i]);
    }
}

static void area_by_hand(void **state)
{
    /* Strips from below: 4 x 1 up to y = 1, 3 x 3 up to y = 4, 1 x 1 up to y = 5. */
    const struct attune_point p[] = {{1, 5}, {3, 4}, {4, 1}, {2, 3}, {NAN, 9}};
    double area;
    assert_int_equal(attune_hypervolume(p, 5, (struct attune_point){0, 0}, &area, NULL), ATTUNE_OK);
    assert_true(area == 14.0);
    /* From (1, 1) only (3, 4) and (2, 3) count: 2 x 3. */
    assert_int_equal(attune_hypervolume(p, 5, (struct attune_point){1, 1}, &area, NULL), ATTUNE_OK);
    assert_true(area == 6.0);
    assert_int_equal(attune_hypervolume(p, 5, (struct attune_point){9, 9}, &area, NULL), ATTUNE_OK);
    assert_true(area == 0.0);
    assert_int_equal(attune_hypervolume(p, 0, (struct attune_point){0, 0}, &area, NULL), ATTUNE_OK);
    assert_true(area == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(front_of_six),
        cmocka_unit_test(area_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
