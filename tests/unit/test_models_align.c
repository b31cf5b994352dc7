/* Training-time alignment: rewards rise, results repeat on any number of threads, gradients are
 * those of the objectives, the reward model is the one that ships. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "metrics/reward/proxy.h"
#include "models/align/align.h"
#include "models/pieces/corpus.h"
#include "models/policy/policy_train.h"
#include "models/align/preference_loss.h"
#include "models/align/reward_train.h"
#include "models/pieces/training_prompts.h"
#include "tests/support/scratch.h"

enum { N_PROMPTS = 256 };

static struct attune_policy *base;
static struct attune_prompt *prompts;
static struct attune_scorer_pool *gold, *proxy;

static int set_up(void **state)
{
    if (scratch_make(state) || setenv("ATTUNE_CACHE", scratch_folder(), 1) != 0) {
        return -1;
    }
    prompts = attune_training_prompts_new(5, N_PROMPTS, NULL);
    return attune_policy_base(&base, NULL, NULL) ||
           attune_scorer_pool_new(&gold, "reward.gold", NULL) ||
           attune_scorer_pool_new(&proxy, "reward.proxy", NULL) || !prompts;
}

static int tear_down(void **state)
{
    attune_policy_free(base);
    attune_training_prompts_free(prompts, N_PROMPTS);
    attune_scorer_pool_free(gold);
    attune_scorer_pool_free(proxy);
    return scratch_remove(state);
}

static struct attune_alignment alignment_of(struct attune_policy *policy, size_t n_threads)
{
    return (struct attune_alignment){.policy = policy, .ref = base, .prompts = prompts,
                                     .n_prompts = N_PROMPTS, .reward = proxy, .listener = gold,
                                     .seed = 3, .n_threads = n_threads};
}

static enum attune_code run_method(int method, struct attune_alignment *a, struct attune_err *err)
{
    if (method == 0) {
        struct attune_rlhf_options o = attune_rlhf_default;
        o.n_steps = 12;
        o.batch = 32;
        return attune_align_rlhf(a, &o, err);
    }
    if (method == 1) {
        struct attune_grpo_options o = attune_grpo_default;
        o.n_steps = 12;
        o.n_groups = 4;
        return attune_align_grpo(a, &o, err);
    }
    if (method == 2) {
        struct attune_expert_options o = attune_expert_default;
        o.n_rounds = 1;
        o.n_prompts = 20;
        return attune_align_expert(a, &o, err);
    }
    struct attune_dpo_options o = attune_dpo_default[method - 3];
    o.n_pairs = 256;
    o.n_epochs = 1;
    return attune_align_dpo(a, &o, err);
}

static double mean_reward(const struct attune_policy *policy, struct attune_scorer_pool *reward)
{
    enum { N = 128 };
    struct attune_alignment a = alignment_of(NULL, 1);
    struct attune_rollout *r = attune_alloc(N, sizeof *r);
    double sum = 0.0;
    a.seed = 99;
    assert_int_equal(attune_rollouts(&a, policy, reward, 0, 1, r, N, NULL), ATTUNE_OK);
    for (size_t i = 0; i < N; i++) {
        sum += r[i].reward / N;
    }
    attune_release(r);
    return sum;
}

static void every_method_raises_the_reward_and_repeats(void **state)
{
    double before = mean_reward(base, proxy);
    for (int method = 0; method < 7; method++) {
        struct attune_err err = ATTUNE_ERR_INIT;
        struct attune_policy *one = attune_policy_copy(base), *three = attune_policy_copy(base);
        struct attune_alignment a = alignment_of(one, 1), b = alignment_of(three, 3);
        if (run_method(method, &a, &err) != ATTUNE_OK) {
            fail_msg("method %d: %s", method, err.message);
        }
        assert_int_equal(run_method(method, &b, &err), ATTUNE_OK);
        assert_memory_equal(attune_policy_params(one), attune_policy_params(three),
                            attune_policy_n_params() * sizeof(float));
        assert_true(a.cost.n_generated > 0 && a.cost.n_processed > a.cost.n_generated);
        assert_true(a.cost.n_steps > 0 && a.cost.n_rewards > 0);
        assert_memory_equal(&a.cost, &b.cost, sizeof a.cost);
        double after = mean_reward(one, proxy);
        if (!(after > before)) {
            fail_msg("method %d: proxy %.3f before, %.3f after", method, before, after);
        }
        attune_policy_free(one);
        attune_policy_free(three);
    }
}

static void rollouts_tell_the_truth(void **state)
{
    enum { N = 24 };
    struct attune_alignment a = alignment_of(NULL, 2);
    static struct attune_rollout r[N];
    assert_int_equal(attune_rollouts(&a, base, proxy, 8, 4, r, N, NULL), ATTUNE_OK);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(r[i].prompt, (8 + i) / 4);
        assert_true(fabs(r[i].logprob - attune_policy_logprob(base, &r[i].piece)) < 1e-9);
        assert_true(r[i].logprob == r[i].ref_logprob);
        assert_int_equal(r[i].piece.setting.n_bars, prompts[r[i].prompt].attributes.n_bars);
    }
    assert_int_equal(a.cost.n_rewards, N);
}

/* A metric that listener and reward model hear has moved on: its name is the reason. */
static void a_reward_made_for_other_metric_versions_is_refused(void **state)
{
    struct attune_analysis *analysis = attune_analysis_new(NULL);
    double z = 0.0;
    for (int k = 0; k < ATTUNE_N_REWARD_FEATURES; k++) {
        struct attune_reward_feature_info feature = attune_reward_features[k];
        assert_int_equal(feature.metric->version, feature.version);
        feature.version++;
        const char *why = attune_reward_feature_of(&feature, analysis, &z);
        assert_non_null(why);
        assert_non_null(strstr(why, "changed since"));
        assert_string_equal(why, feature.stale);
    }
    attune_analysis_free(analysis);
}

