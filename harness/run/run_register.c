/* The rows of a run: itself, its models, prompts, seeds and metrics. */
#include <math.h>

#include "base/text.h"
#include "harness/run/provenance.h"
#include "harness/run/run_state.h"
#include "metrics/adherence/attributes_json.h"

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
}

/* Runs a prepared INSERT ... RETURNING id. */
static enum attune_code insert_id(struct attune_store *store, sqlite3_stmt *stmt, int64_t *id,
                                  struct attune_err *err)
{
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        *id = sqlite3_column_int64(stmt, 0);
    }
    enum attune_code code =
        rc == SQLITE_DONE ? ATTUNE_OK : attune_store_fail(store, "write the run", err);
    sqlite3_reset(stmt);
    return code;
}

static void bind_texts(sqlite3_stmt *stmt, int first, const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sqlite3_bind_text(stmt, first + (int)i, texts[i], -1, SQLITE_STATIC);
    }
}

static void rank_by_json(struct attune_buf *out, const struct attune_suite *suite)
{
    attune_buf_add(out, "[");
    for (size_t i = 0; i < suite->n_rank_by; i++) {
        attune_buf_add(out, i ? ", " : "");
        attune_buf_add_json(out, suite->rank_by[i]);
    }
    attune_buf_add(out, "]");
}

static enum attune_code register_run(struct attune_run_state *r, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        r->store,
        "INSERT INTO run (key, name, suite, suite_hash, suite_path, prompt_hash, files, rank_by,"
        " attune_version, attune_commit, compiler, cflags, cpu, host, libraries, fft, soundfont,"
        " soundfont_hash, started, n_planned, n_threads, allow_failed)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
        "?19,"
        " ?20, ?21, ?22)"
        " ON CONFLICT (key) DO UPDATE SET suite_path = excluded.suite_path, files = excluded.files,"
        " cpu = excluded.cpu, host = excluded.host, libraries = excluded.libraries,"
        " n_planned = excluded.n_planned, n_threads = excluded.n_threads, ended = NULL RETURNING "
        "id",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    struct attune_provenance p;
    struct attune_buf rank_by = ATTUNE_BUF_INIT;
    char now[32];
    attune_provenance_init(&p);
    rank_by_json(&rank_by, r->suite);
    attune_utc_now(now);
    const char *const texts[] = {
        r->key,
        r->suite->name,
        r->suite->text,
        r->suite->hash,
        r->suite->path,
        r->suite->prompts.hash,
        r->files,
        attune_buf_text(&rank_by),
        p.version,
        p.commit,
        p.compiler,
        p.cflags,
        p.cpu,
        p.host,
        attune_buf_text(&p.libraries),
        p.fft,
        r->soundfont,
        r->soundfont ? r->soundfont_hash : NULL,
        now,
    };
    const size_t n = sizeof texts / sizeof *texts;
    bind_texts(stmt, 1, texts, n);
    sqlite3_bind_int64(stmt, (int)n + 1, (int64_t)r->plan.n_whole);
    sqlite3_bind_int64(stmt, (int)n + 2, (int64_t)r->options->n_threads);
    sqlite3_bind_double(stmt, (int)n + 3, r->suite->allow_failed);
    enum attune_code code = rank_by.failed || p.libraries.failed
                                ? out_of_memory(err)
                                : insert_id(r->store, stmt, &r->run, err);
    sqlite3_finalize(stmt);
    attune_buf_release(&rank_by);
    attune_provenance_release(&p);
    return code;
}

/* Tokens, rewards, pairs and steps, then seconds, from parameter `first` on; NULL where unknown. */
static void bind_training(sqlite3_stmt *stmt, int first, const struct attune_live_model *live)
{
    const struct attune_training *t = &live->training;
    const uint64_t counts[] = {t->n_generated, t->n_processed, t->n_rewards, t->n_pairs,
                               t->n_steps};
    for (int i = 0; i < 5 && live->has_training; i++) {
        sqlite3_bind_int64(stmt, first + i, (int64_t)counts[i]);
    }
    if (live->has_training) {
        sqlite3_bind_double(stmt, first + 5, t->seconds);
    }
}

