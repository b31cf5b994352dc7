/* Every table copied around the damage, then what no longer belongs together is taken apart. */
#include "harness/store/salvage.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/text.h"
#include "harness/store/salvage_table.h"
#include "harness/store/schema.h"

/* Every table but `leaderboard`, which is made anew; a row comes after those it refers to.
 * orphans: which rows refer to something that is gone. */
static const struct {
    struct attune_table_spec spec;
    const char *orphans;
} tables[] = {
    {{"run", "id", "id"}, NULL},
    {{"model", "id", "id"}, "run NOT IN (SELECT id FROM run)"},
    {{"prompt", "id", "id"}, NULL},
    {{"run_prompt", "run", "run, prompt"},
     "run NOT IN (SELECT id FROM run) OR prompt NOT IN (SELECT id FROM prompt)"},
    {{"run_seed", "run", "run, seed"}, "run NOT IN (SELECT id FROM run)"},
    {{"metric", "id", "id"}, NULL},
    {{"run_metric", "run", "run, metric"},
     "run NOT IN (SELECT id FROM run) OR metric NOT IN (SELECT id FROM metric)"},
    {{"artefact", "id", "id"}, NULL},
    {{"params", "id", "id"}, NULL},
    {{"sample", "id", "id"},
     "run NOT IN (SELECT id FROM run) OR model NOT IN (SELECT id FROM model)"
     " OR prompt NOT IN (SELECT id FROM prompt)"
     " OR artefact NOT IN (SELECT id FROM artefact) OR params NOT IN (SELECT id FROM params)"},
    {{"score", "artefact", "artefact, params, metric"},
     "metric NOT IN (SELECT id FROM metric) OR params NOT IN (SELECT id FROM params)"
     " OR NOT EXISTS (SELECT 1 FROM temp.sampled s WHERE s.artefact = score.artefact)"},
    {{"candidate", "sample", "sample, i"}, "sample NOT IN (SELECT id FROM sample)"},
    {{"embedding", "id", "id"}, NULL},
    {{"vector", "embedding", "embedding, content"},
     "embedding NOT IN (SELECT id FROM embedding)"},
    {{"set_score", "id", "id"},
     "run NOT IN (SELECT id FROM run) OR model NOT IN (SELECT id FROM model)"
     " OR metric NOT IN (SELECT id FROM metric) OR embedding NOT IN (SELECT id FROM embedding)"},
    {{"preference", "id", "id"}, NULL},
    {{"rating", "id", "id"}, NULL},
    {{"reward_model", "id", "id"}, NULL},
    {{"baseline", "1", "name"}, "run NOT IN (SELECT id FROM run)"},
    {{"event", "id", "id"}, "run NOT IN (SELECT id FROM run)"},
};
enum { N_TABLES = sizeof tables / sizeof *tables, SHOWN_GAPS = 4 };

struct salvage {
    sqlite3 *from;
    struct attune_store *to;
    struct attune_table_gaps gaps[N_TABLES];
    int64_t n_dropped[N_TABLES], n_kept[N_TABLES];
};

/* The damaged file, with what can tell a broken page switched on. Its journal is read where it is:
 * what a killed program left there belongs to the experiment. */
static enum attune_code open_damaged(sqlite3 **from, const char *path, struct attune_err *err)
{
    int64_t id = 0, n_tables = 0;
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_open_v2(path, from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        attune_store_defend(*from);
        /* A file that was cut, or a damaged schema, is only read when SQLite takes the reader for a
         * repairer; nothing can be written through this handle. */
        sqlite3_db_config(*from, SQLITE_DBCONFIG_DEFENSIVE, 0, (int *)NULL);
        sqlite3_db_config(*from, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, (int *)NULL);
        sqlite3_exec(*from, "PRAGMA query_only = ON; PRAGMA cell_size_check = ON", NULL, NULL,
                     NULL);
        rc = sqlite3_prepare_v2(*from,
                                "SELECT application_id, (SELECT count(*) FROM sqlite_schema)"
                                " FROM pragma_application_id",
                                -1, &stmt, NULL);
    }
    if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        id = sqlite3_column_int64(stmt, 0);
        n_tables = sqlite3_column_int64(stmt, 1);
        rc = SQLITE_OK;
    }
    enum attune_code code = ATTUNE_OK;
    if (rc != SQLITE_OK) {
        code = attune_fail_at(err, ATTUNE_E_STORE, path, 0, "cannot read the first pages: %s",
                              *from ? sqlite3_errmsg(*from) : sqlite3_errstr(rc));
        attune_err_hint(err, "the same `attune run` with a new --db makes everything again");
    } else if (id != ATTUNE_APPLICATION_ID || n_tables == 0) {
        code = attune_fail_at(err, ATTUNE_E_STORE, path, 0, "not an attune database");
    }
    sqlite3_finalize(stmt);
    return code;
}

