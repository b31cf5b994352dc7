/* The gate: margins, verdicts, and how often it raises a false alarm between equal models. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/stats/order.h"
#include "reports/gate.h"

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
                                      .sd_b = sd};
        c->better = attune_arena_alloc(&out->arena, n, sizeof *c->better);
        c->prompt = attune_arena_alloc(&out->arena, n, sizeof *c->prompt);
        bool zero = true;
        for (size_t p = 0; p < n; p++) {
            c->better[p] = d[k * n + p];
            c->prompt[p] = p;
            zero = zero && c->better[p] == 0.0;
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
    assert_true(gate.contrasts.items[3].better[gate.rows[3].worst[0]] <=
                gate.contrasts.items[3].better[gate.rows[3].worst[2]]);
    assert_true(gate.rows[4].n_needed > PROMPTS);

    struct attune_buf xml = ATTUNE_BUF_INIT;
    attune_gate_junit(&gate, "a&b", "<b>", &xml);
    assert_non_null(
        strstr(attune_buf_text(&xml), "tests=\"6\" failures=\"2\" errors=\"0\" skipped=\"1\""));
    assert_non_null(strstr(attune_buf_text(&xml), "a&amp;b against &lt;b&gt;"));
    assert_null(strstr(attune_buf_text(&xml), "a <prompt>"));
    attune_buf_release(&xml);
    attune_gate_release(&gate);

    decide(&gate, d, PROMPTS, "0.3sd");
    assert_int_equal(gate.rows[5].verdict, ATTUNE_GATE_PASS);
    attune_gate_release(&gate);
}

/* Two equal models, 1,000 times: a false alarm in at most 5 % of them, heavy tails and unequal
 * metrics included; and the gate does see a loss of one standard deviation. Exact tests, so the
 * level holds by construction: 5 % of 1,000 is 50 +- 7. */
static void test_level(void **state)
{
    struct attune_rng rng;
    attune_rng_init(&rng, 8, 0);
    size_t alarms = 0, seen = 0;
    for (size_t trial = 0; trial < 1000; trial++) {
        double d[METRICS * PROMPTS], lost[METRICS * PROMPTS];
        for (size_t i = 0; i < METRICS * PROMPTS; i++) {
            const double z = attune_rng_normal(&rng) - attune_rng_normal(&rng);
            d[i] = i < 2 * PROMPTS ? z * z * z : i < 4 * PROMPTS ? (z > 0.8) - (z < -0.8) : z;
            lost[i] = d[i] - (i >= 5 * PROMPTS ? 2.0 : 0.0);
        }
        struct attune_gate gate;
        decide(&gate, d, PROMPTS, "0.3sd");
        alarms += gate.verdict == ATTUNE_GATE_REGRESS;
        attune_gate_release(&gate);
        if (trial < 100) {
            decide(&gate, lost, PROMPTS, "0.3sd");
            seen += gate.verdict == ATTUNE_GATE_REGRESS;
            attune_gate_release(&gate);
        }
    }
    assert_in_range(alarms, 1, 64);
    assert_in_range(seen, 80, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_margins),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