static enum attune_code register_models(struct attune_run_state *r, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        r->store,
        "INSERT INTO model (name, method, base, generator, spec, fingerprint, selected_on, family,"
        " run, position, simulated, train_generated, train_processed, train_rewards, train_pairs,"
        " train_steps, train_s)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
        " ON CONFLICT (run, name) DO UPDATE SET position = excluded.position, spec = excluded.spec,"
        " fingerprint = iif(excluded.fingerprint = '', fingerprint, excluded.fingerprint),"
        " train_generated = coalesce(excluded.train_generated, train_generated),"
        " train_processed = coalesce(excluded.train_processed, train_processed),"
        " train_rewards = coalesce(excluded.train_rewards, train_rewards),"
        " train_pairs = coalesce(excluded.train_pairs, train_pairs),"
        " train_steps = coalesce(excluded.train_steps, train_steps),"
        " train_s = coalesce(excluded.train_s, train_s) RETURNING id",
        err);
    enum attune_code code = stmt ? ATTUNE_OK : ATTUNE_E_STORE;
    for (size_t i = 0; code == ATTUNE_OK && i < r->suite->n_models; i++) {
        struct attune_live_model *live = &r->models[i];
        const struct attune_model_spec *spec = &live->model->spec;
        if (live->model->left_out) {
            code = attune_store_event(r->store, r->run, "left-out", spec->name,
                                      live->model->left_out, err);
            continue;
        }
        const char *const texts[] = {
            spec->name, attune_method_names[spec->method], spec->base, live->model->generator->name,
            attune_buf_text(&live->spec), live->fingerprint, live->model->selected_on,
            live->model->family,
        };
        sqlite3_clear_bindings(stmt);
        bind_texts(stmt, 1, texts, 8);
        sqlite3_bind_int64(stmt, 9, r->run);
        sqlite3_bind_int64(stmt, 10, (int64_t)i);
        sqlite3_bind_int(stmt, 11, live->model->simulated);
        bind_training(stmt, 12, live);
        code = insert_id(r->store, stmt, &live->id, err);
        if (code == ATTUNE_OK && live->error[0]) {
            code =
                attune_store_event(r->store, r->run, "model-failed", spec->name, live->error, err);
        }
    }
    sqlite3_finalize(stmt);
    return code;
}

static enum attune_code register_prompt(struct attune_run_state *r, sqlite3_stmt *prompt,
                                        sqlite3_stmt *position, sqlite3_stmt *params, size_t i,
                                        struct attune_err *err)
{
    const struct attune_prompt *p = &r->suite->prompts.items[i];
    struct attune_buf attributes = ATTUNE_BUF_INIT, text = ATTUNE_BUF_INIT;
    attune_attributes_json(&attributes, &p->attributes);
    attune_run_params_json(&text, r, i);
    const char *const texts[] = {p->id, p->text, attune_buf_text(&attributes), r->prompt_hash[i]};
    bind_texts(prompt, 1, texts, 4);
    enum attune_code code = attributes.failed || text.failed
                                ? out_of_memory(err)
                                : insert_id(r->store, prompt, &r->prompt_id[i], err);
    if (code == ATTUNE_OK) {
        sqlite3_bind_int64(position, 1, r->run);
        sqlite3_bind_int64(position, 2, r->prompt_id[i]);
        sqlite3_bind_int64(position, 3, (int64_t)i);
        code = insert_id(r->store, position, &(int64_t){0}, err);
    }
    if (code == ATTUNE_OK) {
        const char *const pair[] = {r->params_hash[i], attune_buf_text(&text)};
        bind_texts(params, 1, pair, 2);
        code = insert_id(r->store, params, &r->params_id[i], err);
    }
    attune_buf_release(&attributes);
    attune_buf_release(&text);
    return code;
}

