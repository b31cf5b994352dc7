/* Lists of runs, models, prompts, metrics, samples and leaderboard rows. */
#include "harness/store/store_read.h"

#include <errno.h>
#include <math.h>

#include "base/text.h"
#include "harness/store/store.h"

/* A query whose rows fill one growing array. `fill` takes the current row; `failed` is set when an
 * allocation fails anywhere. */
struct list_query {
    sqlite3_stmt *stmt;
    struct attune_arena *text;
    bool failed;
};

static const char *text_at(struct list_query *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q->stmt, column);
    if (!text) {
        q->failed = q->failed || sqlite3_column_type(q->stmt, column) != SQLITE_NULL;
        return NULL;
    }
    const size_t n = (size_t)sqlite3_column_bytes(q->stmt, column) + 1;
    char *copy = attune_arena_alloc(q->text, n, 1);
    if (!copy) {
        q->failed = true;
        return NULL;
    }
    return memcpy(copy, text, n);
}

static double double_at(struct list_query *q, int column, double missing)
{
    return sqlite3_column_type(q->stmt, column) == SQLITE_NULL
               ? missing
               : sqlite3_column_double(q->stmt, column);
}

typedef void fill_fn(struct list_query *q, void *item);

/* Runs sql (with ?1 = run) and appends one item per row. */
static enum attune_code read_list(struct attune_store *store, const char *sql, int64_t run,
                                  void **items, size_t *n, size_t *capacity, size_t size,
                                  struct attune_arena *text, fill_fn *fill, struct attune_err *err)
{
    struct list_query q = {.stmt = attune_store_prepare(store, sql, err), .text = text};
    if (!q.stmt) {
        return ATTUNE_E_STORE;
    }
    enum attune_code code = ATTUNE_OK;
    if (sqlite3_bind_parameter_count(q.stmt) > 0) {
        sqlite3_bind_int64(q.stmt, 1, run);
    }
    int rc;
    while ((rc = sqlite3_step(q.stmt)) == SQLITE_ROW) {
        if (!attune_grow(items, capacity, *n, size)) {
            q.failed = true;
            break;
        }
        void *item = (char *)*items + *n * size;
        memset(item, 0, size);
        fill(&q, item);
        if (q.failed) {
            break;
        }
        ++*n;
    }
    if (q.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    } else if (rc != SQLITE_DONE) {
        code = attune_store_fail(store, "read", err);
    }
    sqlite3_finalize(q.stmt);
    return code;
}

/* ---- runs */

