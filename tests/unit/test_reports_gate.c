/* The gate: margins, verdicts, and how often it raises a false alarm between equal models. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/stats/order.h"
#include "reports/gate_simulate.h"

enum { METRICS = 6, PROMPTS = 12 };

/* Contrasts made by hand: d (METRICS, n) differences, positive where the candidate is better. */
static void make_contrasts(struct attune_contrasts *out, const double *d, size_t n, double sd)
{
    static const char *const names[METRICS] = {"harmonic.a", "harmonic.b", "temporal.c",
                                               "temporal.d", "quality.e",  "reward.f"};
    *out = (struct attune_contrasts){
        .n = METRICS, .n_compared = METRICS, .n_prompts = n, .alpha = 0.05};
    out->items = attune_arena_alloc(&out->arena, METRICS, sizeof *out->items);
    out->prompts = attune_arena_alloc(&out->arena, n, sizeof *out->prompts);
    for (size_t p = 0; p < n; p++) {
        out->prompts[p] = "a <prompt>";
    }
    for (size_t k = 0; k < METRICS; k++) {
        struct attune_contrast *c = &out->items[k];
        *c = (struct attune_contrast){.metric = names[k],
                                      .title = names[k],
                                      .unit = "1",
                                      .direction = "up",
                                      .n = n,
                                      .mean_b = 10.0,
                                      .sd_b = sd,
                                      .n_samples = n};
        c->better = attune_arena_alloc(&out->arena, n, sizeof *c->better);
        c->prompt = attune_arena_alloc(&out->arena, n, sizeof *c->prompt);
        bool zero = true;
        for (size_t p = 0; p < n; p++) {
            c->better[p] = d[k * n + p];
            c->prompt[p] = p;
            zero = zero && c->better[p] == 0.0;
            c->n_moved += c->better[p] != 0.0;
        }
        c->difference = attune_mean(c->better, n);
        c->ci_low = c->ci_high = NAN;
        c->verdict = zero ? ATTUNE_VERDICT_IDENTICAL : ATTUNE_VERDICT_OPEN;
    }
}

static void decide(struct attune_gate *gate, const double *d, size_t n, const char *margin)
{
    struct attune_contrasts contrasts;
    struct attune_margins margins = {0};
    make_contrasts(&contrasts, d, n, 1.0);
    assert_int_equal(attune_margins_parse(&margins, margin, NULL), ATTUNE_OK);
    assert_int_equal(attune_gate_decide(gate, &contrasts, &margins, 1, NULL), ATTUNE_OK);
}

static void test_margins(void **state)
{
    struct attune_margins margins = {0};
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(
        attune_margins_parse(&margins, "0.2sd,temporal.*=5%,quality.e=0.01,reward.f=exact", &err),
        ATTUNE_OK);
    assert_int_equal(margins.n, 4);
    assert_int_equal(margins.items[0].kind, ATTUNE_MARGIN_SD);
    assert_true(fabs(margins.items[1].amount - 0.05) < 1e-15);
    assert_string_equal(margins.items[1].glob, "temporal.*");
    assert_int_equal(margins.items[2].kind, ATTUNE_MARGIN_UNITS);
    assert_int_equal(margins.items[3].kind, ATTUNE_MARGIN_EXACT);
    static const char *const wrong[] = {"much", "-1", "0", "3sds", "a=", "nan", "inf", "x=1%%"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct attune_margins none = {0};
        assert_int_equal(attune_margins_parse(&none, wrong[i], &err), ATTUNE_E_USAGE);
    }
}