/* Runs sql with the bounds of every gap; adds the rows it changed to *n_changed unless NULL. */
static enum attune_code exec_range(struct attune_store *store,
                                   const struct attune_table_gaps *gaps, const char *sql,
                                   int64_t *n_changed, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; code == ATTUNE_OK && i < gaps->n; i++) {
        code = attune_store_exec(store, err, sql, "ii", gaps->items[i].lo, gaps->items[i].hi);
        if (n_changed && code == ATTUNE_OK) {
            *n_changed += sqlite3_changes64(attune_store_sqlite(store));
        }
    }
    return code;
}

static size_t index_of(const char *table)
{
    size_t t = 0;
    while (strcmp(tables[t].spec.name, table) != 0) {
        t++;
    }
    return t;
}

/* Drops the rows of table t that refer to what is gone. */
static enum attune_code drop_orphans(struct salvage *s, size_t t, struct attune_err *err)
{
    char sql[512];
    if (!tables[t].orphans) {
        return ATTUNE_OK;
    }
    snprintf(sql, sizeof sql, "DELETE FROM %s WHERE %s", tables[t].spec.name, tables[t].orphans);
    enum attune_code code = attune_store_exec(s->to, err, sql, "");
    s->n_dropped[t] += code == ATTUNE_OK ? sqlite3_changes64(attune_store_sqlite(s->to)) : 0;
    return code;
}

/* Content of which a score or its metric is lost, or a value is impossible, is in doubt: none
 * of its scores stays. Samples of one modality that were scored alike have equally many scores
 * (schema.c), so one with fewer than the others has lost some. */
static enum attune_code doubt_scores(struct salvage *s, struct attune_err *err)
{
    static const char *const steps[] = {
        "INSERT OR IGNORE INTO temp.doubt SELECT artefact FROM score"
        " WHERE metric NOT IN (SELECT id FROM metric) OR params NOT IN (SELECT id FROM params)",
        "INSERT OR IGNORE INTO temp.doubt SELECT c.artefact FROM score c JOIN metric k ON k.id = "
        "c.metric WHERE c.value < k.lo - 1e-9 OR c.value > k.hi + 1e-9",
        "INSERT OR IGNORE INTO temp.doubt SELECT artefact FROM (SELECT artefact, n, max(n) OVER"
        " (PARTITION BY scored, modality) AS whole FROM (SELECT s.artefact, s.scored, a.modality,"
        " (SELECT count(*) FROM score c WHERE c.artefact = s.artefact AND c.params = s.params) AS n"
        " FROM sample s JOIN artefact a ON a.id = s.artefact WHERE s.scored != ''))"
        " WHERE n < whole",
        "DELETE FROM score WHERE artefact IN (SELECT artefact FROM temp.doubt)",
    };
    const size_t score = index_of("score");
    enum attune_code code =
        exec_range(s->to, &s->gaps[score],
                   "INSERT OR IGNORE INTO temp.doubt"
                   " SELECT id FROM artefact WHERE id BETWEEN ?1 AND ?2",
                   NULL, err);
    for (size_t i = 0; code == ATTUNE_OK && i < sizeof steps / sizeof *steps; i++) {
        code = attune_store_exec(s->to, err, steps[i], "");
    }
    s->n_dropped[score] += code == ATTUNE_OK ? sqlite3_changes64(attune_store_sqlite(s->to)) : 0;
    return code;
}

