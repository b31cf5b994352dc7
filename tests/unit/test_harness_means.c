/* The one pass over the scores against the table of all of them: the same means, counts and
 * standings, bit for bit, whatever the order of the samples and the memory allowed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/rng.h"
#include "harness/store/leaderboard.h"
#include "harness/store/means.h"
#include "harness/store/store.h"
#include "metrics/stats/bootstrap.h"
#include "metrics/stats/ranks.h"

enum { N_MODELS = 4, N_PROMPTS = 23, N_SEEDS = 5, N_METRICS = 5, SEED = 20 };

static char path[] = "/tmp/attune-means.XXXXXX";

static void run_sql(struct attune_store *store, const char *sql)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_store_exec(store, &err, sql, ""), ATTUNE_OK);
}

/* Ids that are no positions, and not in their order. */
static int64_t metric_id(int64_t k)
{
    return 50 - 7 * k;
}

static int64_t prompt_id(int64_t p)
{
    return (p * 11) % N_PROMPTS * 3 + 5;
}

static void add_header(struct attune_store *store)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    run_sql(store, "INSERT INTO run VALUES (1,'k','study','suite: x','h','/s.yaml','p','/f',8,'[]',"
                   "0,'0','c','cc','','cpu','host','{}','fftw',NULL,NULL,1,'t',NULL)");
    run_sql(store, "INSERT INTO params VALUES (1,'q','{}')");
    for (int64_t m = 0; m < N_MODELS; m++) {
        attune_store_exec(store, &err,
                          "INSERT INTO model (id, run, position, name, method, generator, spec,"
                          " fingerprint) VALUES (?1,1,?2,'m'||?2,'none','policy','{}','')",
                          "ii", 9 - m, m);
    }
    for (int64_t p = 0; p < N_PROMPTS; p++) {
        attune_store_exec(store, &err, "INSERT INTO prompt VALUES (?1,'p'||?1,'t','{}','h'||?1)",
                          "i", prompt_id(p));
        attune_store_exec(store, &err, "INSERT INTO run_prompt VALUES (1,?1,?2)", "ii",
                          prompt_id(p), p);
    }
    static const char *const directions[N_METRICS] = {"up", "target", "none", "down", "up"};
    for (int64_t k = 0; k < N_METRICS; k++) {
        attune_store_exec(store, &err,
                          "INSERT INTO metric (id,name,version,title,unit,direction,target,inputs,"
                          "summary,source) VALUES (?1,'x.'||?2,1,'X','1',?3,0.25,'symbolic','','')",
                          "iit", metric_id(k), k, directions[k]);
        attune_store_exec(store, &err, "INSERT INTO run_metric VALUES (1,?1,?2)", "ii",
                          metric_id(k), k);
    }
}

/* One sample: one in nine failed, one in seven not there yet; metric 4 applies to even seeds; one
 * score in six is undefined. */
static void add_sample(struct attune_store *store, int64_t id, int64_t item, struct attune_rng *rng)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    const int64_t m = item % N_MODELS, p = item / N_MODELS % N_PROMPTS,
                  s = item / N_MODELS / N_PROMPTS;
    const bool failed = attune_rng_below(rng, 9) == 0;
    if (attune_rng_below(rng, 7) == 0) {
        return;
    }
    attune_store_exec(store, &err, "INSERT INTO artefact VALUES (?1,'h'||?1,'symbolic',1,1)", "i",
                      id);
    assert_int_equal(
        attune_store_exec(
            store, &err,
            failed ? "INSERT INTO sample (id,run,model,prompt,seed,key,status,error,finished)"
                     " VALUES (?1,1,?2,?3,?4,'k','failed','time out','t')"
                   : "INSERT INTO sample (id,run,model,prompt,seed,key,status,path,artefact,params,"
                     "finished) VALUES (?1,1,?2,?3,?4,'k','ok','x',?1,1,'t')",
            "iiii", id, 9 - m, prompt_id(p), s),
        ATTUNE_OK);
    for (int64_t k = 0; k < N_METRICS && !failed; k++) {
        if (k == 4 && s % 2) {
            continue;
        }
        const bool undefined = attune_rng_below(rng, 6) == 0;
        attune_store_exec(store, &err,
                          undefined ? "INSERT INTO score VALUES (?1,1,?2,NULL,'too short')"
                                    : "INSERT INTO score VALUES (?1,1,?2,?3,NULL)",
                          undefined ? "ii" : "iid", id, metric_id(k),
                          0.05 * (double)m + attune_rng_normal(rng));
    }
}

