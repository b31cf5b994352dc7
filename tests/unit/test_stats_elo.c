/* Elo ratings by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/stats/elo.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance)) {
        fail_msg("%.17g, expected %.17g", got, want);
    }
}

static void expectancy(void **state)
{
    near(attune_elo_expectancy(1246, 822), .91988, 5e-6);
    near(attune_elo_expectancy(822, 1246), 1.0 - .91988, 5e-6);
    near(attune_elo_expectancy(1000, 1000), .5, 0.0);
}

static void three_votes_by_hand(void **state)
{
    double x = ATTUNE_ELO_START, y = ATTUNE_ELO_START, z = ATTUNE_ELO_START;
    attune_elo_update(&x, &y, ATTUNE_A_WINS, 32); /* E = 1/2 */
    near(x, 1016, 0.0);
    near(y, 984, 0.0);
    attune_elo_update(&y, &z, ATTUNE_TIE, 32); /* E = 1 / (1 + 10^.04) = .476990 */
    near(y, 984.736306793522, 1e-9);
    near(z, 999.263693206478, 1e-9);
    attune_elo_update(&z, &x, ATTUNE_B_WINS, 32); /* E = 1 / (1 + 10^.041840767) = .475933 */
    near(z, 984.033833021121, 1e-9);
    near(x, 1031.229860185357, 1e-9);
}

static void sum_stays(void **state)
{
    enum { N = 7 };
    double rating[N];
    struct attune_rng rng;
    attune_rng_init(&rng, 5, 0);
    for (size_t i = 0; i < N; i++) {
        rating[i] = ATTUNE_ELO_START;
    }
    for (int vote = 0; vote < 5000; vote++) {
        const size_t a = (size_t)attune_rng_below(&rng, N);
        const size_t b = (a + 1 + (size_t)attune_rng_below(&rng, N - 1)) % N;
        const int outcome = (int)attune_rng_below(&rng, 3) - 1;
        const double before = rating[a];
        attune_elo_update(&rating[a], &rating[b], (enum attune_outcome)outcome, ATTUNE_ELO_K);
        assert_true(outcome != ATTUNE_A_WINS || rating[a] > before);
        assert_true(outcome != ATTUNE_B_WINS || rating[a] < before);
    }
    double sum = 0.0;
    for (size_t i = 0; i < N; i++) {
        sum += rating[i];
    }
    near(sum, N * ATTUNE_ELO_START, 1e-8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expectancy),
        cmocka_unit_test(three_votes_by_hand),
        cmocka_unit_test(sum_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
