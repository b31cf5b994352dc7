/* The store: creation, refusals, and what the readers make of a small hand-written run. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/store/schema.h"
#include "harness/store/store.h"

static char folder[] = "/tmp/attune-store.XXXXXX";

static const char *at(const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", folder, name);
    return path;
}

static void exec(struct attune_store *store, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(attune_store_sqlite(store), sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
}

static struct attune_store *open_store(const char *path, enum attune_store_mode mode)
{
    struct attune_store *store = NULL;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_store_open(&store, path, mode, &err)) {
        fail_msg("%s", err.message);
    }
    return store;
}

static void test_creates_and_reopens(void **state)
{
    char path[256];
    struct attune_store *store = open_store(at("new.db", path), ATTUNE_STORE_CREATE);
    attune_store_close(store);
    store = open_store(path, ATTUNE_STORE_READ);
    int64_t run = 0;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_read_run_id(store, NULL, &run, &err), ATTUNE_E_STORE);
    assert_non_null(strstr(err.message, "no run"));
    assert_int_not_equal(attune_store_exec(store, &err, "DELETE FROM run", ""), ATTUNE_OK);
    attune_store_close(store);
}

static void test_refuses_what_is_not_its_own(void **state)
{
    char path[256];
    struct attune_store *store = NULL;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_store_open(&store, at("none.db", path), ATTUNE_STORE_READ, &err),
                     ATTUNE_E_STORE);
    assert_non_null(strstr(err.message, "no such database"));

    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(at("foreign.db", path), &db), SQLITE_OK);
    sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(attune_store_open(&store, path, ATTUNE_STORE_CREATE, &err), ATTUNE_E_STORE);
    assert_non_null(strstr(err.message, "not an attune database"));

    FILE *f = fopen(at("text.db", path), "w");
    for (int i = 0; i < 200; i++) {
        fputs("this is no database at all\n", f);
    }
    fclose(f);
    assert_int_equal(attune_store_open(&store, path, ATTUNE_STORE_CREATE, &err), ATTUNE_E_STORE);

    store = open_store(at("newer.db", path), ATTUNE_STORE_CREATE);
    exec(store, "PRAGMA user_version = 999");
    attune_store_close(store);
    store = NULL;
    assert_int_equal(attune_store_open(&store, path, ATTUNE_STORE_WRITE, &err), ATTUNE_E_STORE);
    assert_non_null(strstr(err.message, "schema version 999"));
    assert_null(store);
}

/* A database made by the first schema is brought to the last one, one step after the other. */
static void old_databases_are_brought_forward(void **state)
{
    char path[4096], mark[96];
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(at("old.db", path), &db), SQLITE_OK);
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = 1",
             ATTUNE_APPLICATION_ID);
    assert_int_equal(sqlite3_exec(db, attune_schema_steps[0], NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, mark, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    struct attune_store *store = open_store(path, ATTUNE_STORE_WRITE);
    exec(store, "INSERT INTO rating (source, line, kind, item, system, prompt, axis, rater, value)"
                " VALUES ('s', 1, 'human', 'a.wav', '', '', 'overall', '', 4.5)");
    attune_store_close(store);
}

static const char small_run[] =
    "INSERT INTO run VALUES (1,'k','study','suite: "
    "x','h','/s.yaml','p','/files',8,'[]',0,'0','c','cc',"
    "'','cpu','host','{}','fftw',NULL,NULL,1,'2026-01-01T00:00:00Z',NULL);"
    "INSERT INTO model (id, run, position, name, method, base, generator, spec,"
    " fingerprint, simulated, selected_on) "
    "VALUES (11,1,0,'base','none',NULL,'policy','{}','',0,NULL),"
    " (12,1,1,'bon','inference','base','policy','{}','',0,'harmonic.x');"
    "INSERT INTO prompt VALUES (21,'p2','two','{}','h2'),(22,'p1','one','{}','h1');"
    "INSERT INTO run_prompt VALUES (1,22,0),(1,21,1);"
    "INSERT INTO metric (id,name,version,title,unit,direction,inputs,summary,source) VALUES"
    " (31,'harmonic.x',1,'X','1','up','audio,symbolic','',''),"
    " (32,'quality.y',2,'Y','dB','none','audio','','');"
    "INSERT INTO run_metric VALUES (1,31,0),(1,32,1);"
    "INSERT INTO artefact VALUES (41,'a1','symbolic',100,3.5),(42,'a2','symbolic',100,3.5);"
    "INSERT INTO params VALUES (51,'q','{}');"
    "INSERT INTO sample (id,run,model,prompt,seed,key,status,error,path,artefact,params,finished,"
    " logprob,ref_logprob) VALUES"
    " (61,1,11,22,1,'k1','ok',NULL,'a.mid',41,51,'t',-1,-1.5),"
    " (62,1,11,21,1,'k2','failed','time out',NULL,NULL,NULL,'t',NULL,NULL),"
    " (63,1,12,22,7,'k3','ok',NULL,'/else/b.mid',42,51,'t',NULL,NULL);"
    "INSERT INTO score VALUES (41,51,31,0.5,NULL),(42,51,31,NULL,'too short');"
    "INSERT INTO event (run,time,kind,subject,text) VALUES (1,'t','start','','');";

static void test_reads_a_run(void **state)
{
    char path[256];
    struct attune_store *store = open_store(at("run.db", path), ATTUNE_STORE_CREATE);
    exec(store, small_run);
    struct attune_err err = ATTUNE_ERR_INIT;
    int64_t run = 0;
    assert_int_equal(attune_read_run_id(store, "study", &run, &err), ATTUNE_OK);
    assert_int_equal(run, 1);
    assert_int_equal(attune_read_run_id(store, "other", &run, &err), ATTUNE_E_USAGE);

    struct attune_score_table t;
    assert_int_equal(attune_read_scores(store, run, NULL, &t, &err), ATTUNE_OK);
    assert_int_equal(t.models.n, 2);
    assert_int_equal(t.metrics.n, 2);
    assert_int_equal(t.prompts.n, 2);
    assert_string_equal(t.prompts.items[0].name, "p1");
    assert_int_equal(t.n_seeds, 2);
    assert_int_equal(t.seeds[1], 7);
    const size_t ok = attune_score_cell(&t, 0, 0, 0, 0);
    assert_int_equal(t.state[ok], ATTUNE_CELL_OK);
    assert_true(t.value[ok] == 0.5);
    assert_int_equal(t.state[attune_score_cell(&t, 0, 1, 0, 0)], ATTUNE_CELL_NOT_APPLICABLE);
    const size_t failed = attune_score_cell(&t, 0, 1, 1, 0);
    assert_int_equal(t.state[failed], ATTUNE_CELL_FAILED);
    assert_string_equal(t.reasons[t.why[failed]], "time out");
    const size_t undefined = attune_score_cell(&t, 1, 0, 0, 1);
    assert_int_equal(t.state[undefined], ATTUNE_CELL_UNDEFINED);
    assert_string_equal(t.reasons[t.why[undefined]], "too short");
    assert_int_equal(t.state[attune_score_cell(&t, 1, 0, 1, 1)], ATTUNE_CELL_MISSING);
    assert_int_equal(t.models.items[0].n_failed, 1);
    assert_true(t.models.items[0].divergence == 0.5);
    assert_true(isnan(t.models.items[1].divergence));
    attune_score_table_release(&t);

    assert_int_equal(attune_read_scores(store, run, "quality.*", &t, &err), ATTUNE_OK);
    assert_int_equal(t.metrics.n, 1);
    attune_score_table_release(&t);
    attune_store_close(store);
}

static void test_view_shows_every_metric_of_every_sample(void **state)
{
    char path[256];
    struct attune_store *store = open_store(at("run.db", path), ATTUNE_STORE_READ);
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT group_concat(model || ' ' || prompt || ' ' || seed || ' ' || metric || ' ' || "
        "state, ';'),"
        " max(path) FROM (SELECT * FROM sample_scores ORDER BY model, prompt, metric)",
        NULL);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(stmt, 0),
                        "base p1 1 harmonic.x ok;base p1 1 quality.y not_applicable;"
                        "base p2 1 harmonic.x failed;base p2 1 quality.y failed;"
                        "bon p1 7 harmonic.x undefined;bon p1 7 quality.y not_applicable");
    assert_string_equal(sqlite3_column_text(stmt, 1), "/files/a.mid");
    sqlite3_finalize(stmt);
    attune_store_close(store);
}

