/* Accuracy and calibration of score margins, on numbers worked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "metrics/stats/calibration.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance)) {
        fail_msg("%.9f, expected %.9f", got, want);
    }
}

/* 906 of 1340 and 429 of 799, as published with their intervals. */
static void wilson_intervals(void **state)
{
    double low, high;
    attune_wilson(906, 1340, 1.959963984540054, &low, &high);
    near(low, .6506, 5e-5);
    near(high, .7006, 5e-5);
    attune_wilson(429, 799, 1.959963984540054, &low, &high);
    near(low, .502, 5e-4);
    near(high, .571, 5e-4);
    attune_wilson(0, 10, 1.959963984540054, &low, &high);
    near(low, 0.0, 0.0);
    near(high, .277533, 1e-6); /* z^2 / (n + z^2) */
}

/* Margins 1 (right), -2 (right), 0.5 (wrong), 0 (undecided score), and one listeners' tie. */
static void five_pairs_by_hand(void **state)
{
    const struct attune_margin input[] = {{1.0, 1}, {-2.0, -1}, {0.5, -1}, {0.0, 1}, {0.1, 0}};
    struct attune_margin pairs[5];
    struct attune_calibration c;
    memcpy(pairs, input, sizeof input);
    assert_int_equal(attune_calibrate(pairs, 5, ATTUNE_TIE_DROPPED, &c, NULL), ATTUNE_OK);
    assert_int_equal(c.n, 4);
    assert_int_equal(c.n_ties, 1);
    near(c.accuracy, 2.5 / 4.0, 1e-15);
    /* positives 1 and 0, negatives -2 and .5: pairs won 1>-2, 1>.5, 0>-2 */
    near(c.auc, 0.75, 1e-15);
    const double s1 = 1 / (1 + exp(-1.0)), s2 = 1 / (1 + exp(-2.0)), s3 = 1 / (1 + exp(0.5));
    near(c.nll, -(log(s1) + log(s2) + log(s3) + log(.5)) / 4.0, 1e-12);
    near(c.brier, ((1 - s1) * (1 - s1) + (1 - s2) * (1 - s2) + (1 - s3) * (1 - s3) + .25) / 4.0,
         1e-12);
    /* fewer than ten: one bin; confidences s1, s2, 1 - s3 and a half against 2.5 right */
    near(c.ece, fabs(s1 + s2 + (1 - s3) + .5 - 2.5) / 4.0, 1e-12);

    memcpy(pairs, input, sizeof input);
    attune_calibrate(pairs, 5, ATTUNE_TIE_HALF, &c, NULL);
    near(c.accuracy, 3.0 / 5.0, 1e-15);
    /* the tie's margin .1 is the second smallest of five, and there is one tie: no point */
    memcpy(pairs, input, sizeof input);
    attune_calibrate(pairs, 5, ATTUNE_TIE_PARTIAL, &c, NULL);
    near(c.accuracy, 2.5 / 5.0, 1e-15);
}

static void nothing_gives_no_numbers(void **state)
{
    struct attune_calibration c;
    struct attune_margin tie[] = {{1.0, 0}};
    attune_calibrate(NULL, 0, ATTUNE_TIE_HALF, &c, NULL);
    assert_true(isnan(c.accuracy) && isnan(c.auc) && isnan(c.nll));
    attune_calibrate(tie, 1, ATTUNE_TIE_DROPPED, &c, NULL);
    assert_true(isnan(c.accuracy) && c.n == 0 && c.n_ties == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_intervals),
        cmocka_unit_test(five_pairs_by_hand),
        cmocka_unit_test(nothing_gives_no_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