/* Samples keep the files they have: the next run writes to a folder beside the new database. */
static enum attune_code finish_samples(struct salvage *s, const char *files, int64_t *n_unscored,
                                       struct attune_err *err)
{
    static const char *const steps[] = {
        "UPDATE sample SET path = (SELECT files FROM run r WHERE r.id = sample.run) || '/' || path"
        " WHERE path NOT LIKE '/%'",
        /* Numbers of whole sets were those of other samples. */
        "DELETE FROM set_score WHERE run IN (SELECT run FROM sample WHERE scored = '') OR run IN"
        " (SELECT id FROM run r WHERE n_planned > (SELECT count(*) FROM sample s WHERE s.run = "
        "r.id))",
        "UPDATE run SET ended = NULL WHERE id IN (SELECT run FROM sample WHERE scored = '')"
        " OR n_planned > (SELECT count(*) FROM sample s WHERE s.run = run.id)",
    };
    enum attune_code code = attune_store_exec(
        s->to, err,
        "UPDATE sample SET scored = '' WHERE artefact IN (SELECT artefact FROM temp.doubt)", "");
    *n_unscored = code == ATTUNE_OK ? sqlite3_changes64(attune_store_sqlite(s->to)) : 0;
    for (size_t i = 0; code == ATTUNE_OK && i < sizeof steps / sizeof *steps; i++) {
        code = attune_store_exec(s->to, err, steps[i], "");
    }
    return code ? code : attune_store_exec(s->to, err, "UPDATE run SET files = ?1", "t", files);
}

static enum attune_code tidy(struct salvage *s, const char *files, int64_t *n_unscored,
                             struct attune_err *err)
{
    const size_t sample = index_of("sample"), score = index_of("score");
    enum attune_code code = attune_store_exec(
        s->to, err, "CREATE TEMP TABLE doubt (artefact INTEGER PRIMARY KEY)", "");
    for (size_t t = 0; code == ATTUNE_OK && t < N_TABLES; t++) {
        if (t == score) {
            code = attune_store_exec(s->to, err,
                                     "CREATE TEMP TABLE sampled AS SELECT DISTINCT artefact FROM "
                                     "sample WHERE artefact IS NOT NULL",
                                     "");
            code = code ? code
                        : attune_store_exec(
                              s->to, err,
                              "CREATE INDEX temp.sampled_artefact ON sampled (artefact)", "");
            code = code ? code : doubt_scores(s, err);
        }
        if (t == sample && code == ATTUNE_OK) {
            code = exec_range(s->to, &s->gaps[index_of("candidate")],
                              "DELETE FROM sample WHERE id BETWEEN ?1 AND ?2 AND n_candidates > 1",
                              &s->n_dropped[sample], err);
        }
        code = code ? code : drop_orphans(s, t, err);
    }
    return code ? code : finish_samples(s, files, n_unscored, err);
}

static enum attune_code count_kept(struct salvage *s, struct attune_err *err)
{
    for (size_t t = 0; t < N_TABLES; t++) {
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[t].spec.name);
        sqlite3_stmt *stmt = attune_store_prepare(s->to, sql, err);
        if (!stmt || sqlite3_step(stmt) != SQLITE_ROW) {
            sqlite3_finalize(stmt);
            return stmt ? attune_store_fail(s->to, "count rows", err) : ATTUNE_E_STORE;
        }
        s->n_kept[t] = sqlite3_column_int64(stmt, 0);
        sqlite3_finalize(stmt);
    }
    return ATTUNE_OK;
}

static enum attune_code copy_all(struct salvage *s, const char *files, int64_t *n_unscored,
                                 struct attune_err *err)
{
    /* References are looked at when everything is there. */
    if (sqlite3_exec(attune_store_sqlite(s->to), "PRAGMA foreign_keys = OFF", NULL, NULL, NULL)) {
        return attune_store_fail(s->to, "set up the new database", err);
    }
    enum attune_code code = attune_store_begin(s->to, err);
    for (size_t t = 0; code == ATTUNE_OK && t < N_TABLES; t++) {
        code = attune_salvage_table(s->from, s->to, &tables[t].spec, &s->gaps[t], err);
    }
    code = code ? code : tidy(s, files, n_unscored, err);
    code = code ? code : count_kept(s, err);
    return code ? code : attune_store_commit(s->to, err);
}

