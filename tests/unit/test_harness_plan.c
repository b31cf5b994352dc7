/* Plans and shards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/suite/plan.h"

/* Two models, one of them left out in some tests, three prompts, two seeds. */
static struct attune_suite_model models[2];
static struct attune_prompt prompts[3] = {{.id = "p1"}, {.id = "p2"}, {.id = "p3"}};
static const int64_t seeds[2] = {4, 9};

static struct attune_suite suite_of(const char *left_out)
{
    models[0] = (struct attune_suite_model){.spec = {.name = "base"}};
    models[1] = (struct attune_suite_model){.spec = {.name = "base-dpo"}, .left_out = left_out};
    return (struct attune_suite){
        .models = models, .n_models = 2, .seeds = seeds, .n_seeds = 2,
        .prompts = {.items = prompts, .n = 3},
    };
}

static size_t n_planned(const char *left_out, const struct attune_plan_options *options)
{
    struct attune_suite suite = suite_of(left_out);
    struct attune_plan plan;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_plan_init(&plan, &suite, options, &err), ATTUNE_OK);
    const size_t n = plan.n;
    attune_plan_release(&plan);
    return n;
}

static void test_restrictions(void **state)
{
    assert_int_equal(n_planned(NULL, &(struct attune_plan_options){0}), 12);
    assert_int_equal(n_planned("gone", &(struct attune_plan_options){0}), 6);
    assert_int_equal(n_planned(NULL, &(struct attune_plan_options){.limit = 1}), 4);
    assert_int_equal(n_planned(NULL, &(struct attune_plan_options){.limit = 99}), 12);
    assert_int_equal(n_planned(NULL, &(struct attune_plan_options){.only = "base"}), 6);
    assert_int_equal(n_planned(NULL, &(struct attune_plan_options){.only = "base*"}), 12);
    assert_int_equal(n_planned(NULL, &(struct attune_plan_options){.only = "*/p2/9"}), 2);
    assert_int_equal(n_planned(NULL, &(struct attune_plan_options){.only = "base/p1/*,*/p3/4"}), 4);

    struct attune_suite suite = suite_of(NULL);
    struct attune_plan plan;
    struct attune_err err = ATTUNE_ERR_INIT;
    const struct attune_plan_options none = {.only = "nothing"};
    assert_int_equal(attune_plan_init(&plan, &suite, &none, &err), ATTUNE_E_USAGE);
}

static void test_shards_partition_the_plan(void **state)
{
    struct attune_suite suite = suite_of(NULL);
    struct attune_err err = ATTUNE_ERR_INIT;
    for (unsigned n = 1; n <= 13; n++) {
        unsigned seen[2][3][2] = {{{0}}};
        for (unsigned i = 1; i <= n; i++) {
            struct attune_plan plan;
            const struct attune_plan_options options = {.shard = i, .n_shards = n};
            assert_int_equal(attune_plan_init(&plan, &suite, &options, &err), ATTUNE_OK);
            assert_int_equal(plan.n_whole, 12);
            assert_true(plan.n >= 12 / n && plan.n <= 12 / n + 1);
            for (size_t k = 0; k < plan.n; k++) {
                seen[plan.items[k].model][plan.items[k].prompt][plan.items[k].seed]++;
            }
            attune_plan_release(&plan);
        }
        for (size_t k = 0; k < 12; k++) {
            assert_int_equal((&seen[0][0][0])[k], 1);
        }
    }
}

static void clear_environment(void)
{
    static const char *const names[] = {
        "SLURM_ARRAY_TASK_ID",
        "SLURM_ARRAY_TASK_COUNT",
        "SLURM_ARRAY_TASK_MIN",
        "SLURM_ARRAY_TASK_MAX",
        "OMPI_COMM_WORLD_RANK",
        "OMPI_COMM_WORLD_SIZE",
        "PMI_RANK",
        "PMI_SIZE",
        "SLURM_PROCID",
        "SLURM_STEP_NUM_TASKS",
        "PBS_ARRAY_INDEX",
        "PBS_ARRAY_COUNT",
        "PBS_ARRAY_FIRST",
        "LSB_JOBINDEX",
        "LSB_JOBINDEX_END",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unsetenv(names[i]);
    }
}

static const struct {
    const char *set[4][2];
    unsigned shard, n_shards; /* 0 of 0: everything; shard 99: refused */
} environments[] = {
    {{{NULL}}, 0, 0},
    {{{"SLURM_ARRAY_TASK_ID", "3"}, {"SLURM_ARRAY_TASK_COUNT", "8"}, {"SLURM_ARRAY_TASK_MIN", "1"}},
     3,
     8},
    {{{"SLURM_ARRAY_TASK_ID", "0"}, {"SLURM_ARRAY_TASK_COUNT", "8"}, {"SLURM_ARRAY_TASK_MIN", "0"}},
     1,
     8},
    {{{"SLURM_ARRAY_TASK_ID", "10"},
      {"SLURM_ARRAY_TASK_COUNT", "4"},
      {"SLURM_ARRAY_TASK_MIN", "0"}},
     99,
     0},
    {{{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "2"}}, 1, 2},
    {{{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}, 2, 2},
    {{{"SLURM_PROCID", "5"}, {"SLURM_STEP_NUM_TASKS", "6"}}, 6, 6},
    {{{"LSB_JOBINDEX", "4"}, {"LSB_JOBINDEX_END", "4"}}, 4, 4},
    {{{"LSB_JOBINDEX", "0"}, {"LSB_JOBINDEX_END", "0"}}, 0, 0},
    {{{"PBS_ARRAY_INDEX", "2"}, {"PBS_ARRAY_COUNT", "3"}}, 2, 3},
    {{{"PBS_ARRAY_INDEX", "2"}}, 99, 0},
    {{{"SLURM_ARRAY_TASK_ID", "x"}, {"SLURM_ARRAY_TASK_COUNT", "8"}}, 99, 0},
};

static void test_shards_from_the_environment(void **state)
{
    for (size_t i = 0; i < sizeof environments / sizeof *environments; i++) {
        unsigned shard = 77, n_shards = 77;
        const char *source;
        struct attune_err err = ATTUNE_ERR_INIT;
        clear_environment();
        for (size_t k = 0; k < 4 && environments[i].set[k][0]; k++) {
            setenv(environments[i].set[k][0], environments[i].set[k][1], 1);
        }
        const enum attune_code code = attune_shard_parse("auto", &shard, &n_shards, &source, &err);
        if (environments[i].shard == 99 ? code != ATTUNE_E_USAGE
                                        : code || shard != environments[i].shard ||
                                              n_shards != environments[i].n_shards) {
            fail_msg("case %zu: %d, %u of %u: %s", i, code, shard, n_shards, err.message);
        }
    }
    clear_environment();
}

static void test_shards_by_hand(void **state)
{
    static const char *const wrong[] = {"",     "1",    "0/8", "9/8",       "1/0",
                                        "-1/8", "1/8x", "a/b", "1/99999999"};
    unsigned shard, n_shards;
    const char *source;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_shard_parse("8/8", &shard, &n_shards, &source, &err), ATTUNE_OK);
    assert_int_equal(shard, 8);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (attune_shard_parse(wrong[i], &shard, &n_shards, &source, &err) != ATTUNE_E_USAGE) {
            fail_msg("'%s' was taken", wrong[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restrictions),
        cmocka_unit_test(test_shards_partition_the_plan),
        cmocka_unit_test(test_shards_from_the_environment),
        cmocka_unit_test(test_shards_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
