/* Lists of runs, their models and prompts, and the baselines. */
#include "harness/store/store_read.h"

#include <math.h>

#include "harness/store/list_query.h"

/* ---- runs */

static void fill_run(struct attune_list_query *q, void *item)
{
    struct attune_run_info *r = item;
    const char **texts[] = {
        &r->name, &r->key, &r->suite, &r->suite_hash, &r->suite_path, &r->prompt_hash, &r->files,
        &r->rank_by, &r->attune_version, &r->attune_commit, &r->compiler, &r->cflags, &r->cpu,
        &r->host, &r->libraries, &r->fft, &r->soundfont, &r->soundfont_hash, &r->started, &r->ended,
    };
    const int n_texts = (int)(sizeof texts / sizeof *texts);
    for (int i = 0; i < n_texts; i++) {
        *texts[i] = attune_text_at(q, i);
    }
    r->id = sqlite3_column_int64(q->stmt, n_texts);
    r->n_planned = sqlite3_column_int64(q->stmt, n_texts + 1);
    r->n_threads = sqlite3_column_int64(q->stmt, n_texts + 2);
    r->n_ok = sqlite3_column_int64(q->stmt, n_texts + 3);
    r->n_failed = sqlite3_column_int64(q->stmt, n_texts + 4);
    r->allow_failed = sqlite3_column_double(q->stmt, n_texts + 5);
}

enum attune_code attune_read_runs(struct attune_store *store, struct attune_run_list *out,
                                  struct attune_err *err)
{
    *out = (struct attune_run_list){0};
    enum attune_code code = attune_read_list(
        store,
        "SELECT name, key, suite, suite_hash, suite_path, prompt_hash, files, rank_by, "
        "attune_version,"
        " attune_commit, compiler, cflags, cpu, host, libraries, fft, soundfont, soundfont_hash,"
        " started, ended, id, n_planned, n_threads, coalesce(n_ok, 0), coalesce(n_failed, 0),"
        " allow_failed FROM run LEFT JOIN"
        " (SELECT run, sum(status = 'ok') AS n_ok, sum(status = 'failed') AS n_failed"
        "  FROM sample GROUP BY run) s ON s.run = run.id ORDER BY id",
        0, ATTUNE_LIST(out), fill_run,
        err);
    if (code) {
        attune_run_list_release(out);
    }
    return code;
}

void attune_run_list_release(struct attune_run_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_run_list){0};
}

static enum attune_code no_run(struct attune_store *store, const char *wanted,
                               struct attune_err *err)
{
    if (!wanted) {
        attune_fail_at(err, ATTUNE_E_STORE, attune_store_path(store), 0, "holds no run");
        attune_err_hint(err, "`attune run SUITE.yaml` makes one");
        return ATTUNE_E_STORE;
    }
    attune_fail_at(err, ATTUNE_E_USAGE, attune_store_path(store), 0, "no run '%s'", wanted);
    attune_err_hint(err, "`attune db info` lists the runs");
    return ATTUNE_E_USAGE;
}

enum attune_code attune_read_run_id(struct attune_store *store, const char *wanted, int64_t *run,
                                    struct attune_err *err)
{
    /* The run touched last: every run and continuation leaves an event. */
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT r.id FROM run r WHERE ?1 IS NULL OR r.name = ?1 OR CAST(r.id AS TEXT) = ?1"
        " ORDER BY CAST(r.id AS TEXT) = ?1 DESC,"
        " (SELECT max(e.id) FROM event e WHERE e.run = r.id) DESC, r.id DESC LIMIT 1",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_text(stmt, 1, wanted, -1, SQLITE_STATIC);
    enum attune_code code = ATTUNE_OK;
    const int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        *run = sqlite3_column_int64(stmt, 0);
    } else {
        code = rc == SQLITE_DONE ? no_run(store, wanted, err)
                                 : attune_store_fail(store, "read the runs", err);
    }
    sqlite3_finalize(stmt);
    return code;
}

/* ---- models */