/* The samples come in an order of their own, as from many threads or shards. */
static struct attune_store *open_filled(void)
{
    struct attune_store *store = NULL;
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_rng rng;
    size_t order[N_MODELS * N_PROMPTS * N_SEEDS];
    const size_t n = sizeof order / sizeof *order;
    attune_rng_init(&rng, SEED, 0);
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
    }
    attune_rng_shuffle(&rng, order, n);
    unlink(path);
    assert_int_equal(attune_store_open(&store, path, ATTUNE_STORE_CREATE, &err), ATTUNE_OK);
    assert_int_equal(attune_store_begin(store, &err), ATTUNE_OK);
    add_header(store);
    for (size_t i = 0; i < n; i++) {
        add_sample(store, (int64_t)i + 1, (int64_t)order[i], &rng);
    }
    assert_int_equal(attune_store_commit(store, &err), ATTUNE_OK);
    return store;
}

struct seen {
    const struct attune_score_table *scores;
    size_t n_calls, n_metrics;
};

static size_t count_state(const struct attune_score_table *t, size_t model, size_t metric,
                          enum attune_cell state)
{
    const size_t first = attune_score_cell(t, model, metric, 0, 0);
    size_t n = 0;
    for (size_t i = 0; i < t->prompts.n * t->n_seeds; i++) {
        n += t->state[first + i] == state;
    }
    return n;
}

static enum attune_code compare(void *context, struct attune_means *means, size_t first,
                                struct attune_err *err)
{
    struct seen *seen = context;
    seen->n_calls++;
    assert_int_equal(first, seen->n_metrics);
    seen->n_metrics += means->n_metrics;
    for (size_t k = 0; k < means->n_metrics; k++) {
        for (size_t m = 0; m < N_MODELS; m++) {
            double value[N_PROMPTS], distance[N_PROMPTS];
            unsigned char defined[N_PROMPTS];
            const size_t at = attune_means_at(means, k) + m * N_PROMPTS;
            attune_prompt_means(seen->scores, m, first + k, true, distance, defined);
            attune_prompt_means(seen->scores, m, first + k, false, value, defined);
            assert_memory_equal(means->value + at, value, sizeof value);
            assert_memory_equal(means->defined + at, defined, sizeof defined);
            assert_true((means->distance[k] != NULL) == (first + k == 1));
            if (means->distance[k]) {
                assert_memory_equal(means->distance[k] + m * N_PROMPTS, distance, sizeof distance);
            }
            const struct attune_score_counts *c = &means->counts[k * N_MODELS + m];
            const size_t n[] = {c->n_ok, c->n_undefined, c->n_elsewhere, c->n_failed};
            for (size_t i = 0; i < 4; i++) {
                assert_int_equal(n[i], count_state(seen->scores, m, first + k,
                                                   ATTUNE_CELL_OK + (enum attune_cell)i));
            }
        }
    }
    return ATTUNE_OK;
}

static void test_means(void **state)
{
    struct attune_store *store = open_filled();
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_score_table scores;
    assert_int_equal(attune_read_scores(store, 1, NULL, &scores, &err), ATTUNE_OK);
    assert_true(count_state(&scores, 0, 4, ATTUNE_CELL_NOT_APPLICABLE) > 0);
    assert_true(count_state(&scores, 0, 0, ATTUNE_CELL_MISSING) > 0);
    /* All metrics at once, two at a time, one at a time. */
    const size_t budget[] = {0, 2 * (N_MODELS * N_PROMPTS + 1) * 17, 1}, n_calls[] = {1, 3, 5};
    for (size_t i = 0; i < 3; i++) {
        struct seen seen = {.scores = &scores};
        assert_int_equal(attune_means_each(store, 1, &scores.models, &scores.metrics, budget[i],
                                           compare, &seen, &err),
                         ATTUNE_OK);
        assert_int_equal(seen.n_calls, n_calls[i]);
        assert_int_equal(seen.n_metrics, N_METRICS);
    }
    attune_score_table_release(&scores);
    attune_store_close(store);
}

/* The leaderboard as it is defined, from the table of all scores. */
static void oracle(const struct attune_score_table *t, size_t metric,
                   struct attune_interval interval[N_MODELS], struct attune_rank rank[N_MODELS],
                   double mean[N_MODELS])
{
    double value[N_MODELS * N_PROMPTS];
    unsigned char defined[N_MODELS * N_PROMPTS];
    const struct attune_columns table = {value, defined, N_MODELS, N_PROMPTS};
    const char *direction = t->metrics.items[metric].direction;
    const bool target = strcmp(direction, "target") == 0;
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.seed = SEED;
    for (size_t m = 0; m < N_MODELS; m++) {
        size_t n;
        attune_prompt_means(t, m, metric, false, value + m * N_PROMPTS, defined + m * N_PROMPTS);
        mean[m] = attune_column_mean(&table, m, &n);
        rank[m] = (struct attune_rank){0, 0};
    }
    assert_int_equal(attune_bootstrap_means(&how, &table, interval, NULL), ATTUNE_OK);
    for (size_t m = 0; m < N_MODELS && target; m++) {
        attune_prompt_means(t, m, metric, true, value + m * N_PROMPTS, defined + m * N_PROMPTS);
    }
    if (strcmp(direction, "none") != 0) {
        assert_int_equal(attune_rank_columns(&table, target || strcmp(direction, "down") == 0, 0.05,
                                             rank, NULL, NULL),
                         ATTUNE_OK);
    }
}

