/* The leaderboard from a score table small enough to check by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/store/leaderboard.h"
#include "harness/store/store.h"

static char path[] = "/tmp/attune-leaderboard.XXXXXX";

/* Eight prompts, two seeds, two models, three metrics: up, target 10, audio only. Model b is 0.5
 * above a on the first, on every prompt; and further from 10 on the second. Sample (a, prompt 1,
 * seed 2) failed, its sister is there; the first metric of (b, prompt 2) is undefined for both
 * seeds. */
static void fill(struct attune_store *store)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    static const char *const setup[] = {
        "INSERT INTO run VALUES (1,'k','study','suite: "
        "x','h','/s.yaml','p','/f',8,'[]',0,'0','c','cc','','cpu',"
        "'host','{}','fftw',NULL,NULL,1,'t',NULL)",
        "INSERT INTO model (id, run, position, name, method, base, generator, spec,"
        " fingerprint, simulated, selected_on) "
        "VALUES (1,1,0,'a','none',NULL,'policy','{}','',0,NULL),"
        "(2,1,1,'b','dpo','a','policy','{}','',0,NULL)",
        "INSERT INTO metric (id,name,version,title,unit,direction,target,inputs,summary,source) "
        "VALUES"
        "(1,'harmonic.x',1,'X','1','up',NULL,'symbolic','',''),(2,'temporal.y',1,'Y','s','target',"
        "10,'symbolic','',''),"
        "(3,'quality.z',1,'Z','dB','none',NULL,'audio','','')",
        "INSERT INTO run_metric VALUES (1,1,0),(1,2,1),(1,3,2)",
        "INSERT INTO params VALUES (1,'q','{}')",
    };
    for (size_t i = 0; i < sizeof setup / sizeof *setup; i++) {
        assert_int_equal(attune_store_exec(store, &err, setup[i], ""), ATTUNE_OK);
    }
    for (int64_t p = 1; p <= 8; p++) {
        attune_store_exec(store, &err, "INSERT INTO prompt VALUES (?1,'p'||?1,'t','{}','h'||?1)",
                          "i", p);
        attune_store_exec(store, &err, "INSERT INTO run_prompt VALUES (1,?1,?1)", "i", p);
        for (int64_t m = 1; m <= 2; m++) {
            for (int64_t s = 1; s <= 2; s++) {
                const int64_t id = p * 100 + m * 10 + s;
                const bool failed = m == 1 && p == 1 && s == 2;
                attune_store_exec(store, &err,
                                  "INSERT INTO artefact VALUES (?1,'h'||?1,'symbolic',1,1)", "i",
                                  id);
                attune_store_exec(
                    store, &err,
                    failed
                        ? "INSERT INTO sample (id,run,model,prompt,seed,key,status,error,finished) "
                          "VALUES (?1,1,?2,?3,?4,'k','failed','time out','t')"
                        : "INSERT INTO sample (id,run,model,prompt,seed,key,status,path,artefact,"
                          "params,finished) VALUES (?1,1,?2,?3,?4,'k','ok','x',?1,1,'t')",
                    "iiii", id, m, p, s);
                if (failed) {
                    continue;
                }
                const bool undefined = m == 2 && p == 2;
                const double x = (double)p + (s == 2 ? 0.25 : -0.25) + (m == 2 ? 0.5 : 0.0);
                attune_store_exec(store, &err,
                                  undefined ? "INSERT INTO score VALUES (?1,1,1,NULL,'too short')"
                                            : "INSERT INTO score VALUES (?1,1,1,?2,NULL)",
                                  undefined ? "i" : "id", id, x);
                /* Seeds lie on both sides of 10: their mean is on target, they are not. */
                attune_store_exec(
                    store, &err, "INSERT INTO score VALUES (?1,1,2,?2,NULL)", "id", id,
                    10.0 + (s == 2 ? 1.0 : -1.0) * (m == 2 ? 3.0 + 0.1 * (double)p : 0.5));
            }
        }
    }
}

static struct attune_store *open_filled(void)
{
    struct attune_store *store = NULL;
    struct attune_err err = ATTUNE_ERR_INIT;
    unlink(path);
    assert_int_equal(attune_store_open(&store, path, ATTUNE_STORE_CREATE, &err), ATTUNE_OK);
    fill(store);
    return store;
}