static void describe_gaps(struct attune_buf *out, size_t t, const struct attune_table_gaps *gaps)
{
    const bool has_key = strcmp(tables[t].spec.key, "1") != 0;
    attune_buf_reset(out);
    attune_buf_add(out, has_key ? tables[t].spec.key : "some rows");
    for (size_t i = 0; has_key && i < gaps->n && i < SHOWN_GAPS; i++) {
        const struct attune_gap *gap = &gaps->items[i];
        attune_buf_addf(out, "%s %lld", i ? "," : "", (long long)gap->lo);
        if (gap->hi >= ATTUNE_KEY_MAX) {
            attune_buf_add(out, " and what followed");
        } else if (gap->hi > gap->lo) {
            attune_buf_addf(out, " to %lld", (long long)gap->hi);
        }
    }
    if (has_key && gaps->n > SHOWN_GAPS) {
        attune_buf_addf(out, " and %zu more places", gaps->n - SHOWN_GAPS);
    }
}

static enum attune_code report(const struct salvage *s,
                               void (*each)(void *context, const struct attune_salvaged *table),
                               void *context, struct attune_err *err)
{
    struct attune_buf lost = ATTUNE_BUF_INIT;
    for (size_t t = 0; t < N_TABLES && !lost.failed; t++) {
        describe_gaps(&lost, t, &s->gaps[t]);
        each(context, &(struct attune_salvaged){
                          .table = tables[t].spec.name,
                          .n_kept = s->n_kept[t],
                          .n_dropped = s->n_dropped[t],
                          .lost = s->gaps[t].n ? attune_buf_text(&lost) : NULL,
                      });
    }
    const bool failed = lost.failed;
    attune_buf_release(&lost);
    return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
}

/* Closes the new database, which folds its journal into it, and gives it its name. */
static enum attune_code finish_file(const char *part, const char *out, enum attune_code code,
                                    struct attune_err *err)
{
    if (code == ATTUNE_OK && link(part, out) != 0) { /* unlike rename, never replaces a file */
        code = attune_fail_at(err, ATTUNE_E_IO, out, 0, "cannot make the new database: %s",
                              strerror(errno));
    }
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char path[PATH_MAX + 8];
        snprintf(path, sizeof path, "%s%s", part, ends[i]);
        unlink(path);
    }
    return code;
}

enum attune_code attune_store_salvage(const char *damaged, const char *out,
                                      void (*each)(void *context,
                                                   const struct attune_salvaged *table),
                                      void *context, struct attune_salvage_result *result,
                                      struct attune_err *err)
{
    struct salvage s = {0};
    struct attune_buf part = ATTUNE_BUF_INIT, files = ATTUNE_BUF_INIT;
    attune_buf_addf(&part, "%s.part", out);
    attune_buf_addf(&files, "%s.files", out);
    const char *name = attune_buf_text(&part);
    *result = (struct attune_salvage_result){0};
    enum attune_code code = ATTUNE_OK;
    if (part.failed || files.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        goto out;
    }
    if (access(out, F_OK) == 0) {
        code = attune_fail_at(err, ATTUNE_E_USAGE, out, 0, "is there already");
        attune_err_hint(err, "name a file that does not exist");
        goto out;
    }
    code = open_damaged(&s.from, damaged, err);
    if (code) {
        goto out;
    }
    finish_file(name, out, ATTUNE_E_STORE, NULL); /* what a killed salvage left */
    code = attune_store_open(&s.to, name, ATTUNE_STORE_CREATE, err);
    if (code == ATTUNE_OK) {
        code = copy_all(&s, attune_buf_text(&files), &result->n_unscored, err);
    }
    attune_store_close(s.to);
    code = finish_file(name, out, code, err);
    code = code ? code : report(&s, each, context, err);
out:
    sqlite3_close(s.from);
    for (size_t t = 0; t < N_TABLES; t++) {
        attune_table_gaps_release(&s.gaps[t]);
    }
    attune_buf_release(&part);
    attune_buf_release(&files);
    return code;
}
