/* The autoregressive policy: exact log-probabilities and gradients, training, checkpoints,
 * best-of-n. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "models/policy/adam.h"
#include "models/align/best_of_n.h"
#include "models/policy/checkpoint.h"
#include "models/pieces/corpus.h"
#include "models/policy/features.h"
#include "models/policy/policy_train.h"

static struct attune_policy *random_policy(uint64_t seed)
{
    struct attune_policy *policy = attune_policy_new();
    assert_non_null(policy);
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < attune_policy_n_params(); i++) {
        attune_policy_params(policy)[i] = (float)(0.3 * attune_rng_normal(&rng));
    }
    return policy;
}

static void zero_weights_are_uniform(void **state)
{
    struct attune_policy *policy = attune_policy_new();
    struct attune_piece piece;
    double expected = 0.0;
    attune_corpus_piece(&piece, 1, 4);
    for (int v = 0; v < ATTUNE_N_VOICES; v++) {
        expected -= piece.setting.n_bars *
                    attune_voice_units(&piece.setting, (enum attune_voice)v) *
                    log(attune_voice_tokens((enum attune_voice)v));
    }
    assert_true(fabs(attune_policy_logprob(policy, &piece) - expected) < 1e-9 * -expected);
    attune_policy_free(policy);
}

static void sampling_reports_its_own_logprob(void **state)
{
    struct attune_policy *policy = random_policy(5);
    for (uint64_t i = 0; i < 20; i++) {
        struct attune_piece corpus, piece, blocks;
        struct attune_rng rng;
        attune_corpus_piece(&corpus, 2, i);
        attune_rng_init(&rng, 11, i);
        double logprob = attune_policy_sample(policy, &corpus.setting, &piece, &rng);
        assert_true(fabs(logprob - attune_policy_logprob(policy, &piece)) < 1e-9);
        /* Writing in blocks of bars is the same draw. */
        attune_rng_init(&rng, 11, i);
        blocks = (struct attune_piece){.setting = corpus.setting};
        double sum = attune_policy_extend(policy, &blocks, 0, 3, &rng);
        sum += attune_policy_extend(policy, &blocks, 3, corpus.setting.n_bars, &rng);
        assert_memory_equal(&blocks, &piece, sizeof piece);
        assert_true(fabs(sum - logprob) < 1e-9);
    }
    attune_policy_free(policy);
}

static void gradients_match_finite_differences(void **state)
{
    struct attune_policy *policy = random_policy(9);
    size_t n = attune_policy_n_params();
    double *gradient = attune_alloc(n, sizeof *gradient);
    float *w = attune_policy_params(policy);
    size_t checked = 0;
    for (uint64_t k = 0; k < 4; k++) {
        struct attune_piece piece;
        attune_corpus_piece(&piece, 3, k);
        memset(gradient, 0, n * sizeof *gradient);
        double logprob = attune_policy_accumulate(policy, &piece, 1.0, gradient);
        assert_true(fabs(logprob - attune_policy_logprob(policy, &piece)) < 1e-9);
        size_t active = 0;
        for (size_t i = 0; i < n; i++) {
            /* Every 11th weight that the piece touches, and some that it doesn't. */
            active += gradient[i] != 0.0;
            if (gradient[i] != 0.0 ? active % 11 != k : i % 997 != 0) {
                continue;
            }
            float before = w[i], up = before + 1e-3f, down = before - 1e-3f;
            w[i] = up;
            double high = attune_policy_logprob(policy, &piece);
            w[i] = down;
            double low = attune_policy_logprob(policy, &piece);
            w[i] = before;
            double numeric = (high - low) / ((double)up - (double)down);
            double tolerance = 1e-5 * (1.0 + fabs(numeric));
            if (fabs(numeric - gradient[i]) > tolerance) {
                fail_msg("piece %llu parameter %zu: %.9g, finite difference %.9g",
                         (unsigned long long)k, i, gradient[i], numeric);
            }
            checked += numeric != 0.0;
        }
    }
    assert_true(checked > 200);
    attune_release(gradient);
    attune_policy_free(policy);
}

static void the_weight_scales_the_gradient(void **state)
{
    struct attune_policy *policy = random_policy(1);
    size_t n = attune_policy_n_params();
    double *one = attune_alloc(n, sizeof *one), *minus = attune_alloc(n, sizeof *minus);
    struct attune_piece piece;
    attune_corpus_piece(&piece, 3, 1);
    attune_policy_accumulate(policy, &piece, 1.0, one);
    attune_policy_accumulate(policy, &piece, -2.5, minus);
    for (size_t i = 0; i < n; i++) {
        assert_true(fabs(minus[i] + 2.5 * one[i]) < 1e-9);
    }
    attune_release(one);
    attune_release(minus);
    attune_policy_free(policy);
}