static void fill_run(struct list_query *q, void *item)
{
    struct attune_run_info *r = item;
    const char **texts[] = {
        &r->name, &r->key, &r->suite, &r->suite_hash, &r->suite_path, &r->prompt_hash, &r->files,
        &r->rank_by, &r->attune_version, &r->attune_commit, &r->compiler, &r->cflags, &r->cpu,
        &r->host, &r->libraries, &r->fft, &r->soundfont, &r->soundfont_hash, &r->started, &r->ended,
    };
    const int n_texts = (int)(sizeof texts / sizeof *texts);
    for (int i = 0; i < n_texts; i++) {
        *texts[i] = text_at(q, i);
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
    enum attune_code code = read_list(
        store,
        "SELECT name, key, suite, suite_hash, suite_path, prompt_hash, files, rank_by, "
        "attune_version,"
        " attune_commit, compiler, cflags, cpu, host, libraries, fft, soundfont, soundfont_hash,"
        " started, ended, id, n_planned, n_threads,"
        " (SELECT count(*) FROM sample WHERE run = run.id AND status = 'ok'),"
        " (SELECT count(*) FROM sample WHERE run = run.id AND status = 'failed'), allow_failed"
        " FROM run ORDER BY id",
        0, (void **)&out->items, &out->n, &out->capacity, sizeof *out->items, &out->text, fill_run,
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

static void fill_model(struct list_query *q, void *item)
{
    struct attune_model_info *m = item;
    const char **texts[] = {&m->name,      &m->method, &m->base,
                            &m->generator, &m->spec,   &m->selected_on,
                            &m->family};
    const int n_texts = (int)(sizeof texts / sizeof *texts);
    for (int i = 0; i < n_texts; i++) {
        *texts[i] = text_at(q, i);
    }
    int c = n_texts;
    m->id = sqlite3_column_int64(q->stmt, c++);
    m->simulated = sqlite3_column_int(q->stmt, c++) != 0;
    m->n_ok = sqlite3_column_int64(q->stmt, c++);
    m->n_failed = sqlite3_column_int64(q->stmt, c++);
    double *means[] = {&m->generate_s,   &m->evaluate_s, &m->device_s,  &m->n_candidates,
                       &m->n_tokens, &m->n_rewards,  &m->divergence};
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        *means[i] = double_at(q, c++, NAN);
    }
    m->n_divergence = sqlite3_column_int64(q->stmt, c++);
    double *costs[] = {&m->train_generated, &m->train_processed, &m->train_rewards,
                       &m->train_pairs,     &m->train_steps,     &m->train_s};
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        *costs[i] = double_at(q, c++, NAN);
    }
}

enum attune_code attune_read_models(struct attune_store *store, int64_t run,
                                    struct attune_model_list *out, struct attune_err *err)
{
    *out = (struct attune_model_list){0};
    enum attune_code code = read_list(
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
        run, (void **)&out->items, &out->n, &out->capacity, sizeof *out->items, &out->text,
        fill_model, err);
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

static void fill_prompt(struct list_query *q, void *item)
{
    struct attune_prompt_info *p = item;
    p->id = sqlite3_column_int64(q->stmt, 0);
    p->name = text_at(q, 1);
    p->text = text_at(q, 2);
    p->attributes = text_at(q, 3);
}

enum attune_code attune_read_prompts(struct attune_store *store, int64_t run,
                                     struct attune_prompt_list *out, struct attune_err *err)
{
    *out = (struct attune_prompt_list){0};
    enum attune_code code = read_list(store,
                                      "SELECT p.id, p.name, p.text, p.attributes FROM run_prompt q "
                                      "JOIN prompt p ON p.id = q.prompt"
                                      " WHERE q.run = ?1 ORDER BY q.position",
                                      run, (void **)&out->items, &out->n, &out->capacity,
                                      sizeof *out->items, &out->text, fill_prompt, err);
    if (code) {
        attune_prompt_list_release(out);
    }
    return code;
}

void attune_prompt_list_release(struct attune_prompt_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_prompt_list){0};
}

/* ---- metrics */

static void fill_metric(struct list_query *q, void *item)
{
    struct attune_metric_info *m = item;
    const char **texts[] = {&m->name,   &m->identity, &m->title,   &m->unit, &m->direction,
                            &m->inputs, &m->summary,  &m->source};
    const int n_texts = (int)(sizeof texts / sizeof *texts);
    for (int i = 0; i < n_texts; i++) {
        *texts[i] = text_at(q, i);
    }
    m->id = sqlite3_column_int64(q->stmt, n_texts);
    m->version = sqlite3_column_int(q->stmt, n_texts + 1);
    m->target = double_at(q, n_texts + 2, NAN);
    m->lo = double_at(q, n_texts + 3, -INFINITY);
    m->hi = double_at(q, n_texts + 4, INFINITY);
}

#define METRICS_OF_RUN(condition)                                                                  \
    "SELECT m.name, m.identity, m.title, m.unit, m.direction, m.inputs, m.summary, m.source,"      \
    " m.id, m.version, m.target, m.lo, m.hi FROM run_metric q"                                     \
    " JOIN metric m ON m.id = q.metric WHERE q.run = ?1 AND " condition " ORDER BY q.position"

static enum attune_code read_metrics(struct attune_store *store, const char *sql, int64_t run,
                                     const char *globs, struct attune_metric_list *out,
                                     struct attune_err *err)
{
    *out = (struct attune_metric_list){0};
    enum attune_code code = read_list(
        store, sql, run, (void **)&out->items, &out->n, &out->capacity, sizeof *out->items,
        &out->text, fill_metric, err);
    if (code) {
        attune_metric_list_release(out);
        return code;
    }
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++) {
        if (attune_glob_list(globs, out->items[i].name)) {
            out->items[n++] = out->items[i];
        }
    }
    out->n = n;
    return ATTUNE_OK;
}

enum attune_code attune_read_metrics(struct attune_store *store, int64_t run, const char *globs,
                                     struct attune_metric_list *out, struct attune_err *err)
{
    return read_metrics(store, METRICS_OF_RUN("m.inputs != 'sets'"), run, globs, out, err);
}

enum attune_code attune_read_set_metrics(struct attune_store *store, int64_t run, const char *globs,
                                         struct attune_metric_list *out, struct attune_err *err)
{
    return read_metrics(store, METRICS_OF_RUN("m.inputs = 'sets'"), run, globs, out, err);
}

bool attune_metric_is_of_sets(const struct attune_metric_info *metric)
{
    return strcmp(metric->inputs, "sets") == 0;
}

void attune_metric_list_release(struct attune_metric_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_metric_list){0};
}