static void test_standings(void **state)
{
    struct attune_store *store = open_filled();
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_score_table scores;
    assert_int_equal(attune_read_scores(store, 1, NULL, &scores, &err), ATTUNE_OK);
    const struct attune_standing_options options[] = {
        {.seed = SEED, .n_threads = 1},
        {.seed = SEED, .n_threads = 4, .budget = 1},
    };
    for (size_t i = 0; i < 2; i++) {
        struct attune_standing standing[N_METRICS * N_MODELS];
        assert_int_equal(attune_standings(store, 1, &scores.models, &scores.metrics, &options[i],
                                          standing, &err),
                         ATTUNE_OK);
        for (size_t k = 0; k < N_METRICS; k++) {
            struct attune_interval interval[N_MODELS];
            struct attune_rank rank[N_MODELS];
            double mean[N_MODELS];
            oracle(&scores, k, interval, rank, mean);
            for (size_t m = 0; m < N_MODELS; m++) {
                const struct attune_standing *s = &standing[k * N_MODELS + m];
                assert_true(s->mean == mean[m]);
                assert_true(s->ci_low == interval[m].low && s->ci_high == interval[m].high);
                assert_int_equal(s->rank_low, rank[m].low);
                assert_int_equal(s->rank_high, rank[m].high);
                assert_int_equal(s->n_undefined,
                                 count_state(&scores, m, k, ATTUNE_CELL_UNDEFINED) +
                                     count_state(&scores, m, k, ATTUNE_CELL_FAILED));
            }
        }
    }
    attune_score_table_release(&scores);
    attune_store_close(store);
}

/* Two groups in place of four models, metric by metric as all at once. */
static void test_groups(void **state)
{
    struct attune_store *store = open_filled();
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_score_table scores;
    assert_int_equal(attune_read_scores(store, 1, NULL, &scores, &err), ATTUNE_OK);
    const size_t group[N_MODELS] = {0, 1, 0, 1};
    for (size_t budget = 0; budget < 2; budget++) {
        const struct attune_standing_options options = {
            .seed = SEED, .n_threads = 2, .group = group, .n_groups = 2, .budget = budget};
        struct attune_standing standing[N_METRICS * 2];
        assert_int_equal(attune_standings(store, 1, &scores.models, &scores.metrics, &options,
                                          standing, &err),
                         ATTUNE_OK);
        for (size_t i = 0; i < N_METRICS * 2; i++) {
            double sum = 0.0, n = 0.0;
            for (size_t p = 0; p < N_PROMPTS; p++) {
                double of_group = 0.0, n_members = 0.0;
                for (size_t m = i % 2; m < N_MODELS; m += 2) {
                    double value[N_PROMPTS];
                    unsigned char defined[N_PROMPTS];
                    attune_prompt_means(&scores, m, i / 2, false, value, defined);
                    of_group += defined[p] ? value[p] : 0.0;
                    n_members += defined[p];
                }
                sum += n_members > 0.0 ? of_group / n_members : 0.0;
                n += n_members > 0.0;
            }
            assert_int_equal(standing[i].n, (int64_t)n);
            assert_true(fabs(standing[i].mean - sum / n) < 1e-12);
        }
    }
    attune_score_table_release(&scores);
    attune_store_close(store);
}

/* A table of two models holds what the table of all holds of them. */
static void test_some_models(void **state)
{
    struct attune_store *store = open_filled();
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_score_table all, some;
    const char *const names[] = {"m3", "m1", "nobody"};
    assert_int_equal(attune_read_scores(store, 1, "x.*", &all, &err), ATTUNE_OK);
    assert_int_equal(attune_read_scores_of(store, 1, names, 3, "x.*", &some, &err), ATTUNE_OK);
    assert_int_equal(some.models.n, 2);
    const size_t n = N_PROMPTS * N_SEEDS;
    for (size_t i = 0; i < 2 * N_METRICS; i++) {
        const size_t k = i / 2, m = i % 2;
        const size_t a = attune_score_cell(&all, m ? 3 : 1, k, 0, 0);
        const size_t b = attune_score_cell(&some, m, k, 0, 0);
        assert_string_equal(some.models.items[m].name, all.models.items[m ? 3 : 1].name);
        assert_memory_equal(all.state + a, some.state + b, n);
        for (size_t c = 0; c < n; c++) {
            assert_true(all.value[a + c] == some.value[b + c]);
            assert_string_equal(all.reasons[all.why[a + c]], some.reasons[some.why[b + c]]);
        }
    }
    attune_score_table_release(&all);
    attune_score_table_release(&some);
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
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_standings),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_some_models),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
