/* Ratings from comparisons: worked numbers, invariances, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/rng.h"
#include "metrics/stats/bradley_terry.h"

static void add(struct attune_votes *v, uint32_t a, uint32_t b, double wins_a, double wins_b,
                double ties)
{
    const double weight[3] = {wins_b, ties, wins_a};
    for (int outcome = -1; outcome <= 1; outcome++) {
        if (weight[outcome + 1] > 0.0) {
            assert_int_equal(attune_votes_add(v, a, b, outcome, weight[outcome + 1], NULL),
                             ATTUNE_OK);
        }
    }
}

/* A-B 7:3, A-C 8:2, B-C 6:4: computed independently with a generalised linear model. */
static void three_models_by_hand(void **state)
{
    struct attune_votes votes = {0};
    add(&votes, 0, 1, 7, 3, 0);
    add(&votes, 0, 2, 8, 2, 0);
    add(&votes, 1, 2, 6, 4, 0);
    struct attune_bt_fit fit;
    const struct attune_bt_options options = {.ties = ATTUNE_TIES_HALF};
    assert_int_equal(attune_bt_fit(&votes, &options, 1, &fit, NULL), ATTUNE_OK);
    static const double theta[3] = {.7405699, -.1491023, -.5914677};
    static const double elo[3] = {1128.650, 974.098, 897.252};
    static const double sandwich[3] = {.345495, .318540, .332049};
    static const double model[3] = {.346430, .316515, .333732};
    for (int i = 0; i < 3; i++) {
        assert_true(fabs(fit.theta[i] - theta[i]) < 1e-6);
        assert_true(fabs(attune_elo(fit.theta[i]) - elo[i]) < 1e-3);
        assert_true(fabs(fit.se_model[i] - model[i]) < 2e-6);
        assert_true(fabs(fit.se_sandwich[i] - sandwich[i]) < 2e-6);
    }
    assert_true(fabs(fit.log_likelihood - -17.848669) < 1e-6);
    attune_bt_fit_release(&fit);
    attune_votes_release(&votes);
}

/* Two models: theta_a - theta_b is the logit of the share of wins; a tie is half a win. */
static void two_models_have_a_closed_form(void **state)
{
    struct attune_votes votes = {0};
    add(&votes, 0, 1, 5, 1, 4);
    struct attune_bt_fit fit;
    struct attune_bt_options options = {.ties = ATTUNE_TIES_HALF};
    assert_int_equal(attune_bt_fit(&votes, &options, 0, &fit, NULL), ATTUNE_OK);
    assert_true(fabs(fit.theta[0] - fit.theta[1] - log(7.0 / 3.0)) < 1e-9);
    attune_bt_fit_release(&fit);

    options.ties = ATTUNE_TIES_DROP;
    assert_int_equal(attune_bt_fit(&votes, &options, 0, &fit, NULL), ATTUNE_OK);
    assert_true(fabs(fit.theta[0] - fit.theta[1] - log(5.0)) < 1e-9);
    attune_bt_fit_release(&fit);

    /* Davidson: wins stay in proportion e^d, ties over the geometric mean of wins is nu. */
    options.ties = ATTUNE_TIES_DAVIDSON;
    assert_int_equal(attune_bt_fit(&votes, &options, 0, &fit, NULL), ATTUNE_OK);
    assert_true(fabs(fit.theta[0] - fit.theta[1] - log(5.0)) < 1e-9);
    assert_true(fabs(exp(fit.tie) - 4.0 / sqrt(5.0)) < 1e-8);
    attune_bt_fit_release(&fit);

    /* Rao-Kupper: sigma(d - h) = .5 and sigma(-d - h) = .1. */
    options.ties = ATTUNE_TIES_RAO_KUPPER;
    assert_int_equal(attune_bt_fit(&votes, &options, 0, &fit, NULL), ATTUNE_OK);
    const double d_minus_h = 0.0, minus_d_minus_h = log(.1 / .9);
    assert_true(fabs(fit.theta[0] - fit.theta[1] - (d_minus_h - minus_d_minus_h) / 2.0) < 1e-6);
    assert_true(fabs(fit.tie - -(d_minus_h + minus_d_minus_h) / 2.0) < 1e-6);
    attune_bt_fit_release(&fit);
    attune_votes_release(&votes);
}