/* ---- scores of whole sets */

static void fill_set_score(struct list_query *q, void *item)
{
    struct attune_set_score_info *s = item;
    const char **texts[] = {&s->model, &s->metric, &s->base, &s->reference, &s->embedding, &s->why,
                            &s->details, &s->warnings};
    const int n_texts = (int)(sizeof texts / sizeof *texts);
    for (int i = 0; i < n_texts; i++) {
        *texts[i] = text_at(q, i);
    }
    double *reals[] = {&s->value, &s->ci_low, &s->ci_high};
    for (int i = 0; i < 3; i++) {
        *reals[i] = double_at(q, n_texts + i, NAN);
    }
    s->n = sqlite3_column_int64(q->stmt, n_texts + 3);
    s->n_reference = sqlite3_column_int64(q->stmt, n_texts + 4);
    s->n_dims = sqlite3_column_int64(q->stmt, n_texts + 5);
}

enum attune_code attune_read_set_scores(struct attune_store *store, int64_t run, const char *globs,
                                        struct attune_set_score_list *out, struct attune_err *err)
{
    *out = (struct attune_set_score_list){0};
    enum attune_code code = read_list(
        store,
        "SELECT m.name, k.name, s.base, s.reference, e.name, s.why, s.details, s.warnings, s.value,"
        " s.ci_low, s.ci_high, s.n, s.n_reference, s.n_dims FROM set_score s"
        " JOIN model m ON m.id = s.model JOIN metric k ON k.id = s.metric"
        " JOIN embedding e ON e.id = s.embedding"
        " JOIN run_metric q ON q.run = s.run AND q.metric = s.metric"
        " WHERE s.run = ?1 ORDER BY q.position, m.position",
        run, (void **)&out->items, &out->n, &out->capacity, sizeof *out->items, &out->text,
        fill_set_score, err);
    if (code) {
        attune_set_score_list_release(out);
        return code;
    }
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++) {
        if (attune_glob_list(globs, out->items[i].metric)) {
            out->items[n++] = out->items[i];
        }
    }
    out->n = n;
    return ATTUNE_OK;
}

void attune_set_score_list_release(struct attune_set_score_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_set_score_list){0};
}

/* ---- the leaderboard as stored */

static void fill_leaderboard(struct list_query *q, void *item)
{
    struct attune_leaderboard_row *r = item;
    r->model = text_at(q, 0);
    r->method = text_at(q, 1);
    r->metric = text_at(q, 2);
    r->mean = double_at(q, 3, NAN);
    r->ci_low = double_at(q, 4, NAN);
    r->ci_high = double_at(q, 5, NAN);
    r->n = sqlite3_column_int64(q->stmt, 6);
    r->n_undefined = sqlite3_column_int64(q->stmt, 7);
    r->rank_low = sqlite3_column_int64(q->stmt, 8);
    r->rank_high = sqlite3_column_int64(q->stmt, 9);
}

enum attune_code attune_read_leaderboard(struct attune_store *store, int64_t run, const char *globs,
                                         struct attune_leaderboard *out, struct attune_err *err)
{
    *out = (struct attune_leaderboard){0};
    /* Rows of derived columns (pillars) have no run_metric entry and come last, by name. */
    enum attune_code code = read_list(
        store,
        "SELECT l.model, l.method, l.metric, l.mean, l.ci_low, l.ci_high, l.n, l.n_undefined,"
        " l.rank_low, l.rank_high FROM leaderboard l"
        " LEFT JOIN model m ON m.run = l.run AND m.name = l.model"
        " LEFT JOIN (SELECT k.name AS name, min(q.position) AS position,"
        "  min(k.inputs = 'sets') AS of_sets FROM run_metric q"
        "  JOIN metric k ON k.id = q.metric WHERE q.run = ?1 GROUP BY k.name) p ON p.name = "
        "l.metric"
        " WHERE l.run = ?1"
        " ORDER BY p.position IS NULL, p.of_sets, p.position, l.metric, m.position, l.model",
        run, (void **)&out->items, &out->n, &out->capacity, sizeof *out->items, &out->text,
        fill_leaderboard, err);
    if (code) {
        attune_leaderboard_release(out);
        return code;
    }
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++) {
        if (attune_glob_list(globs, out->items[i].metric)) {
            out->items[n++] = out->items[i];
        }
    }
    out->n = n;
    return ATTUNE_OK;
}

void attune_leaderboard_release(struct attune_leaderboard *board)
{
    attune_release(board->items);
    attune_arena_release(&board->text);
    *board = (struct attune_leaderboard){0};
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
