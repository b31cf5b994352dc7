/* Reward models on disk, refusals of other versions, ensembles and baselines by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <unistd.h>

#include "base/mem.h"
#include "harness/reward/baselines.h"
#include "harness/reward/reward_model.h"
#include "harness/reward/reward_test.h"
#include "metrics/metric.h"

/* Two members over two features: r = w (x - mean)/sd, w = (1, 0) and (0, 3). */
static void make(struct attune_reward_model *m)
{
    const size_t size[] = {2, 1};
    static const float weights[2][3] = {{1, 0, 0}, {0, 3, 0}};
    *m = (struct attune_reward_model){.n_members = 2};
    attune_names_add(&m->features, "harmonic.key_clarity");
    attune_names_add(&m->features, "outside");
    attune_names_add(&m->axes, "");
    m->version = attune_alloc(2, sizeof *m->version);
    m->version[0] = attune_metric_find("harmonic.key_clarity")->version;
    m->mean = attune_alloc(2, sizeof *m->mean);
    m->sd = attune_alloc(2, sizeof *m->sd);
    m->mean[0] = 1.0f;
    m->sd[0] = 2.0f;
    m->sd[1] = 1.0f;
    m->heads = attune_alloc(2, sizeof *m->heads);
    for (size_t k = 0; k < 2; k++) {
        assert_int_equal(attune_head_init(&m->heads[k], size, 1, 1, NULL), ATTUNE_OK);
        memcpy(m->heads[k].parameters, weights[k], sizeof weights[k]);
    }
    m->training = json_pack("{s:s}", "attune", "test");
}

static void speaks(const struct attune_reward_model *m, const struct attune_items *items,
                   enum attune_ensemble ensemble, double want)
{
    const struct attune_reward_voice voice = {ensemble, 0.5};
    double reward[2];
    assert_int_equal(attune_reward_model_score(m, 0, &voice, items, reward, NULL), ATTUNE_OK);
    assert_true(fabs(reward[0] - want) < 1e-6);
    assert_true(isnan(reward[1]));
}

static void a_model_comes_back_from_disk(void **state)
{
    char path[] = "/tmp/attune-reward-XXXXXX";
    close(mkstemp(path));
    struct attune_reward_model made, read;
    struct attune_err err = ATTUNE_ERR_INIT;
    make(&made);
    assert_int_equal(attune_reward_model_save(&made, path, &err), ATTUNE_OK);
    assert_int_equal(attune_reward_model_load(&read, path, &err), ATTUNE_OK);
    assert_string_equal(made.hash, read.hash);

    /* features in another order, one sample whole, one without the second feature */
    struct attune_names samples = {0};
    attune_names_add(&samples, "a.wav");
    attune_names_add(&samples, "b.wav");
    struct attune_items items = {.names = &samples};
    attune_names_add(&items.features, "outside");
    attune_names_add(&items.features, "harmonic.key_clarity");
    float x[] = {2.0f, 7.0f, NAN, 1.0f};
    int versions[] = {0, made.version[0]};
    items.x = x;
    items.version = versions;
    /* members say (7 - 1)/2 = 3 and 3 * 2 = 6: mean 4.5, population variance 2.25 */
    speaks(&read, &items, ATTUNE_ENSEMBLE_MEAN, 4.5);
    speaks(&read, &items, ATTUNE_ENSEMBLE_WORST, 3.0);
    speaks(&read, &items, ATTUNE_ENSEMBLE_CAUTIOUS, 4.5 - 0.5 * 2.25);

    versions[1]++;
    size_t columns[2];
    assert_int_equal(attune_reward_model_accept(&read, &items, columns, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "was trained on version"));

    attune_names_release(&items.features);
    attune_names_release(&samples);
    attune_reward_model_release(&made);
    attune_reward_model_release(&read);
    unlink(path);
}

static void vote(struct attune_vote_table *t, const char *a, const char *b, enum attune_winner w,
                 const char *time)
{
    const struct attune_preference p = {
        .line = (long)t->n + 2, .id = "", .prompt = "p", .model_a = a[0] == 'x' ? "m" : "n",
        .model_b = "n", .sample_a = a, .sample_b = b, .rater = "", .axis = "", .time = time,
        .winner = w, .confidence = NAN, .length_a = 20, .length_b = 40};
    assert_int_equal(attune_vote_table_take(t, &p, NULL), ATTUNE_OK);
}

static void the_human_ceiling_asks_the_others(void **state)
{
    struct attune_vote_table t = {0};
    double margin[5];
    vote(&t, "x", "y", ATTUNE_WINNER_A, "2025-07-03");
    vote(&t, "y", "x", ATTUNE_WINNER_B, "");   /* the same verdict from the other side */
    vote(&t, "x", "y", ATTUNE_WINNER_TIE, "");
    vote(&t, "x", "z", ATTUNE_WINNER_A, "");   /* nobody else */
    vote(&t, "x", "y", ATTUNE_WINNER_BOTH_BAD, "");
    assert_int_equal(t.n, 4);
    assert_int_equal(t.n_both_bad, 1);
    assert_int_equal(attune_baseline_raters(&t, margin, NULL), ATTUNE_OK);
    assert_true(margin[0] == 0.5 && margin[1] == -0.5 && margin[2] == 1.0 && isnan(margin[3]));
    /* prompts: others of the first vote are b 1, tie, a 1 */
    assert_int_equal(attune_baseline_prompt(&t, margin, NULL), ATTUNE_OK);
    assert_true(fabs(margin[0] - log(2.0 / 2.0)) < 1e-12);
    assert_true(fabs(margin[1] - log(3.0 / 1.0)) < 1e-12);

    const double first[4] = {1, 1, 0, 1}, second[4] = {-1, -1, 0, 1};
    size_t n_first, n_second;
    attune_margins_compare(&t, first, second, &n_first, &n_second);
    assert_int_equal(n_first, 1);
    assert_int_equal(n_second, 1);
    attune_vote_table_release(&t);
}

static void months(void **state)
{
    assert_int_equal(attune_month_of("1970-01-31"), 0);
    assert_int_equal(attune_month_of("2025-07-03T10:00:00Z"), 55 * 12 + 6);
    assert_int_equal(attune_month_of("1751500800.5"), 55 * 12 + 6); /* 3 July 2025 */
    assert_int_equal(attune_month_of("951782400"), 30 * 12 + 1);    /* 29 February 2000 */
    assert_int_equal(attune_month_of("yesterday"), -1);
    assert_int_equal(attune_month_of(""), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_comes_back_from_disk),
        cmocka_unit_test(the_human_ceiling_asks_the_others),
        cmocka_unit_test(months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
