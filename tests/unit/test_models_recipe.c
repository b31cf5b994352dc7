/* Recipes: options to hyperparameters, and the generator that uses them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "models/align/inferalign.h"
#include "models/align/recipe.h"
#include "tests/support/scratch.h"

static int set_up(void **state)
{
    return !scratch_make(state) && setenv("ATTUNE_CACHE", scratch_folder(), 1) == 0 ? 0 : -1;
}

static void defaults_follow_the_method(void **state)
{
    static const struct { enum attune_method method; enum attune_algorithm algorithm;
    } cases[] = {
        {ATTUNE_METHOD_NONE, ATTUNE_ALGORITHM_NONE},
        {ATTUNE_METHOD_INFERENCE, ATTUNE_ALGORITHM_NONE},
        {ATTUNE_METHOD_RLHF, ATTUNE_ALGORITHM_MUSICRL_U},
        {ATTUNE_METHOD_DPO, ATTUNE_ALGORITHM_DPO},
        {ATTUNE_METHOD_SFT, ATTUNE_ALGORITHM_EXPERT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct attune_model_spec spec = {.name = "m", .method = cases[i].method};
        struct attune_recipe r;
        assert_int_equal(attune_recipe_parse(&r, &spec, NULL), ATTUNE_OK);
        assert_int_equal(r.algorithm, cases[i].algorithm);
    }
}

static void options_are_checked(void **state)
{
    static const struct { enum attune_method method; const char *name, *value, *says; } cases[] = {
        {ATTUNE_METHOD_DPO, "beta", "0", "0.0001..10"}, {ATTUNE_METHOD_DPO, "beta", "x", "'x'"},
        {ATTUNE_METHOD_DPO, "pairs", "2.5", "whole"}, {ATTUNE_METHOD_DPO, "beta", "nan", "'nan'"},
        {ATTUNE_METHOD_DPO, "algorithm", "grpo", "method rlhf, not dpo"},
        {ATTUNE_METHOD_RLHF, "algorithm", "musicrl", "no algorithm"},
        {ATTUNE_METHOD_DPO, "group", "8", "'group' is no option of dpo"},
        {ATTUNE_METHOD_DPO, "lambda", "8", "'lambda' is no option of dpo"},
        {ATTUNE_METHOD_NONE, "steps", "8", "not trained"},
        {ATTUNE_METHOD_SFT, "keep", "0.6", "0.001..0.5"},
        {ATTUNE_METHOD_SFT, "group", "1", "2..1000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct attune_option option = {cases[i].name, cases[i].value};
        struct attune_model_spec spec = {.name = "m", .method = cases[i].method, .options = &option,
                                         .n_options = 1};
        struct attune_recipe r;
        struct attune_err err = ATTUNE_ERR_INIT;
        assert_int_equal(attune_recipe_parse(&r, &spec, &err), ATTUNE_E_INPUT);
        if (!strstr(err.message, cases[i].says)) {
            fail_msg("%s: '%s'", cases[i].value, err.message);
        }
    }
    struct attune_option option = {"beta", "0.25"};
    struct attune_model_spec spec = {.name = "m", .method = ATTUNE_METHOD_DPO, .options = &option,
                                     .n_options = 1};
    struct attune_recipe a, b;
    char origin_a[200], origin_b[200];
    assert_int_equal(attune_recipe_parse(&a, &spec, NULL), ATTUNE_OK);
    assert_true(a.dpo.beta == 0.25);
    spec.n_options = 0;
    assert_int_equal(attune_recipe_parse(&b, &spec, NULL), ATTUNE_OK);
    attune_recipe_origin(&a, origin_a, sizeof origin_a);
    attune_recipe_origin(&b, origin_b, sizeof origin_b);
    assert_string_not_equal(origin_a, origin_b);
}

static struct attune_generation generate(const struct attune_model_spec *spec, uint64_t seed,
                                         char *bytes, size_t size)
{
    struct attune_prompt prompt = {.id = (char *)"p", .text = (char *)"a tune"};
    prompt.attributes.has_key = true;
    const struct attune_generator *g;
    struct attune_generation out = {0};
    struct attune_err err = ATTUNE_ERR_INIT;
    void *model = NULL;
    char *read = NULL;
    size_t n = 0;
    assert_int_equal(attune_generator_for(spec, &g, &err), ATTUNE_OK);
    if (g->open(spec, &model, &err) != ATTUNE_OK) {
        fail_msg("%s", err.message);
    }
    struct attune_request request = {.prompt = &prompt, .seed = seed, .out = scratch("out")};
    if (g->generate(model, &request, &out, &err) != ATTUNE_OK) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(attune_file_read(out.path, size - 1, &read, &n, &err), ATTUNE_OK);
    memset(bytes, 0, size);
    memcpy(bytes, read, n);
    attune_release(read);
    g->close(model);
    return out;
}

static void a_trained_model_is_cached_and_reports_its_divergence(void **state)
{
    static char first[65536], second[65536], base[65536];
    struct attune_option options[] = {{"steps", "8"}, {"batch", "32"}, {"beta", "0"}};
    struct attune_model_spec spec = {.name = "m", .builtin = "policy", .method = ATTUNE_METHOD_RLHF,
                                     .options = options, .n_options = 3};
    struct attune_generation a = generate(&spec, 1, first, sizeof first);
    struct attune_generation b = generate(&spec, 1, second, sizeof second);
    assert_memory_equal(first, second, sizeof first);
    assert_true(a.has_logprob && a.has_ref_logprob && a.logprob != a.ref_logprob);
    assert_true(a.logprob == b.logprob);
    struct attune_model_spec plain = {.name = "b", .builtin = "policy"};
    b = generate(&plain, 1, base, sizeof base);
    assert_true(b.logprob == b.ref_logprob);
    assert_memory_not_equal(first, base, sizeof first);
}

static void best_of_n_selects_and_counts(void **state)
{
    static char best[65536], one[65536];
    struct attune_option options[] = {{"best_of", "8"}, {"select", "reward.proxy"}};
    struct attune_model_spec spec = {.name = "m", .builtin = "policy",
                                     .method = ATTUNE_METHOD_INFERENCE, .options = options,
                                     .n_options = 2};
    struct attune_generation g = generate(&spec, 3, best, sizeof best);
    assert_int_equal(g.n_candidates, 8);
    assert_int_equal(g.n_rewards, 8);
    assert_true(fabs(g.logprob - g.ref_logprob - 1.2044415) < 1e-6);
    options[0].value = "1";
    struct attune_generation single = generate(&spec, 3, one, sizeof one);
    assert_int_equal(g.n_tokens, 8 * single.n_tokens);
}

static void the_tree_search_repeats_and_counts(void **state)
{
    static char first[65536], second[65536];
    struct attune_option options[] = {{"algorithm", "inferalign"}, {"select", "reward.proxy"},
                                      {"block_bars", "5"}};
    struct attune_model_spec spec = {.name = "m", .builtin = "policy",
                                     .method = ATTUNE_METHOD_INFERENCE, .options = options,
                                     .n_options = 3};
    struct attune_generation a = generate(&spec, 3, first, sizeof first);
    struct attune_generation b = generate(&spec, 3, second, sizeof second);
    assert_memory_equal(first, second, sizeof first);
    assert_int_equal(a.n_candidates, 3);
    assert_int_equal(a.n_rewards, 3 * 4); /* 16 bars in blocks of 5, no chords asked for */
    assert_false(a.has_logprob);
    assert_true(a.has_ref_logprob && a.ref_logprob == b.ref_logprob);
    options[1] = (struct attune_option){"reward", "inferalign"};
    a = generate(&spec, 3, second, sizeof second);
    assert_memory_not_equal(first, second, sizeof first);
}

static void note_score_counts_the_commonest_pitch(void **state)
{
    struct attune_piece piece = {
        .setting = {.n_bars = 4, .metre = ATTUNE_METRE_3_4, .tempo_bpm = 100}};
    double score = -1.0;
    assert_int_equal(attune_note_score(&piece, &score, NULL), ATTUNE_OK);
    assert_true(score == 0.0);
    /* Four melody notes, three of one pitch, over silence. */
    piece.melody[0] = piece.melody[3] = piece.melody[6] = ATTUNE_PITCH;
    piece.melody[9] = ATTUNE_PITCH + 4;
    assert_int_equal(attune_note_score(&piece, &score, NULL), ATTUNE_OK);
    assert_true(score == 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_follow_the_method),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(a_trained_model_is_cached_and_reports_its_divergence),
        cmocka_unit_test(best_of_n_selects_and_counts),
        cmocka_unit_test(the_tree_search_repeats_and_counts),
        cmocka_unit_test(note_score_counts_the_commonest_pitch),
    };
    return cmocka_run_group_tests(tests, set_up, scratch_remove);
}