/* No prompt asks for chords or key: reward.rules is undefined for all, and training says so. */
static void nothing_is_learnt_from_undefined_rewards(void **state)
{
    struct attune_prompt bare[1] = {{.id = (char *)"p", .text = (char *)"a piece"}};
    struct attune_policy *policy = attune_policy_copy(base);
    struct attune_alignment a = alignment_of(policy, 2);
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_scorer_pool *rules = NULL;
    assert_int_equal(attune_scorer_pool_new(&rules, "reward.rules", NULL), ATTUNE_OK);
    a.prompts = bare;
    a.n_prompts = 1;
    a.reward = rules;
    assert_int_equal(run_method(0, &a, &err), ATTUNE_E_INCONCLUSIVE);
    assert_non_null(strstr(err.message, "'reward.rules' is defined for none of"));
    assert_non_null(strstr(err.message, "neither chords nor a key"));
    assert_memory_equal(attune_policy_params(policy), attune_policy_params(base),
                        attune_policy_n_params() * sizeof(float));
    attune_policy_free(policy);
    attune_scorer_pool_free(rules);
}

static void newton_finds_the_maximum(void **state)
{
    /* One feature, winner above loser in 3 of 4 pairs: sigma(w) = 3/4 without a ridge. */
    static const double d[4] = {1, 1, 1, -1};
    double w = 0.0;
    assert_int_equal(attune_reward_newton(d, 4, 1, 0.0, &w, NULL), ATTUNE_OK);
    assert_true(fabs(w - log(3.0)) < 1e-12);
    static const double always[2] = {0, 0};
    assert_int_equal(attune_reward_newton(always, 2, 1, 0.0, &w, NULL), ATTUNE_E_INCONCLUSIVE);
}

static void the_shipped_reward_model_is_the_trained_one(void **state)
{
    struct attune_reward_fit fit;
    double dot = 0.0, a = 0.0, b = 0.0;
    assert_int_equal(attune_reward_train(base, &attune_reward_training_default, &fit, NULL),
                     ATTUNE_OK);
    for (int k = 0; k < ATTUNE_N_REWARD_FEATURES; k++) {
        dot += fit.weights[k] * attune_reward_proxy_weights[k];
        a += fit.weights[k] * fit.weights[k];
        b += attune_reward_proxy_weights[k] * attune_reward_proxy_weights[k];
    }
    print_message("cosine %.6f, accuracy %.4f, gold %.4f\n", dot / sqrt(a * b), fit.accuracy,
                  fit.gold_accuracy);
    assert_true(dot / sqrt(a * b) > 0.99);
    assert_true(fit.gold_accuracy > 0.6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_raises_the_reward_and_repeats),
        cmocka_unit_test(rollouts_tell_the_truth),
        cmocka_unit_test(a_reward_made_for_other_metric_versions_is_refused),
        cmocka_unit_test(nothing_is_learnt_from_undefined_rewards),
        cmocka_unit_test(newton_finds_the_maximum),
        cmocka_unit_test(the_shipped_reward_model_is_the_trained_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
