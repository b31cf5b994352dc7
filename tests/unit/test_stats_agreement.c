/* Agreement of raters and with raters: published examples and numbers by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "metrics/stats/human_agreement.h"
#include "metrics/stats/rater_agreement.h"
#include "metrics/stats/ties_score.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance)) {
        fail_msg("%.9f, expected %.9f", got, want);
    }
}

/* Four observers, twelve units, missing values (Krippendorff 2011, section C): nominal .743,
 * interval .849. */
static void alpha_of_the_published_example(void **state)
{
    static const int table[4][12] = {{1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0},
                                     {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3},
                                     {0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0},
                                     {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0}};
    struct attune_rated ratings[48];
    size_t n = 0;
    for (size_t rater = 0; rater < 4; rater++) {
        for (size_t unit = 0; unit < 12; unit++) {
            if (table[rater][unit]) {
                ratings[n++] = (struct attune_rated){(uint32_t)unit, table[rater][unit]};
            }
        }
    }
    struct attune_rated copy[48];
    memcpy(copy, ratings, sizeof copy);
    near(attune_krippendorff(copy, n, ATTUNE_NOMINAL), .743, 5e-4);
    near(attune_krippendorff(ratings, n, ATTUNE_INTERVAL), .849, 5e-4);
    struct attune_rated alone[] = {{0, 1}, {1, 2}};
    assert_true(isnan(attune_krippendorff(alone, 2, ATTUNE_INTERVAL)));
}

/* Two raters who agree but for a constant are perfectly reliable. */
static void halves_of_parallel_raters(void **state)
{
    struct attune_rated ratings[] = {{0, 1}, {1, 2}, {2, 5}, {0, 1}, {1, 2}, {2, 5}};
    double reliability;
    assert_int_equal(attune_split_half(ratings, 6, 10, 1, &reliability, NULL), ATTUNE_OK);
    near(reliability, 1.0, 1e-12);
}

/* Five samples, one pair of them in the wrong order: tau .8, rho .9, of ten pairs nine right. */
static void ratings_by_hand(void **state)
{
    const double rating[] = {1, 2, 3, 4, 5}, value[] = {1, 2, 4, 3, 5};
    struct attune_agreement a;
    assert_int_equal(attune_agree_ratings(value, rating, 5, &a, NULL), ATTUNE_OK);
    near(a.tau.value, .8, 1e-12);
    near(a.rho.value, .9, 1e-12);
    near(a.r.value, .9, 1e-12);
    near(a.accuracy.value, .9, 1e-12);
    near(a.auc, 5.0 / 6.0, 1e-12); /* above the median 3: values 3 and 5 against 1, 2, 4 */
    near(a.r.low, tanh(atanh(.9) - 1.959963984540054 / sqrt(2.0)), 1e-12);
    near(a.p, .0373860735, 1e-8); /* t = .9 sqrt(3/.19) with 3 degrees of freedom */
    /* ratings of two grades: (1,1,1,2,2) against (1,2,4,3,5): of six pairs five right, in n = 10;
     * tau-b = 4/sqrt(60), d = 4/6 */
    const double coarse[] = {1, 1, 1, 2, 2};
    attune_agree_ratings(value, coarse, 5, &a, NULL);
    near(a.accuracy.value, 5.0 / 6.0, 1e-12);
    near(a.tau.value, 4.0 / sqrt(60.0), 1e-12);
    near(a.accuracy.low, .5 + .5 * a.tau.low * sqrt(60.0) / 6.0, 1e-12);
    near(a.accuracy.high, 1.0, 0.0);
    const double flat[] = {1, 1, 1, 1, 1};
    attune_agree_ratings(flat, rating, 5, &a, NULL);
    assert_true(isnan(a.rho.value) && isnan(a.p));
}

static void votes_by_hand(void **state)
{
    const double margin[] = {1, 1, -1, 2, 0, 3};
    const int outcome[] = {1, 1, 1, -1, 1, 0};
    struct attune_agreement a;
    assert_int_equal(attune_agree_votes(margin, outcome, 6, &a, NULL), ATTUNE_OK);
    assert_int_equal(a.n, 5);
    near(a.accuracy.value, 2.5 / 5.0, 1e-12);
    near(a.p, 1.0, 1e-12); /* two right, two wrong */
}

/* A subject that passes everything, one that fails the tied prompt, one whose right answers lie
 * further apart than its gaps. */
static void ties_by_hand(void **state)
{
    const struct attune_ties_subject s[] = {{4, 3, 1}, {2, -1, 1}, {1, 1, 2}};
    near(attune_ties_score(s, 1), 1.0 + .01 * tanh(2.0), 1e-12);
    near(attune_ties_score(s + 1, 1), .30 + .01 * tanh(-2.0), 1e-12);
    near(attune_ties_score(s + 2, 1), .60 + .01 * tanh(-.5), 1e-12);
    near(attune_ties_score(s, 3), (1.9 + .01 * (tanh(2.0) + tanh(-2.0) + tanh(-.5))) / 3.0, 1e-12);
    const struct attune_ties_subject alike = {1, 1, 0};
    near(attune_ties_score(&alike, 1), 1.01, 1e-12);
    const struct attune_ties_result parts = attune_ties_measure(s, 3);
    near(parts.tied_accuracy, 2.0 / 3.0, 1e-12);
    near(parts.reference_accuracy, 1.0, 0.0);
    near(parts.tied_apart, 1.0 / 3.0, 1e-12);
    near(parts.both_apart, 1.0 / 3.0, 1e-12);
    assert_true(isnan(attune_ties_score(NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alpha_of_the_published_example),
        cmocka_unit_test(halves_of_parallel_raters),
        cmocka_unit_test(ratings_by_hand),
        cmocka_unit_test(votes_by_hand),
        cmocka_unit_test(ties_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
