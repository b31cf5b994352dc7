/* Every objective that a method climbs or descends: its gradient against central differences of its
 * value. And what happens when a gradient is not a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "models/align/align.h"
#include "models/align/align_diffusion.h"
#include "models/align/preference_loss.h"
#include "models/pieces/corpus.h"
#include "models/pieces/training_prompts.h"
#include "models/policy/model_cache.h"
#include "models/policy/policy_train.h"
#include "tests/support/scratch.h"

enum { N = 6 };

static struct attune_policy *base, *policy; /* policy: base with every third weight moved */
static struct attune_rollout rollouts[N];   /* drawn from policy, invented rewards */
static const double rewards[N] = {1.0, 2.0, 3.0, 6.0, -1.0, 0.5};

static int set_up(void **state)
{
    if (scratch_make(state) || setenv("ATTUNE_CACHE", scratch_folder(), 1) != 0 ||
        attune_policy_base(&base, NULL, NULL) != ATTUNE_OK ||
        !(policy = attune_policy_copy(base))) {
        return -1;
    }
    for (size_t i = 0; i < attune_policy_n_params(); i += 3) {
        attune_policy_params(policy)[i] += i % 2 ? 0.03f : -0.02f;
    }
    for (size_t i = 0; i < N; i++) {
        struct attune_piece setting;
        struct attune_rng rng;
        attune_corpus_piece(&setting, 50, i);
        attune_rng_init(&rng, 51, i);
        rollouts[i].logprob =
            attune_policy_sample(policy, &setting.setting, &rollouts[i].piece, &rng);
        rollouts[i].ref_logprob = attune_policy_logprob(base, &rollouts[i].piece);
        rollouts[i].reward = rewards[i];
        rollouts[i].scored = i != 4; /* one whose reward is undefined */
    }
    return 0;
}

static int tear_down(void **state)
{
    attune_policy_free(base);
    attune_policy_free(policy);
    return scratch_remove(state);
}

/* An objective of the parameters w that it owns; gradient NULL: only the value. */
typedef double objective_fn(void *context, double *gradient);

static void check_gradient(const char *name, objective_fn *objective, void *context, float *w,
                           size_t n)
{
    double *gradient = attune_alloc(n, sizeof *gradient);
    size_t active = 0, checked = 0;
    objective(context, gradient);
    for (size_t i = 0; i < n; i++) {
        active += gradient[i] != 0.0;
        if (gradient[i] == 0.0 || active % 29 != 0 || checked >= 120) {
            continue;
        }
        float before = w[i], up = before + 1e-3f, down = before - 1e-3f;
        w[i] = up;
        double high = objective(context, NULL);
        w[i] = down;
        double low = objective(context, NULL);
        w[i] = before;
        double numeric = (high - low) / ((double)up - (double)down);
        if (fabs(numeric - gradient[i]) > 2e-4 * (1.0 + fabs(numeric))) {
            fail_msg("%s, parameter %zu: %.9g, finite difference %.9g", name, i, gradient[i],
                     numeric);
        }
        checked++;
    }
    assert_true(checked > 50);
    attune_release(gradient);
}

static double likelihood(void *context, double *gradient)
{
    return attune_weighted_likelihood(policy, rollouts, context, N, gradient);
}

static void the_policy_gradient_is_that_of_its_surrogate(void **state)
{
    double advantage[N], reward, kl;
    attune_rlhf_advantages(rollouts, N, 0.05, advantage, &reward, &kl);
    assert_true(advantage[4] == 0.0 && advantage[3] > 0.0 && advantage[0] < 0.0);
    assert_true(fabs(reward - 2.5) < 1e-12); /* of the five that are defined */
    check_gradient("rlhf", likelihood, advantage, attune_policy_params(policy),
                   attune_policy_n_params());
}

static void leave_one_out_advantages_by_hand(void **state)
{
    /* beta 0, rewards 1, 2, 3, 6 and .5: mean 2.5, sd 2.1794495; (6 - mean of the others 1.625)/sd.
     */
    double advantage[N], reward, kl;
    attune_rlhf_advantages(rollouts, N, 0.0, advantage, &reward, &kl);
    assert_true(fabs(advantage[3] - 4.375 / (2.1794494717703369 + 1e-4)) < 1e-9);
}

static void expert_iteration_climbs_the_likelihood(void **state)
{
    double ones[N] = {1, 1, 1, 1, 1, 1};
    check_gradient("expert iteration", likelihood, ones, attune_policy_params(policy),
                   attune_policy_n_params());
}