/* The no-op updates make RETURNING give the id of a row that is already there. */
static enum attune_code register_prompts(struct attune_run_state *r, struct attune_err *err)
{
    sqlite3_stmt *prompt = attune_store_prepare(
        r->store,
        "INSERT INTO prompt (name, text, attributes, hash) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (hash) DO UPDATE SET hash = hash RETURNING id",
        err);
    sqlite3_stmt *position = attune_store_prepare(
        r->store,
        "INSERT INTO run_prompt (run, prompt, position) VALUES (?1, ?2, ?3)"
        " ON CONFLICT DO UPDATE SET position = excluded.position",
        err);
    sqlite3_stmt *params = attune_store_prepare(
        r->store,
        "INSERT INTO params (hash, text) VALUES (?1, ?2)"
        " ON CONFLICT (hash) DO UPDATE SET hash = hash RETURNING id",
        err);
    enum attune_code code = prompt && position && params ? ATTUNE_OK : ATTUNE_E_STORE;
    for (size_t i = 0; code == ATTUNE_OK && i < r->suite->prompts.n; i++) {
        code = register_prompt(r, prompt, position, params, i, err);
    }
    sqlite3_finalize(prompt);
    sqlite3_finalize(position);
    sqlite3_finalize(params);
    return code;
}

static enum attune_code register_seeds(struct attune_run_state *r, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; code == ATTUNE_OK && i < r->suite->n_seeds; i++) {
        code = attune_store_exec(
            r->store, err,
            "INSERT INTO run_seed (run, seed) VALUES (?1, ?2) ON CONFLICT DO NOTHING", "ii", r->run,
            r->suite->seeds[i]);
    }
    return code;
}

enum attune_code attune_run_register_metric(struct attune_store *store, int64_t run,
                                            const struct attune_run_metric *metric, int64_t *id,
                                            struct attune_err *err)
{
    static const char *const directions[] = {"none", "up", "down", "target"};
    const struct attune_metric *m = &metric->view;
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "INSERT INTO metric (name, title, unit, direction, inputs, summary, source, identity, "
        "version,"
        " target, lo, hi) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        " ON CONFLICT (name, version, identity) DO UPDATE SET title = excluded.title,"
        " unit = excluded.unit, direction = excluded.direction, target = excluded.target,"
        " lo = excluded.lo, hi = excluded.hi, summary = excluded.summary, source = excluded.source"
        " RETURNING id",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    const char *const texts[] = {
        m->id, m->title, m->unit, directions[m->direction], metric->inputs, m->summary, m->source,
        metric->identity,
    };
    bind_texts(stmt, 1, texts, 8);
    sqlite3_bind_int(stmt, 9, m->version);
    if (m->direction == ATTUNE_TARGET) {
        sqlite3_bind_double(stmt, 10, m->target);
    }
    if (isfinite(m->lo)) {
        sqlite3_bind_double(stmt, 11, m->lo);
    }
    if (isfinite(m->hi)) {
        sqlite3_bind_double(stmt, 12, m->hi);
    }
    enum attune_code code = insert_id(store, stmt, id, err);
    sqlite3_finalize(stmt);
    return code ? code
                : attune_store_exec(store, err,
                                    "INSERT INTO run_metric (run, metric, position)"
                                    " VALUES (?1, ?2, ?3)"
                                    " ON CONFLICT DO UPDATE SET position = excluded.position",
                                    "iii", run, *id, metric->position);
}

static enum attune_code register_metrics(struct attune_run_state *r, struct attune_err *err)
{
    static const char *const inputs[] = {"", "audio", "symbolic", "audio,symbolic"};
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; code == ATTUNE_OK && i < r->suite->metrics.n; i++) {
        const struct attune_metric *m = attune_metrics[r->suite->metrics.index[i]];
        const struct attune_run_metric metric = {*m, inputs[m->inputs & 3], "", (int64_t)i};
        code = attune_run_register_metric(r->store, r->run, &metric, &r->metric_id[i], err);
    }
    return code;
}

enum attune_code attune_run_register(struct attune_run_state *r, struct attune_err *err)
{
    enum attune_code code = attune_store_begin(r->store, err);
    if (code) {
        return code;
    }
    code = register_run(r, err);
    if (code == ATTUNE_OK) {
        code = attune_store_event(r->store, r->run, "start", r->suite->name, "", err);
    }
    if (code == ATTUNE_OK) {
        code = register_models(r, err);
    }
    if (code == ATTUNE_OK) {
        code = register_prompts(r, err);
    }
    if (code == ATTUNE_OK) {
        code = register_seeds(r, err);
    }
    if (code == ATTUNE_OK) {
        code = register_metrics(r, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_scoring_register(r->scoring, r->store, r->run, err);
    }
    if (code) {
        attune_store_rollback(r->store);
        return code;
    }
    return attune_store_commit(r->store, err);
}

