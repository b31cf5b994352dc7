/* The diffusion model: bound, gradient, sampling; DiffRhythm+ and stochastic control. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "models/align/align_diffusion.h"
#include "models/pieces/corpus.h"
#include "models/pieces/training_prompts.h"
#include "tests/support/scratch.h"

static struct attune_diffusion *base;

static int set_up(void **state)
{
    return !scratch_make(state) && setenv("ATTUNE_CACHE", scratch_folder(), 1) == 0 &&
                   attune_diffusion_base(&base, NULL, NULL) == ATTUNE_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    attune_diffusion_free(base);
    return scratch_remove(state);
}

static void the_gradient_matches_finite_differences(void **state)
{
    struct attune_diffusion *model = attune_diffusion_copy(base);
    size_t n = attune_diffusion_n_params(), active = 0, checked = 0;
    double *gradient = attune_alloc(n, sizeof *gradient);
    float *w = attune_diffusion_params(model);
    struct attune_piece piece;
    attune_corpus_piece(&piece, 60, 3);
    double bound = attune_diffusion_bound(model, &piece, 4, 7, 1.0, gradient);
    assert_true(bound == attune_diffusion_bound(model, &piece, 4, 7, 0.0, NULL));
    for (size_t i = 0; i < n; i++) {
        active += gradient[i] != 0.0;
        if (gradient[i] == 0.0 || active % 7 != 0) {
            continue;
        }
        float before = w[i], up = before + 1e-3f, down = before - 1e-3f;
        w[i] = up;
        double high = attune_diffusion_bound(model, &piece, 4, 7, 0.0, NULL);
        w[i] = down;
        double low = attune_diffusion_bound(model, &piece, 4, 7, 0.0, NULL);
        w[i] = before;
        double numeric = (high - low) / ((double)up - (double)down);
        if (fabs(numeric - gradient[i]) > 1e-4 * (1.0 + fabs(numeric))) {
            fail_msg("parameter %zu: %.9g, finite difference %.9g", i, gradient[i], numeric);
        }
        checked++;
    }
    assert_true(checked > 100);
    attune_release(gradient);
    attune_diffusion_free(model);
}

static void training_lowers_the_bound(void **state)
{
    struct attune_diffusion *zero = attune_diffusion_new();
    double before = 0.0, after = 0.0;
    for (uint64_t i = 0; i < 20; i++) {
        struct attune_piece piece;
        attune_corpus_piece(&piece, 1, 100000 + i); /* held out */
        before += attune_diffusion_bound(zero, &piece, 8, 1, 0.0, NULL);
        after += attune_diffusion_bound(base, &piece, 8, 1, 0.0, NULL);
    }
    assert_true(after < 0.35 * before);
    attune_diffusion_free(zero);
}

static void samples_are_whole_and_repeat(void **state)
{
    struct attune_piece corpus, a, b;
    uint8_t tokens[ATTUNE_MAX_CELLS];
    for (uint64_t i = 0; i < 10; i++) {
        struct attune_rng rng;
        attune_corpus_piece(&corpus, 9, i);
        attune_rng_init(&rng, 4, i);
        double ref = 0.0;
        double logprob = attune_diffusion_sample(base, base, &corpus.setting, 16, &a, &ref, &rng);
        attune_rng_init(&rng, 4, i);
        assert_true(logprob ==
                    attune_diffusion_sample(base, NULL, &corpus.setting, 16, &b, NULL, &rng));
        assert_true(logprob < 0.0 && isfinite(logprob) && ref == logprob);
        assert_memory_equal(&a, &b, sizeof a);
        attune_piece_to_tokens(&a, tokens);
        assert_true(attune_piece_from_tokens(&b, &a.setting, tokens)); /* nothing hidden is left */
    }
}

static double mean_reward(const struct attune_diffusion *model, struct attune_scorer *scorer,
                          const struct attune_prompt *prompts, size_t n)
{
    double sum = 0.0, scored = 0.0;
    for (size_t i = 0; i < n; i++) {
        struct attune_setting setting;
        struct attune_piece piece;
        struct attune_value value;
        struct attune_rng rng;
        attune_setting_init(&setting, &prompts[i]);
        attune_rng_init(&rng, 77, i);
        attune_diffusion_sample(model, NULL, &setting, 16, &piece, NULL, &rng);
        assert_int_equal(attune_scorer_score(scorer, &piece, &prompts[i], &value, NULL), ATTUNE_OK);
        if (value.state == ATTUNE_DEFINED) {
            sum += value.v;
            scored += 1.0;
        }
    }
    return sum / scored;
}