static double grpo(void *context, double *gradient)
{
    return attune_grpo_objective(policy, base, rollouts, context, N, 0.5, gradient);
}

static void the_grpo_gradient_is_that_of_its_objective(void **state)
{
    double advantage[N];
    attune_group_advantages(rewards, N, 1e-4, advantage);
    check_gradient("grpo", grpo, advantage, attune_policy_params(policy), attune_policy_n_params());
}

/* Pairs (0, 1), (2, 3), (4, 5) under one variant; KTO's estimate of the KL stays as it was. */
struct pairs {
    struct attune_dpo_options options;
    double kl;
};

static double pair_loss(void *context, double *gradient)
{
    const struct pairs *p = context;
    const struct attune_rollout *const pairs[N / 2] = {&rollouts[0], &rollouts[2], &rollouts[4]};
    double logprob[N], slope[N];
    for (size_t i = 0; i < N; i++) {
        logprob[i] = attune_policy_logprob(policy, &rollouts[i].piece);
    }
    double loss = attune_pairs_loss(&p->options, pairs, N / 2, logprob, p->kl, slope);
    for (size_t i = 0; gradient && i < N; i++) {
        attune_policy_accumulate(policy, &rollouts[i].piece, slope[i], gradient);
    }
    return loss;
}

static void the_pair_gradients_are_those_of_their_losses(void **state)
{
    static const char *const names[] = {"dpo", "ipo", "dpop", "kto"};
    for (int variant = 0; variant < 4; variant++) {
        struct pairs p = {.options = attune_dpo_default[variant], .kl = 0.7};
        p.options.beta = 0.5;
        p.options.lambda = variant == ATTUNE_DPO_DPOP ? 2.0 : 0.0;
        check_gradient(names[variant], pair_loss, &p, attune_policy_params(policy),
                       attune_policy_n_params());
    }
}

struct diffusion_pair {
    struct attune_diffusion *model;
    struct attune_piece w, l;
    double ref_w, ref_l;
    struct attune_diffrhythm options;
};

static double diffusion_loss(void *context, double *gradient)
{
    const struct diffusion_pair *p = context;
    return attune_diffrhythm_pair(p->model, &p->w, &p->l, p->ref_w, p->ref_l, &p->options, 3, 1.0,
                                  gradient);
}

static void the_diffusion_gradient_is_that_of_its_loss(void **state)
{
    struct attune_diffusion *ref = NULL;
    assert_int_equal(attune_diffusion_base(&ref, NULL, NULL), ATTUNE_OK);
    struct diffusion_pair p = {.model = attune_diffusion_copy(ref),
                               .options = attune_diffrhythm_default};
    p.options.beta = 20.0;
    attune_corpus_piece(&p.w, 60, 1);
    attune_corpus_piece(&p.l, 60, 2);
    p.ref_w = attune_diffrhythm_bound(ref, &p.w, &p.options, 3);
    p.ref_l = attune_diffrhythm_bound(ref, &p.l, &p.options, 3);
    for (size_t i = 0; i < attune_diffusion_n_params(); i += 3) {
        attune_diffusion_params(p.model)[i] += 0.02f;
    }
    check_gradient("diffusion preference", diffusion_loss, &p, attune_diffusion_params(p.model),
                   attune_diffusion_n_params());
    attune_diffusion_free(p.model);
    attune_diffusion_free(ref);
}

static void a_gradient_that_is_not_finite_changes_nothing(void **state)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        struct attune_adam adam;
        struct attune_err err = ATTUNE_ERR_INIT;
        float w[3] = {1.0f, 2.0f, 3.0f};
        assert_int_equal(attune_adam_init(&adam, 3, &err), ATTUNE_OK);
        adam.gradient[0] = 0.5;
        adam.gradient[2] = bad[i];
        assert_int_equal(attune_adam_step(&adam, w, 0.1, 0.0, &err), ATTUNE_E_INTERNAL);
        assert_non_null(strstr(err.message, "step 1 is not finite"));
        assert_true(w[0] == 1.0f && w[2] == 3.0f && adam.step == 0);
        attune_adam_release(&adam);
    }
}

