/* Reward heads: the gradient against finite differences, losses by hand, what training must find.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/reward/head.h"

enum { D = 5, N = 40, PAIRS = 60 };

static void fill(float *x, struct attune_reward_pair *pairs, uint64_t seed)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < N * D; i++) {
        x[i] = (float)attune_rng_normal(&rng);
    }
    for (size_t i = 0; i < PAIRS; i++) {
        const uint32_t a = (uint32_t)attune_rng_below(&rng, N);
        pairs[i] = (struct attune_reward_pair){
            a, (a + 1 + (uint32_t)attune_rng_below(&rng, N - 1)) % N,
            0.5f * (float)attune_rng_below(&rng, 3)};
    }
}

/* Every parameter of a linear head and of a perceptron, with every term of the loss switched on. */
static void gradient_matches_finite_differences(void **state)
{
    static const size_t sizes[2][4] = {{D, 1}, {D, 7, 4, 1}};
    const size_t n_layers[2] = {1, 3};
    const uint64_t seed = 3;
    float x[N * D];
    struct attune_reward_pair pairs[PAIRS];
    fill(x, pairs, seed);
    struct attune_head_training how = {.l2 = 0.05, .margin = 0.3, .smoothing = 0.1,
                                       .centring = 0.2};
    for (int k = 0; k < 2; k++) {
        struct attune_head head;
        float gradient[128];
        double loss, up, down;
        assert_int_equal(attune_head_init(&head, sizes[k], n_layers[k], seed, NULL), ATTUNE_OK);
        assert_int_equal(attune_head_loss(&head, x, pairs, PAIRS, &how, &loss, gradient, NULL),
                         ATTUNE_OK);
        for (size_t i = 0; i < head.n_parameters; i++) {
            const float kept = head.parameters[i], h = 0.01f;
            head.parameters[i] = kept + h;
            const double above = head.parameters[i];
            attune_head_loss(&head, x, pairs, PAIRS, &how, &up, NULL, NULL);
            head.parameters[i] = kept - h;
            const double below = head.parameters[i];
            attune_head_loss(&head, x, pairs, PAIRS, &how, &down, NULL, NULL);
            head.parameters[i] = kept;
            /* single precision and a second-order error: absolute 2e-4 of gradients up to 1 */
            const double slope = (up - down) / (above - below);
            if (!(fabs(slope - gradient[i]) < 2e-4)) {
                fail_msg("seed %d, parameter %zu: %.6f, finite difference %.6f", (int)seed, i,
                         gradient[i], slope);
            }
        }
        attune_head_release(&head);
    }
}

/* r = 2 x on x = 1 and x = .5: d = 1. */
static void loss_by_hand(void **state)
{
    const float x[2] = {1.0f, 0.5f};
    const size_t size[2] = {1, 1};
    struct attune_head head;
    assert_int_equal(attune_head_init(&head, size, 1, 1, NULL), ATTUNE_OK);
    head.parameters[0] = 2.0f;
    head.parameters[1] = 0.0f;
    const struct attune_reward_pair a = {0, 1, 1.0f}, b = {0, 1, 0.0f}, tie = {0, 1, 0.5f};
    struct attune_head_training how = {0};
    double loss;
    attune_head_loss(&head, x, &a, 1, &how, &loss, NULL, NULL);
    assert_true(fabs(loss - log1p(exp(-1.0))) < 1e-12);
    attune_head_loss(&head, x, &b, 1, &how, &loss, NULL, NULL);
    assert_true(fabs(loss - log1p(exp(1.0))) < 1e-12);
    attune_head_loss(&head, x, &tie, 1, &how, &loss, NULL, NULL);
    assert_true(fabs(loss - 0.5 * (log1p(exp(-1.0)) + log1p(exp(1.0)))) < 1e-12);
    how = (struct attune_head_training){.margin = 0.4, .smoothing = 0.1, .centring = 0.5, .l2 = 3};
    attune_head_loss(&head, x, &a, 1, &how, &loss, NULL, NULL);
    assert_true(fabs(loss - (0.9 * log1p(exp(-0.6)) + 0.1 * log1p(exp(1.4)) + 0.5 * 9 + 6)) <
                1e-12);
    attune_head_release(&head);
}

/* Pairs labelled by x0 > x1's product of signs: a perceptron learns it, a linear head cannot. */
static double held_out_accuracy(const size_t *size, size_t n_layers, uint64_t seed)
{
    enum { ROWS = 2000, TRAIN = 3000, TEST = 1000 };
    static float x[ROWS * 2];
    static struct attune_reward_pair pairs[TRAIN + TEST];
    static double reward[ROWS];
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < ROWS * 2; i++) {
        x[i] = (float)attune_rng_normal(&rng);
    }
    for (size_t i = 0; i < TRAIN + TEST; i++) {
        const uint32_t a = (uint32_t)attune_rng_below(&rng, ROWS);
        const uint32_t b = (uint32_t)attune_rng_below(&rng, ROWS);
        pairs[i] = (struct attune_reward_pair){
            a, b, x[2 * a] * x[2 * a + 1] > x[2 * b] * x[2 * b + 1] ? 1.0f : 0.0f};
    }
    struct attune_head head;
    struct attune_head_log log;
    struct attune_head_training how = attune_head_training_default;
    how.rate = 0.01;
    how.max_epochs = 30;
    assert_int_equal(attune_head_init(&head, size, n_layers, seed, NULL), ATTUNE_OK);
    assert_int_equal(attune_head_train(&head, x, pairs, TRAIN - 500, pairs + TRAIN - 500, 500,
                                       &how, &log, NULL),
                     ATTUNE_OK);
    attune_head_scores(&head, x, ROWS, reward, NULL);
    double right = 0.0;
    for (size_t i = TRAIN; i < TRAIN + TEST; i++) {
        right += (reward[pairs[i].a] > reward[pairs[i].b]) == (pairs[i].target > 0.5f);
    }
    attune_head_release(&head);
    return right / TEST;
}