static void preference_optimisation_raises_the_reward_and_repeats(void **state)
{
    enum { N = 128 };
    struct attune_prompt *prompts = attune_training_prompts_new(8, N, NULL);
    struct attune_scorer_pool *pools[2];
    assert_int_equal(attune_scorer_pool_new(&pools[0], "reward.proxy", NULL), ATTUNE_OK);
    assert_int_equal(attune_scorer_pool_new(&pools[1], "reward.rules", NULL), ATTUNE_OK);
    struct attune_scorer *scorer = attune_scorer_borrow(pools[0], NULL);
    double before = mean_reward(base, scorer, prompts, N);
    for (int mix = 0; mix < ATTUNE_N_MIXES; mix++) {
        struct attune_diffrhythm o = attune_diffrhythm_default;
        o.mix = (enum attune_preference_mix)mix;
        o.n_pairs = 256;
        o.n_epochs = 1;
        o.n_masks = 2;
        struct attune_diffusion *one = attune_diffusion_copy(base),
                                *two = attune_diffusion_copy(base);
        struct attune_err err = ATTUNE_ERR_INIT;
        struct attune_training cost = {0};
        o.n_threads = 1;
        if (attune_align_diffrhythm(one, base, pools, 2, prompts, N, &o, &cost, &err) !=
            ATTUNE_OK) {
            fail_msg("%s: %s", attune_mix_names[mix], err.message);
        }
        o.n_threads = 3;
        assert_int_equal(attune_align_diffrhythm(two, base, pools, 2, prompts, N, &o, &cost, &err),
                         ATTUNE_OK);
        assert_memory_equal(attune_diffusion_params(one), attune_diffusion_params(two),
                            attune_diffusion_n_params() * sizeof(float));
        double after = mean_reward(one, scorer, prompts, N);
        print_message("%s: proxy %.3f, was %.3f\n", attune_mix_names[mix], after, before);
        assert_true(after > before);
        attune_diffusion_free(one);
        attune_diffusion_free(two);
    }
    attune_scorer_return(pools[0], scorer);
    attune_scorer_pool_free(pools[0]);
    attune_scorer_pool_free(pools[1]);
    attune_training_prompts_free(prompts, N);
}

static void stochastic_control_raises_the_reward_and_counts(void **state)
{
    enum { N = 12, STEPS = 8, DRAWS = 8 };
    struct attune_prompt *prompts = attune_training_prompts_new(8, N, NULL);
    struct attune_scorer_pool *pool;
    assert_int_equal(attune_scorer_pool_new(&pool, "reward.proxy", NULL), ATTUNE_OK);
    struct attune_scorer *scorer = attune_scorer_borrow(pool, NULL);
    double before = mean_reward(base, scorer, prompts, N), after = 0.0;
    for (size_t i = 0; i < N; i++) {
        struct attune_piece piece;
        struct attune_value value;
        struct attune_rng rng;
        uint64_t n_tokens, n_rewards;
        attune_rng_init(&rng, 77, i);
        assert_int_equal(attune_scg_sample(base, scorer, &prompts[i], STEPS, DRAWS, &rng, &piece,
                                           &n_tokens, &n_rewards, NULL), ATTUNE_OK);
        assert_int_equal(n_rewards, STEPS * DRAWS);
        assert_int_equal(attune_scorer_score(scorer, &piece, &prompts[i], &value, NULL), ATTUNE_OK);
        after += value.v / N;
    }
    print_message("scg: proxy %.3f, was %.3f\n", after, before);
    assert_true(after > before);
    attune_scorer_return(pool, scorer);
    attune_scorer_pool_free(pool);
    attune_training_prompts_free(prompts, N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gradient_matches_finite_differences),
        cmocka_unit_test(training_lowers_the_bound),
        cmocka_unit_test(samples_are_whole_and_repeat),
        cmocka_unit_test(preference_optimisation_raises_the_reward_and_repeats),
        cmocka_unit_test(stochastic_control_raises_the_reward_and_counts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