static void features_stay_inside_the_vector(void **state)
{
    struct attune_feature_maps maps;
    attune_feature_maps_init(&maps);
    for (uint64_t k = 0; k < 60; k++) {
        struct attune_piece piece;
        struct attune_cell cell = {0};
        attune_corpus_piece(&piece, 8, k);
        do {
            struct attune_feature f[ATTUNE_MAX_FEATURES];
            int n = attune_features_of(&maps, &piece, cell, f);
            assert_in_range(n, 1, ATTUNE_MAX_FEATURES);
            for (int i = 0; i < n; i++) {
                assert_in_range(f[i].row, 0, attune_features_n_params() - 1);
                assert_true(f[i].only < attune_voice_tokens(cell.voice));
            }
        } while (attune_cell_next(&piece.setting, &cell));
    }
}

static void training_learns_and_repeats(void **state)
{
    enum { N = 160 };
    struct attune_policy_training t = {.seed = 4, .n_pieces = N, .n_epochs = 2, .batch = 8,
                                       .rate = 0.1};
    struct attune_piece *pieces = attune_alloc(N, sizeof *pieces);
    for (size_t i = 0; i < N; i++) {
        attune_corpus_piece(&pieces[i], t.seed, i);
    }
    struct attune_policy *a = attune_policy_new(), *b = attune_policy_new();
    double nats = 0.0;
    struct attune_training cost = {0};
    assert_int_equal(attune_policy_fit(a, pieces, &t, &cost, &nats, NULL), ATTUNE_OK);
    assert_int_equal(attune_policy_fit(b, pieces, &t, &cost, NULL, NULL), ATTUNE_OK);
    assert_memory_equal(attune_policy_params(a), attune_policy_params(b),
                        attune_policy_n_params() * sizeof(float));
    assert_true(nats < 0.8); /* uniform: about 2.9 */
    struct attune_piece held_out;
    double before = 0.0, after = 0.0;
    struct attune_policy *zero = attune_policy_new();
    for (uint64_t i = N; i < N + 20; i++) {
        attune_corpus_piece(&held_out, t.seed, i);
        before += attune_policy_logprob(zero, &held_out);
        after += attune_policy_logprob(a, &held_out);
    }
    assert_true(after > 0.4 * before);
    attune_policy_free(zero);
    attune_policy_free(a);
    attune_policy_free(b);
    attune_release(pieces);
}

static void a_gradient_that_is_not_finite_changes_nothing(void **state)
{
    struct attune_adam adam;
    struct attune_err err = ATTUNE_ERR_INIT;
    float w[2] = {1.0f, 2.0f};
    assert_int_equal(attune_adam_init(&adam, 2, NULL), ATTUNE_OK);
    adam.gradient[1] = NAN;
    assert_int_equal(attune_adam_step(&adam, w, 0.1, 0.0, &err), ATTUNE_E_INTERNAL);
    assert_true(w[0] == 1.0f && w[1] == 2.0f);
    assert_non_null(strstr(err.message, "not finite"));
    adam.gradient[0] = 3.0;
    adam.gradient[1] = -4.0;
    assert_int_equal(attune_adam_step(&adam, w, 0.1, 0.0, &err), ATTUNE_OK);
    /* The first step has the length of the rate in every coordinate. */
    assert_true(fabs(w[0] - 1.1) < 1e-6 && fabs(w[1] - 1.9) < 1e-6);
    attune_adam_release(&adam);
}