static bool count(void *context, const struct attune_sample_row *row)
{
    char *seen = context;
    strncat(seen, row->prompt, 16);
    strncat(seen, row->status, 16);
    return true;
}

static void test_walks_samples_in_plan_order(void **state)
{
    char path[256], seen[128] = "";
    struct attune_store *store = open_store(at("run.db", path), ATTUNE_STORE_READ);
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_read_samples(store, 1, "base", count, seen, &err), ATTUNE_OK);
    assert_string_equal(seen, "p1okp2failed");
    attune_store_close(store);
}

static int set_up(void **state)
{
    return mkdtemp(folder) ? 0 : 1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"old.db",  "new.db",   "foreign.db",
                                        "text.db", "newer.db", "run.db"};
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t k = 0; k < 3; k++) {
            char path[256];
            snprintf(path, sizeof path, "%s/%s%s", folder, names[i], ends[k]);
            unlink(path);
        }
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_creates_and_reopens),
        cmocka_unit_test(test_refuses_what_is_not_its_own),
        cmocka_unit_test(test_reads_a_run),
        cmocka_unit_test(test_view_shows_every_metric_of_every_sample),
        cmocka_unit_test(test_walks_samples_in_plan_order),
        cmocka_unit_test(old_databases_are_brought_forward),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
