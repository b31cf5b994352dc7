/* Runs, merges and readers with every allocation failing once: no crash, no leak (under the address
 * sanitizer), an honest error, and a database that a clean run then completes to the same scores.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "harness/store/check.h"
#include "harness/store/merge.h"
#include "harness/run/run.h"

static char folder[] = "/tmp/attune-faults.XXXXXX";

static const char suite_text[] =
    "suite: faults\nprompts: [A calm waltz in A minor, A march in C major]\n"
    "models:\n  - {name: corpus, builtin: corpus}\n  - {name: noise, builtin: random}\n"
    "metrics: [harmonic.key_clarity, temporal.groove_consistency]\n";

static const char *at(const char *name)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static enum attune_code run_once(const char *db, struct attune_run_result *result,
                                 struct attune_err *err)
{
    struct attune_suite suite;
    const struct attune_run_options options = {.db = db, .n_threads = 1, .seed = 1};
    enum attune_code code = attune_suite_load(&suite, at("suite.yaml"), err);
    if (code == ATTUNE_OK) {
        code = attune_run(&suite, &options, result, err);
        attune_suite_release(&suite);
    }
    return code;
}

/* All scores as one text. */
static void dump(const char *db, struct attune_buf *out)
{
    struct attune_store *store = NULL;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_store_open(&store, db, ATTUNE_STORE_READ, &err), ATTUNE_OK);
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT group_concat(model || prompt || seed || metric || quote(value) || state) FROM"
        " (SELECT * FROM sample_scores ORDER BY model, prompt, seed, metric)",
        &err);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    const char *text = (const char *)sqlite3_column_text(stmt, 0);
    attune_buf_add(out, text ? text : "");
    sqlite3_finalize(stmt);
    attune_store_close(store);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    return remove(path);
}

static void remove_all(const char *db)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".files"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s%s", db, ends[i]);
        nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
}

static void test_run(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_run_result result;
    struct attune_buf whole = ATTUNE_BUF_INIT, mended = ATTUNE_BUF_INIT;
    if (run_once(at("whole.db"), &result, &err)) {
        fail_msg("%s", err.message);
    }
    dump(at("whole.db"), &whole);
    size_t n_faults = 0, n_errors = 0;
    for (uint64_t n = 1;; n += 1 + n / 40) { /* every one at first, then ever wider steps */
        const char *db = at("fault.db");
        remove_all(db);
        err = (struct attune_err)ATTUNE_ERR_INIT;
        const uint64_t before = attune_mem_count();
        attune_mem_fail_after(n);
        const enum attune_code code = run_once(db, &result, &err);
        const bool fired = attune_mem_count() - before >= n;
        attune_mem_fail_after(0);
        if (!fired) {
            break;
        }
        n_faults++;
        n_errors += code != ATTUNE_OK || result.status.n_failed > 0;
        if (code != ATTUNE_OK && code != ATTUNE_E_MEMORY) {
            fail_msg("allocation %llu: code %d: %s", (unsigned long long)n, code, err.message);
        }
        if (run_once(db, &result, &err)) {
            fail_msg("after the failure of allocation %llu: %s", (unsigned long long)n,
                     err.message);
        }
        assert_int_equal(result.status.n_failed, 0);
        attune_buf_reset(&mended);
        dump(db, &mended);
        assert_string_equal(attune_buf_text(&mended), attune_buf_text(&whole));
    }
    printf("%zu injected faults, %zu seen\n", n_faults, n_errors);
    assert_true(n_faults > 50 && n_errors > n_faults / 2);
    remove_all(at("fault.db"));
    attune_buf_release(&whole);
    attune_buf_release(&mended);
}

static void ignore_finding(void *context, const struct attune_finding *finding)
{
    ++*(size_t *)context;
}

static enum attune_code read_everything(const char *db, struct attune_err *err)
{
    struct attune_store *store = NULL;
    struct attune_score_table table = {0};
    struct attune_run_list runs = {0};
    size_t n_findings = 0;
    enum attune_code code = attune_store_open_read(&store, db, err);
    if (code == ATTUNE_OK) {
        code = attune_read_runs(store, &runs, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_read_scores(store, 1, NULL, &table, err);
        attune_score_table_release(&table);
    }
    if (code == ATTUNE_OK) {
        code = attune_store_check(store, ignore_finding, &n_findings, err);
    }
    attune_run_list_release(&runs);
    attune_store_close(store);
    return code;
}

static enum attune_code merge_once(const char *out, const char *in, struct attune_err *err)
{
    struct attune_store *store = NULL;
    struct attune_merge_counts counts;
    enum attune_code code = attune_store_open(&store, out, ATTUNE_STORE_CREATE, err);
    if (code == ATTUNE_OK) {
        code = attune_merge(store, in, &counts, err);
    }
    attune_store_close(store);
    return code;
}

static void test_readers_and_merge(void **state)
{
    for (int which = 0; which < 2; which++) {
        size_t n_faults = 0;
        for (uint64_t n = 1;; n++) {
            struct attune_err err = ATTUNE_ERR_INIT;
            remove_all(at("merged.db"));
            const uint64_t before = attune_mem_count();
            attune_mem_fail_after(n);
            const enum attune_code code = which ? merge_once(at("merged.db"), at("whole.db"), &err)
                                                : read_everything(at("whole.db"), &err);
            const bool fired = attune_mem_count() - before >= n;
            attune_mem_fail_after(0);
            if (!fired) {
                assert_int_equal(code, ATTUNE_OK);
                break;
            }
            n_faults++;
            if (code != ATTUNE_E_MEMORY && code != ATTUNE_OK) {
                fail_msg("allocation %llu: code %d: %s", (unsigned long long)n, code, err.message);
            }
        }
        assert_true(n_faults > 1);
    }
    remove_all(at("merged.db"));
}

static int set_up(void **state)
{
    return mkdtemp(folder) && attune_file_write(at("suite.yaml"), suite_text, strlen(suite_text),
                                                NULL) == ATTUNE_OK
               ? 0
               : 1;
}

static int tear_down(void **state)
{
    return nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_readers_and_merge),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
