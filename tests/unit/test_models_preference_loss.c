/* The worked numbers of preference optimisation, group advantages, KL estimators and scaling fits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "models/align/overoptimisation.h"
#include "models/align/preference_loss.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) < (tolerance))

static void worked_pairs(void **state)
{
    struct attune_pair_logprobs p = {.w = -10, .l = -12, .ref_w = -11, .ref_l = -11.5};
    assert_near(attune_pair_loss(ATTUNE_DPO, p, .1, 0).loss, .6209570, 5e-8);
    assert_near(attune_pair_loss(ATTUNE_IPO, p, .1, 0).loss, 12.25, 1e-12);
    /* Without loss of probability of the winner, DPOP is DPO. */
    assert_near(attune_pair_loss(ATTUNE_DPOP, p, .1, 10).loss, .6209570, 5e-8);
    p = (struct attune_pair_logprobs){.w = -11.5, .l = -14, .ref_w = -11, .ref_l = -11.5};
    assert_near(attune_pair_loss(ATTUNE_DPOP, p, .1, 10).loss, .8544, 5e-5);
}

static void worked_kto(void **state)
{
    assert_near(attune_kto_loss(.8, true, .2, .1).loss, .4850045, 5e-8);
    assert_near(attune_kto_loss(-.3, false, .2, .1).loss, .4875026, 5e-8);
}

static void worked_advantages_and_k3(void **state)
{
    static const double r[4] = {1, 2, 3, 6}, expected[4] = {-.9258, -.4629, 0, 1.3887};
    double a[4];
    attune_group_advantages(r, 4, 0.0, a);
    for (int i = 0; i < 4; i++) {
        assert_near(a[i], expected[i], 5e-5);
    }
    attune_group_advantages(r, 4, 1e-4, a);
    assert_near(a[3], 3.0 / (sqrt(14.0 / 3.0) + 1e-4), 1e-12);
    static const double same[3] = {2, 2, 2};
    attune_group_advantages(same, 3, 1e-4, a);
    assert_true(a[0] == 0.0 && a[2] == 0.0);
    assert_near(attune_kl_k3(-1, -1.2), .0187308, 5e-8);
    assert_near(attune_kl_k3(-2, -1.5), .1487213, 5e-8);
}

static void worked_diffusion_pair(void **state)
{
    struct attune_diffusion_loss l = attune_diffusion_pair_loss(.50, .60, .52, .58, 20);
    assert_near(l.inside, .4, 1e-12);
    assert_near(l.loss, 1.0130, 5e-5);
}

static void derivatives_match_finite_differences(void **state)
{
    const double h = 1e-5;
    for (int objective = ATTUNE_DPO; objective <= ATTUNE_DPOP; objective++) {
        for (double w = -14; w < -8; w += .7) {
            enum attune_pair_objective o = (enum attune_pair_objective)objective;
            struct attune_pair_logprobs p = {.w = w, .l = -11, .ref_w = -11.25, .ref_l = -11.5};
            struct attune_pair_loss loss = attune_pair_loss(o, p, .3, 5);
            struct attune_pair_logprobs up = p, down = p;
            up.w += h;
            down.w -= h;
            double d =
                (attune_pair_loss(o, up, .3, 5).loss - attune_pair_loss(o, down, .3, 5).loss) /
                (2 * h);
            assert_near(loss.d_w, d, 1e-6);
            up = down = p;
            up.l += h;
            down.l -= h;
            d = (attune_pair_loss(o, up, .3, 5).loss - attune_pair_loss(o, down, .3, 5).loss) /
                (2 * h);
            assert_near(loss.d_l, d, 1e-6);
        }
    }
    for (double r = -3; r < 3; r += .4) {
        for (int desired = 0; desired < 2; desired++) {
            double d = (attune_kto_loss(r + h, desired, .2, .5).loss -
                        attune_kto_loss(r - h, desired, .2, .5).loss) / (2 * h);
            assert_near(attune_kto_loss(r, desired, .2, .5).d_logprob, d, 1e-6);
        }
    }
    struct attune_diffusion_loss l = attune_diffusion_pair_loss(.5, .6, .52, .58, 20);
    assert_near(l.d_w, (attune_diffusion_pair_loss(.5 + h, .6, .52, .58, 20).loss -
                        attune_diffusion_pair_loss(.5 - h, .6, .52, .58, 20).loss) / (2 * h), 1e-6);
    assert_near(l.d_l, (attune_diffusion_pair_loss(.5, .6 + h, .52, .58, 20).loss -
                        attune_diffusion_pair_loss(.5, .6 - h, .52, .58, 20).loss) / (2 * h), 1e-6);
}

static void extreme_differences_stay_finite(void **state)
{
    for (double w = -1e6; w <= 1e6; w += 1e6) {
        struct attune_pair_logprobs p = {.w = w, .l = 0, .ref_w = 0, .ref_l = 0};
        struct attune_pair_loss loss = attune_pair_loss(ATTUNE_DPO, p, 1, 0);
        assert_true(isfinite(loss.loss) && isfinite(loss.d_w) && isfinite(loss.d_l));
        assert_true(isfinite(attune_kto_loss(w, true, 0, 1).loss));
    }
}

static void scaling_fits_find_their_curves(void **state)
{
    double d[8], r[8];
    for (int form = 0; form < 2; form++) {
        struct attune_overopt_fit fit, truth = {.a = 1, .b = .1};
        for (int i = 0; i < 8; i++) {
            d[i] = .5 + i;
            r[i] = attune_overopt_value((enum attune_overopt_form)form, &truth, d[i]);
        }
        assert_int_equal(attune_overopt_fit((enum attune_overopt_form)form, d, r, 8, &fit, NULL),
                         ATTUNE_OK);
        assert_near(fit.a, 1, 1e-9);
        assert_near(fit.b, .1, 1e-9);
        assert_near(fit.r2, 1, 1e-9);
        assert_true(fit.turns);
        if (form == ATTUNE_OVEROPT_BEST_OF_N) {
            assert_near(fit.turning_d, 5, 1e-8);
            assert_near(fit.turning_reward, 2.5, 1e-8);
        } else {
            assert_near(fit.turning_d, exp(9), 1e-4);
        }
    }
    struct attune_overopt_fit fit;
    assert_int_equal(attune_overopt_fit(ATTUNE_OVEROPT_RL, d, r, 2, &fit, NULL),
                     ATTUNE_E_INCONCLUSIVE);
    d[1] = d[2] = d[0];
    assert_int_equal(attune_overopt_fit(ATTUNE_OVEROPT_RL, d, r, 3, &fit, NULL),
                     ATTUNE_E_INCONCLUSIVE);
    d[0] = 0;
    assert_int_equal(attune_overopt_fit(ATTUNE_OVEROPT_RL, d, r, 8, &fit, NULL), ATTUNE_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_pairs),
        cmocka_unit_test(worked_kto),
        cmocka_unit_test(worked_advantages_and_k3),
        cmocka_unit_test(worked_diffusion_pair),
        cmocka_unit_test(derivatives_match_finite_differences),
        cmocka_unit_test(extreme_differences_stay_finite),
        cmocka_unit_test(scaling_fits_find_their_curves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