/* The order of votes and the side on which a model stands change nothing. */
static void aggregation_changes_nothing(void **state)
{
    const uint64_t seed = 11;
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    struct attune_votes one = {0}, two = {0};
    for (int i = 0; i < 500; i++) {
        const uint32_t a = (uint32_t)attune_rng_below(&rng, 6);
        const uint32_t b = (a + 1 + (uint32_t)attune_rng_below(&rng, 5)) % 6;
        const int outcome = (int)attune_rng_below(&rng, 3) - 1;
        attune_votes_add(&one, a, b, outcome, 1.0, NULL);
        attune_votes_add(&two, b, a, -outcome, 1.0, NULL);
    }
    assert_int_equal(attune_votes_aggregate(&two, NULL), ATTUNE_OK);
    assert_true(two.n_rows <= 45);
    for (int ties = ATTUNE_TIES_HALF; ties <= ATTUNE_TIES_RAO_KUPPER; ties++) {
        const struct attune_bt_options options = {.ties = ties, .ridge = 0.1};
        struct attune_bt_fit f, g;
        assert_int_equal(attune_bt_fit(&one, &options, 1, &f, NULL), ATTUNE_OK);
        assert_int_equal(attune_bt_fit(&two, &options, 1, &g, NULL), ATTUNE_OK);
        for (int i = 0; i < 6; i++) {
            assert_true(fabs(f.theta[i] - g.theta[i]) < 1e-8);
            assert_true(fabs(f.se_model[i] - g.se_model[i]) < 1e-8);
        }
        attune_bt_fit_release(&f);
        attune_bt_fit_release(&g);
    }
    attune_votes_release(&one);
    attune_votes_release(&two);
}

static void refusals_name_the_cause(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_bt_fit fit;
    const struct attune_bt_options plain = {.ties = ATTUNE_TIES_HALF};
    const struct attune_bt_options ridge = {.ties = ATTUNE_TIES_HALF, .ridge = 0.5};
    struct attune_votes separated = {0};
    add(&separated, 0, 1, 3, 0, 0);
    add(&separated, 1, 2, 1, 1, 0);
    assert_int_equal(attune_bt_fit(&separated, &plain, 0, &fit, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "no finite ratings"));
    assert_int_equal(attune_bt_fit(&separated, &ridge, 0, &fit, &err), ATTUNE_OK);
    assert_true(fit.theta[0] > fit.theta[1]);
    attune_bt_fit_release(&fit);
    attune_votes_release(&separated);

    struct attune_votes islands = {0};
    add(&islands, 0, 1, 1, 1, 0);
    add(&islands, 2, 3, 1, 1, 0);
    uint32_t label[4];
    assert_int_equal(attune_votes_components(&islands, label), 2);
    assert_int_equal(label[0], label[1]);
    assert_int_not_equal(label[0], label[3]);
    assert_int_equal(attune_bt_fit(&islands, &plain, 0, &fit, &err), ATTUNE_E_INPUT);
    attune_votes_release(&islands);
}

/* The bootstrap's spread agrees with the sandwich standard error, for any number of threads. */
static void bootstrap_agrees_with_the_sandwich(void **state)
{
    struct attune_votes votes = {0};
    add(&votes, 0, 1, 70, 30, 10);
    add(&votes, 0, 2, 80, 20, 10);
    add(&votes, 1, 2, 60, 40, 10);
    const struct attune_bt_options options = {.ties = ATTUNE_TIES_HALF};
    struct attune_bt_fit fit;
    assert_int_equal(attune_bt_fit(&votes, &options, 1, &fit, NULL), ATTUNE_OK);
    enum { N = 2000 };
    static double one[N * 3], two[N * 3];
    assert_int_equal(attune_bt_bootstrap(&votes, &options, &fit, N, 5, 1, one, NULL), ATTUNE_OK);
    assert_int_equal(attune_bt_bootstrap(&votes, &options, &fit, N, 5, 4, two, NULL), ATTUNE_OK);
    assert_memory_equal(one, two, sizeof one);
    for (int i = 0; i < 3; i++) {
        double mean = 0.0, squares = 0.0;
        for (int r = 0; r < N; r++) {
            mean += one[r * 3 + i] / N;
        }
        for (int r = 0; r < N; r++) {
            squares += (one[r * 3 + i] - mean) * (one[r * 3 + i] - mean) / (N - 1);
        }
        /* five standard errors */
        assert_true(fabs(sqrt(squares) / fit.se_sandwich[i] - 1.0) < 0.1);
    }
    attune_bt_fit_release(&fit);
    attune_votes_release(&votes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_models_by_hand),
        cmocka_unit_test(two_models_have_a_closed_form),
        cmocka_unit_test(aggregation_changes_nothing),
        cmocka_unit_test(refusals_name_the_cause),
        cmocka_unit_test(bootstrap_agrees_with_the_sandwich),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