static void fill_model(struct attune_list_query *q, void *item)
{
    struct attune_model_info *m = item;
    const char **texts[] = {&m->name,      &m->method, &m->base,
                            &m->generator, &m->spec,   &m->selected_on,
                            &m->family};
    const int n_texts = (int)(sizeof texts / sizeof *texts);
    for (int i = 0; i < n_texts; i++) {
        *texts[i] = attune_text_at(q, i);
    }
    int c = n_texts;
    m->id = sqlite3_column_int64(q->stmt, c++);
    m->simulated = sqlite3_column_int(q->stmt, c++) != 0;
    m->n_ok = sqlite3_column_int64(q->stmt, c++);
    m->n_failed = sqlite3_column_int64(q->stmt, c++);
    double *means[] = {&m->generate_s,   &m->evaluate_s, &m->device_s,  &m->n_candidates,
                       &m->n_tokens, &m->n_rewards,  &m->divergence};
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        *means[i] = attune_double_at(q, c++, NAN);
    }
    m->n_divergence = sqlite3_column_int64(q->stmt, c++);
    double *costs[] = {&m->train_generated, &m->train_processed, &m->train_rewards,
                       &m->train_pairs,     &m->train_steps,     &m->train_s};
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        *costs[i] = attune_double_at(q, c++, NAN);
    }
}

enum attune_code attune_read_models(struct attune_store *store, int64_t run,
                                    struct attune_model_list *out, struct attune_err *err)
{
    *out = (struct attune_model_list){0};
    enum attune_code code = attune_read_list(
        store,
        "SELECT m.name, m.method, m.base, m.generator, m.spec, m.selected_on, m.family, m.id,"
        " m.simulated,"
        " count(*) FILTER (WHERE s.status = 'ok'), count(*) FILTER (WHERE s.status = 'failed'),"
        " avg(s.generate_s), avg(s.evaluate_s), avg(s.device_s), avg(s.n_candidates),"
        " avg(s.n_tokens), avg(s.n_rewards), avg(s.logprob - s.ref_logprob),"
        " count(s.logprob - s.ref_logprob), m.train_generated, m.train_processed, m.train_rewards,"
        " m.train_pairs, m.train_steps, m.train_s"
        " FROM model m LEFT JOIN sample s ON s.model = m.id AND s.run = m.run"
        " WHERE m.run = ?1 GROUP BY m.id ORDER BY m.position",
        run, ATTUNE_LIST(out), fill_model, err);
    if (code) {
        attune_model_list_release(out);
    }
    return code;
}

void attune_model_list_release(struct attune_model_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_model_list){0};
}

/* ---- prompts */

static void fill_prompt(struct attune_list_query *q, void *item)
{
    struct attune_prompt_info *p = item;
    p->id = sqlite3_column_int64(q->stmt, 0);
    p->name = attune_text_at(q, 1);
    p->text = attune_text_at(q, 2);
    p->attributes = attune_text_at(q, 3);
}

enum attune_code attune_read_prompts(struct attune_store *store, int64_t run,
                                     struct attune_prompt_list *out, struct attune_err *err)
{
    *out = (struct attune_prompt_list){0};
    enum attune_code code = attune_read_list(
        store,
        "SELECT p.id, p.name, p.text, p.attributes FROM run_prompt q"
        " JOIN prompt p ON p.id = q.prompt WHERE q.run = ?1 ORDER BY q.position",
        run, ATTUNE_LIST(out), fill_prompt, err);
    if (code) {
        attune_prompt_list_release(out);
    }
    return code;
}

enum attune_code attune_count_prompts(struct attune_store *store, int64_t run, size_t *n,
                                      struct attune_err *err)
{
    sqlite3_stmt *stmt =
        attune_store_prepare(store, "SELECT count(*) FROM run_prompt WHERE run = ?1", err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_int64(stmt, 1, run);
    enum attune_code code = ATTUNE_OK;
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        *n = (size_t)sqlite3_column_int64(stmt, 0);
    } else {
        code = attune_store_fail(store, "count the prompts", err);
    }
    sqlite3_finalize(stmt);
    return code;
}

void attune_prompt_list_release(struct attune_prompt_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_prompt_list){0};
}

/* ---- baselines */

enum attune_code attune_read_baseline(struct attune_store *store, const char *name, int64_t *run,
                                      char **model, struct attune_err *err)
{
    sqlite3_stmt *stmt =
        attune_store_prepare(store, "SELECT run, model FROM baseline WHERE name = ?1", err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    enum attune_code code = ATTUNE_OK;
    const int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        *run = sqlite3_column_int64(stmt, 0);
        *model = attune_strdup((const char *)sqlite3_column_text(stmt, 1));
        code = *model ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    } else if (rc == SQLITE_DONE) {
        code = attune_fail(err, ATTUNE_E_MISSING, "no baseline '%s'", name);
        attune_err_hint(err, "`attune baseline set %s --model MODEL` makes it", name);
    } else {
        code = attune_store_fail(store, "read the baselines", err);
    }
    sqlite3_finalize(stmt);
    return code;
}