static void test_rows(void **state)
{
    struct attune_store *store = open_filled();
    struct attune_err err = ATTUNE_ERR_INIT;
    /* Twice: the second refresh replaces the first. */
    assert_int_equal(attune_leaderboard_refresh(store, 1, 1, 1, &err), ATTUNE_OK);
    assert_int_equal(attune_leaderboard_refresh(store, 1, 1, 4, &err), ATTUNE_OK);
    struct attune_leaderboard board = {0};
    assert_int_equal(attune_read_leaderboard(store, 1, NULL, &board, &err), ATTUNE_OK);
    assert_int_equal(board.n, 4); /* quality.z applies to no sample */

    const struct attune_leaderboard_row *a = &board.items[0], *b = &board.items[1];
    assert_string_equal(a->model, "a");
    assert_string_equal(b->method, "dpo");
    /* a: prompts 1 .. 8, prompt 1 from its one seed: .75, 2, 3, ..., 8 */
    assert_true(fabs(a->mean - (0.75 + 35.0) / 8.0) < 1e-12);
    assert_int_equal(a->n, 8);
    assert_int_equal(a->n_undefined, 1);
    /* b: prompts 1, 3 .. 8, each half higher */
    assert_true(fabs(b->mean - (1.5 + 33.0 + 6 * 0.5) / 7.0) < 1e-12);
    assert_int_equal(b->n, 7);
    assert_int_equal(b->n_undefined, 2);
    assert_true(b->ci_low < b->mean && b->mean < b->ci_high);
    /* Seven common prompts, b above a on all: p = 2 / 2^7. */
    assert_int_equal(b->rank_low, 1);
    assert_int_equal(b->rank_high, 1);
    assert_int_equal(a->rank_low, 2);
    assert_int_equal(a->rank_high, 2);
    /* On the target metric a is nearer, whatever the means of the two seeds say. */
    assert_true(fabs(board.items[3].mean - 10.0) < 1e-12);
    assert_int_equal(board.items[2].rank_high, 1);
    assert_int_equal(board.items[3].rank_low, 2);
    attune_leaderboard_release(&board);
    attune_store_close(store);
}

/* Both models in one group: prompt by prompt the mean of those that have a value. */
static void test_groups(void **state)
{
    struct attune_store *store = open_filled();
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_model_list models;
    struct attune_metric_list metrics;
    assert_int_equal(attune_read_models(store, 1, &models, &err), ATTUNE_OK);
    assert_int_equal(attune_read_metrics(store, 1, "harmonic.*", &metrics, &err), ATTUNE_OK);
    const size_t group[] = {0, 0};
    const struct attune_standing_options options = {
        .seed = 1, .n_threads = 1, .group = group, .n_groups = 1};
    struct attune_standing standing;
    assert_int_equal(attune_standings(store, 1, &models, &metrics, &options, &standing, &err),
                     ATTUNE_OK);
    /* .75 + 1.5 over two, 2 alone, then k + .25 */
    assert_true(fabs(standing.mean - (1.125 + 2.0 + 33.0 + 6 * 0.25) / 8.0) < 1e-12);
    assert_int_equal(standing.n, 8);
    assert_int_equal(standing.n_undefined, 3);
    attune_model_list_release(&models);
    attune_metric_list_release(&metrics);
    attune_store_close(store);
}

static void test_empty_run(void **state)
{
    struct attune_store *store = open_filled();
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_store_exec(store, &err, "DELETE FROM sample", ""), ATTUNE_OK);
    assert_int_equal(attune_leaderboard_refresh(store, 1, 1, 2, &err), ATTUNE_OK);
    struct attune_leaderboard board = {0};
    assert_int_equal(attune_read_leaderboard(store, 1, NULL, &board, &err), ATTUNE_OK);
    assert_int_equal(board.n, 0);
    attune_leaderboard_release(&board);
    attune_store_close(store);
}

int main(void)
{
    const int file = mkstemp(path);
    if (file < 0) {
        return 1;
    }
    close(file);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_empty_run),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