static void damaged_checkpoints_are_refused(void **state)
{
    char folder[] = "/tmp/attune-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[64];
    snprintf(path, sizeof path, "%s/a.ckpt", folder);
    float w[3] = {1.0f, -2.0f, 0.5f}, back[3] = {7.0f, 7.0f, 7.0f};
    struct attune_checkpoint head = {.kind = "policy", .origin = "rules 1", .n_params = 3};
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_checkpoint_save(path, &head, w, &err), ATTUNE_OK);
    assert_int_equal(attune_checkpoint_load(path, &head, back, &err), ATTUNE_OK);
    assert_memory_equal(w, back, sizeof w);
    char *bytes = NULL;
    size_t n_bytes = 0;
    assert_int_equal(attune_file_read(path, 1 << 20, &bytes, &n_bytes, &err), ATTUNE_OK);

    static const struct { size_t at; const char *says; } cases[] = {
        {0, "not a checkpoint"}, {8, "version"}, {300, "checksum"},
    };
    float kept[3] = {7.0f, 7.0f, 7.0f};
    for (size_t i = 0; i < 3; i++) {
        size_t at = i == 2 ? n_bytes - 1 : cases[i].at;
        bytes[at] ^= 1;
        assert_int_equal(attune_file_write(path, bytes, n_bytes, &err), ATTUNE_OK);
        assert_int_equal(attune_checkpoint_load(path, &head, kept, &err), ATTUNE_E_INPUT);
        assert_non_null(strstr(err.message, cases[i].says));
        bytes[at] ^= 1;
    }
    for (size_t n = 0; n < n_bytes; n += 7) {
        assert_int_equal(attune_file_write(path, bytes, n, &err), ATTUNE_OK);
        assert_int_equal(attune_checkpoint_load(path, &head, kept, &err), ATTUNE_E_INPUT);
    }
    assert_true(kept[0] == 7.0f && kept[2] == 7.0f);
    assert_int_equal(attune_file_write(path, bytes, n_bytes, &err), ATTUNE_OK);
    struct attune_checkpoint other = {.kind = "diffusion", .n_params = 3};
    assert_int_equal(attune_checkpoint_load(path, &other, kept, &err), ATTUNE_E_INPUT);
    other = (struct attune_checkpoint){.kind = "policy", .n_params = 4};
    assert_int_equal(attune_checkpoint_load(path, &other, kept, &err), ATTUNE_E_INPUT);
    other = (struct attune_checkpoint){.kind = "policy", .origin = "rules 2", .n_params = 3};
    assert_int_equal(attune_checkpoint_load(path, &other, kept, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "rules 1"));
    other.origin[0] = '\0';
    assert_int_equal(attune_checkpoint_load(path, &other, kept, &err), ATTUNE_OK);
    assert_string_equal(other.origin, "rules 1");
    attune_release(bytes);
    unlink(path);
    rmdir(folder);
}

static void kl_of_best_of_n(void **state)
{
    static const struct { double n, kl; } cases[] = {
        {2, .1931472}, {4, .6362944}, {8, 1.2044415}, {16, 1.8350887}, {32, 2.4969859},
        {64, 3.1745081}, {128, 3.8598428}, {1024, 5.9324484}, {60000, 10.002116},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(fabs(attune_best_of_n_kl(cases[i].n) - cases[i].kl) < 1e-6);
    }
    assert_true(attune_best_of_n_kl(1.0) == 0.0);
    assert_true(fabs(attune_best_of_n_kl_estimate(2, .5) - .1790988) < 5e-8);
    assert_true(fabs(attune_best_of_n_kl_estimate(4, .1) - .6348703) < 5e-8);
}

static void best_of_n_estimator(void **state)
{
    static const double proxy[4] = {.1, .5, .3, .9}, gold[4] = {1, 2, 0, -1};
    static const double expected[4] = {.5, 1.0 / 6.0, -.25, -1.0};
    double r = 0.0;
    for (size_t n = 1; n <= 4; n++) {
        assert_int_equal(attune_best_of_n_estimate(proxy, gold, 4, n, &r, NULL), ATTUNE_OK);
        assert_true(fabs(r - expected[n - 1]) < 1e-12);
    }
    assert_int_equal(attune_best_of_n_estimate(proxy, gold, 4, 5, &r, NULL), ATTUNE_E_USAGE);
    assert_int_equal(attune_best_of_n_estimate(proxy, gold, 4, 0, &r, NULL), ATTUNE_E_USAGE);
    /* Ties share: best of 2 of two equal proxies is the mean gold. */
    static const double same[2] = {1, 1}, two[2] = {0, 4};
    assert_int_equal(attune_best_of_n_estimate(same, two, 2, 2, &r, NULL), ATTUNE_OK);
    assert_true(r == 2.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_weights_are_uniform),
        cmocka_unit_test(sampling_reports_its_own_logprob),
        cmocka_unit_test(gradients_match_finite_differences),
        cmocka_unit_test(the_weight_scales_the_gradient),
        cmocka_unit_test(features_stay_inside_the_vector),
        cmocka_unit_test(training_learns_and_repeats),
        cmocka_unit_test(a_gradient_that_is_not_finite_changes_nothing),
        cmocka_unit_test(damaged_checkpoints_are_refused),
        cmocka_unit_test(kl_of_best_of_n),
        cmocka_unit_test(best_of_n_estimator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