static void a_perceptron_learns_what_a_line_cannot(void **state)
{
    const size_t line[] = {2, 1}, perceptron[] = {2, 16, 8, 1};
    const double straight = held_out_accuracy(line, 1, 5),
                 bent = held_out_accuracy(perceptron, 3, 5);
    if (!(straight < 0.6 && bent > 0.93)) {
        fail_msg("seed 5: linear %.3f, perceptron %.3f", straight, bent);
    }
}

/* Noise-free linear labels: the direction of the weights is found; the same seed gives the same
 * bits. */
static void a_linear_head_finds_the_direction(void **state)
{
    enum { ROWS = 500, N_PAIRS = 4000 };
    static float x[ROWS * 3];
    static struct attune_reward_pair pairs[N_PAIRS];
    const double w[3] = {1.0, -2.0, 0.5};
    double score[ROWS];
    struct attune_rng rng;
    attune_rng_init(&rng, 9, 0);
    for (size_t i = 0; i < ROWS; i++) {
        score[i] = 0.0;
        for (size_t k = 0; k < 3; k++) {
            x[3 * i + k] = (float)attune_rng_normal(&rng);
            score[i] += w[k] * x[3 * i + k];
        }
    }
    for (size_t i = 0; i < N_PAIRS; i++) {
        const uint32_t a = (uint32_t)attune_rng_below(&rng, ROWS);
        const uint32_t b = (uint32_t)attune_rng_below(&rng, ROWS);
        const double p = 1.0 / (1.0 + exp(score[b] - score[a]));
        pairs[i] = (struct attune_reward_pair){a, b, attune_rng_uniform(&rng) < p ? 1.0f : 0.0f};
    }
    const size_t size[] = {3, 1};
    struct attune_head one, two;
    struct attune_head_log log;
    struct attune_head_training how = attune_head_training_default;
    how.rate = 0.02;
    how.l2 = how.centring = 0.0;
    attune_head_init(&one, size, 1, 1, NULL);
    attune_head_init(&two, size, 1, 1, NULL);
    attune_head_train(&one, x, pairs, N_PAIRS, NULL, 0, &how, &log, NULL);
    attune_head_train(&two, x, pairs, N_PAIRS, NULL, 0, &how, &log, NULL);
    assert_memory_equal(one.parameters, two.parameters, 4 * sizeof(float));
    for (size_t k = 0; k < 3; k++) {
        /* four standard errors of about .06 */
        if (!(fabs(one.parameters[k] - w[k]) < 0.25)) {
            fail_msg("seed 9: weight %zu is %.3f, expected %.3f", k, one.parameters[k], w[k]);
        }
    }
    attune_head_release(&one);
    attune_head_release(&two);
}

static void trouble_leaks_nothing(void **state)
{
    float x[N * D];
    struct attune_reward_pair pairs[PAIRS];
    fill(x, pairs, 2);
    const size_t size[] = {D, 3, 1};
    struct attune_head_training how = attune_head_training_default;
    how.max_epochs = 2;
    for (uint64_t n = 1; n < 20; n++) {
        struct attune_head head;
        struct attune_head_log log;
        attune_mem_fail_after(n);
        if (attune_head_init(&head, size, 2, 1, NULL) == ATTUNE_OK) {
            attune_head_train(&head, x, pairs, PAIRS, pairs, 5, &how, &log, NULL);
        }
        attune_mem_fail_after(0);
        attune_head_release(&head);
    }
    struct attune_head head;
    struct attune_head_log log;
    struct attune_err err = ATTUNE_ERR_INIT;
    attune_head_init(&head, size, 2, 1, NULL);
    assert_int_equal(attune_head_train(&head, x, pairs, 0, NULL, 0, &how, &log, &err),
                     ATTUNE_E_INPUT);
    x[0] = NAN;
    pairs[0].a = 0;
    assert_int_equal(attune_head_train(&head, x, pairs, PAIRS, NULL, 0, &how, &log, &err),
                     ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "diverged"));
    attune_head_release(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_matches_finite_differences),
        cmocka_unit_test(loss_by_hand),
        cmocka_unit_test(a_perceptron_learns_what_a_line_cannot),
        cmocka_unit_test(a_linear_head_finds_the_direction),
        cmocka_unit_test(trouble_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