/* A method on a policy that has lost its mind: the listener still labels, the gradient is NaN. */
static void training_on_a_broken_policy_stops(void **state)
{
    struct attune_prompt *prompts = attune_training_prompts_new(5, 16, NULL);
    struct attune_scorer_pool *gold = NULL;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_scorer_pool_new(&gold, "reward.gold", NULL), ATTUNE_OK);
    struct attune_policy *broken = attune_policy_copy(base);
    for (size_t i = 0; i < attune_policy_n_params(); i++) {
        attune_policy_params(broken)[i] = NAN;
    }
    struct attune_alignment a = {.policy = broken, .ref = base, .prompts = prompts,
                                 .n_prompts = 16, .listener = gold, .seed = 3, .n_threads = 1};
    struct attune_dpo_options o = attune_dpo_default[ATTUNE_DPO_PLAIN];
    o.n_pairs = 16;
    assert_int_equal(attune_align_dpo(&a, &o, &err), ATTUNE_E_INTERNAL);
    assert_non_null(strstr(err.message, "not finite"));
    attune_policy_free(broken);
    attune_scorer_pool_free(gold);
    attune_training_prompts_free(prompts, 16);
}

static enum attune_code make(void *context, float *params, struct attune_training *cost,
                             struct attune_err *err)
{
    const float *value = context;
    params[0] = *value;
    cost->n_steps = 5;
    return *value > 0.0f ? ATTUNE_OK : attune_fail(err, ATTUNE_E_INTERNAL, "no good");
}

static void the_cache_keeps_what_is_whole(void **state)
{
    struct attune_checkpoint head = {.kind = "test", .origin = "recipe", .n_params = 1};
    struct attune_training cost;
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_file_list files = {0};
    float value = 2.0f, other = 3.0f, fails = -1.0f, w = 0.0f;
    bool cached = true;
    struct attune_model_maker maker = {make, &value};
    assert_int_equal(attune_model_cached(&head, &w, &maker, &cost, &cached, &err), ATTUNE_OK);
    assert_true(w == 2.0f && !cached && cost.n_steps == 5);
    maker.context = &other;
    w = 0.0f;
    assert_int_equal(attune_model_cached(&head, &w, &maker, &cost, &cached, &err), ATTUNE_OK);
    assert_true(w == 2.0f && cached && cost.n_steps == 5 && cost.seconds >= 0.0);
    w = 1.0f; /* begins elsewhere: another model */
    assert_int_equal(attune_model_cached(&head, &w, &maker, &cost, &cached, &err), ATTUNE_OK);
    assert_true(w == 3.0f && !cached);
    /* Damage every checkpoint: it is made again; a making that fails replaces nothing. */
    assert_int_equal(attune_file_walk(&files, scratch_folder(), &err), ATTUNE_OK);
    size_t n_damaged = 0;
    for (size_t i = 0; i < files.n; i++) {
        if (strstr(files.paths[i], "/test-") && strstr(files.paths[i], ".ckpt")) {
            assert_int_equal(attune_file_write(files.paths[i], "damaged", 7, &err), ATTUNE_OK);
            n_damaged++;
        }
    }
    assert_int_equal(n_damaged, 2);
    w = 0.0f;
    maker.context = &fails;
    assert_int_equal(attune_model_cached(&head, &w, &maker, &cost, &cached, &err),
                     ATTUNE_E_INTERNAL);
    for (size_t i = 0; i < files.n; i++) {
        char *bytes = NULL;
        size_t n = 0;
        if (strstr(files.paths[i], "/test-") && strstr(files.paths[i], ".ckpt")) {
            assert_int_equal(attune_file_read(files.paths[i], 1 << 20, &bytes, &n, &err),
                             ATTUNE_OK);
            assert_int_equal(n, 7);
            attune_release(bytes);
        }
    }
    w = 0.0f;
    maker.context = &other;
    assert_int_equal(attune_model_cached(&head, &w, &maker, &cost, &cached, &err), ATTUNE_OK);
    assert_true(w == 3.0f && !cached);
    attune_file_list_release(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_policy_gradient_is_that_of_its_surrogate),
        cmocka_unit_test(leave_one_out_advantages_by_hand),
        cmocka_unit_test(expert_iteration_climbs_the_likelihood),
        cmocka_unit_test(the_grpo_gradient_is_that_of_its_objective),
        cmocka_unit_test(the_pair_gradients_are_those_of_their_losses),
        cmocka_unit_test(the_diffusion_gradient_is_that_of_its_loss),
        cmocka_unit_test(a_gradient_that_is_not_finite_changes_nothing),
        cmocka_unit_test(training_on_a_broken_policy_stops),
        cmocka_unit_test(the_cache_keeps_what_is_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