static void test_verdicts(void **state)
{
    double d[METRICS * PROMPTS];
    for (size_t p = 0; p < PROMPTS; p++) {
        const double noise = 0.05 * ((double)(p % 4) - 1.5);
        d[0 * PROMPTS + p] = 0.0;          /* the same on every prompt */
        d[1 * PROMPTS + p] = noise;        /* no change */
        d[2 * PROMPTS + p] = -0.1 + noise; /* worse for certain, within the margin */
        d[3 * PROMPTS + p] = -0.8 + noise; /* worse by more than the margin */
        d[4 * PROMPTS + p] = 40.0 * noise; /* too noisy to say */
        d[5 * PROMPTS + p] = p == 7 ? 1e-9 : 0.0;
    }
    struct attune_gate gate;
    decide(&gate, d, PROMPTS, "0.3sd,reward.f=exact");
    static const enum attune_gate_verdict expected[METRICS] = {
        ATTUNE_GATE_PASS,    ATTUNE_GATE_PASS,         ATTUNE_GATE_PASS,
        ATTUNE_GATE_REGRESS, ATTUNE_GATE_INCONCLUSIVE, ATTUNE_GATE_REGRESS};
    for (size_t k = 0; k < METRICS; k++) {
        assert_int_equal(gate.rows[k].verdict, expected[k]);
    }
    assert_int_equal(gate.verdict, ATTUNE_GATE_REGRESS);
    assert_int_equal(gate.rows[3].n_worst, 3);
    assert_true(gate.rows[3].worst[0].change <= gate.rows[3].worst[1].change);
    assert_true(gate.rows[3].worst[1].change <= gate.rows[3].worst[2].change);
    assert_true(gate.rows[3].worst[0].change == gate.contrasts.items[3].better[0]);
    assert_true(gate.rows[4].n_needed > PROMPTS);

    struct attune_buf xml = ATTUNE_BUF_INIT;
    gate.rows[3].worst[0].path = "/home/me/runs/a b&c.wav";
    const struct attune_gate_names names = {
        .candidate = "a&b", .baseline = "<b>", .folder = "/home/me", .url = "https://ci/x/"};
    attune_gate_junit(&gate, &names, &xml);
    assert_non_null(
        strstr(attune_buf_text(&xml), "tests=\"6\" failures=\"2\" errors=\"0\" skipped=\"1\""));
    assert_non_null(strstr(attune_buf_text(&xml), "a&amp;b against &lt;b&gt;"));
    assert_null(strstr(attune_buf_text(&xml), "a <prompt>"));
    assert_non_null(strstr(attune_buf_text(&xml), "[[ATTACHMENT|runs/a b&amp;c.wav]]"));
    attune_buf_reset(&xml);
    attune_gate_markdown(&gate, &names, &xml);
    assert_non_null(strstr(attune_buf_text(&xml), "[now](https://ci/x/runs/a%20b%26c.wav)"));
    attune_buf_release(&xml);
    attune_gate_release(&gate);

    decide(&gate, d, PROMPTS, "0.3sd");
    assert_int_equal(gate.rows[5].verdict, ATTUNE_GATE_PASS);
    attune_gate_release(&gate);
}

/* A loss that is certain and just beyond what the margin allows is a regression; the same loss
 * under a wider margin, not yet shown to be within it, is not. */
static void test_loss_within_margin(void **state)
{
    double d[METRICS * PROMPTS] = {0};
    for (size_t p = 0; p < PROMPTS; p++) {
        d[p] = -0.25 + 0.15 * ((double)(p % 4) - 1.5);
    }
    struct attune_gate gate;
    decide(&gate, d, PROMPTS, "0.2");
    assert_true(gate.rows[0].p_worse <= 0.05);
    assert_int_equal(gate.rows[0].verdict, ATTUNE_GATE_REGRESS);
    attune_gate_release(&gate);
    decide(&gate, d, PROMPTS, "0.3");
    assert_true(gate.rows[0].p_worse <= 0.05);
    assert_int_equal(gate.rows[0].verdict, ATTUNE_GATE_INCONCLUSIVE);
    attune_gate_release(&gate);
}

/* Two equal models, 4,000 weeks: the test is exact, so a false alarm in at most 5 % of them, skewed
 * and yes-or-no metrics included; and a loss of one standard deviation is seen. */
static void test_level(void **state)
{
    struct attune_margins margins = {0};
    struct attune_gate_world world = {
        .n_metrics = METRICS, .margins = &margins, .alpha = 0.05, .seed = 8, .n_threads = 2};
    struct attune_gate_trial equal = {.n_prompts = PROMPTS, .n_repetitions = 4000}, again = equal;
    assert_int_equal(attune_gate_simulate(&world, &equal, NULL), ATTUNE_OK);
    assert_in_range(equal.count[ATTUNE_GATE_REGRESS], 100, 200);
    world.n_threads = 1;
    assert_int_equal(attune_gate_simulate(&world, &again, NULL), ATTUNE_OK);
    assert_memory_equal(equal.count, again.count, sizeof equal.count);
    struct attune_gate_trial worse = {.n_prompts = 48, .n_repetitions = 200, .loss = 1.0};
    assert_int_equal(attune_gate_simulate(&world, &worse, NULL), ATTUNE_OK);
    assert_in_range(worse.count[ATTUNE_GATE_REGRESS], 180, 200);
}

/* Weeks resampled from a pilot in which one model is far better: the signs are drawn anew, so the
 * weeks hold equal models all the same. */
static void test_pilot(void **state)
{
    double d[METRICS * PROMPTS];
    struct attune_rng rng;
    attune_rng_init(&rng, 4, 0);
    for (size_t i = 0; i < METRICS * PROMPTS; i++) {
        d[i] = 1.5 + attune_rng_normal(&rng);
    }
    struct attune_contrasts pilot;
    make_contrasts(&pilot, d, PROMPTS, 1.0);
    struct attune_margins margins = {0};
    struct attune_gate_world world = {
        .pilot = &pilot, .margins = &margins, .alpha = 0.05, .seed = 8, .n_threads = 1};
    struct attune_gate_trial trial = {.n_prompts = 16, .n_repetitions = 1000};
    assert_int_equal(attune_gate_simulate(&world, &trial, NULL), ATTUNE_OK);
    assert_in_range(trial.count[ATTUNE_GATE_REGRESS], 1, 64);
    attune_contrasts_release(&pilot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_margins),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_loss_within_margin),
        cmocka_unit_test(test_level),
        cmocka_unit_test(test_pilot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
