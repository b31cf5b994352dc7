/* Before the first sample: what decides the numbers is hashed, models are opened, and the run, its
 * models, prompts and metrics get their rows. */
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/io/render.h"
#include "base/text.h"
#include "harness/run/provenance.h"
#include "harness/run/run_state.h"
#include "metrics/adherence/attributes_json.h"

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
}

/* Hashes a buffer and empties it. */
static enum attune_code hash_buf(struct attune_buf *text, char out[ATTUNE_HASH_SIZE],
                                 struct attune_err *err)
{
    attune_hash_bytes(attune_buf_text(text), text->n_bytes, out);
    const bool failed = text->failed;
    attune_buf_release(text);
    return failed ? out_of_memory(err) : ATTUNE_OK;
}

/* ---- prompts */

/* Everything beside the file that an evaluation sees. */
static void params_json(struct attune_buf *out, const struct attune_run_state *r, size_t prompt)
{
    attune_buf_add(out, "{\"prompt\": ");
    attune_buf_add_json(out, r->prompt_hash[prompt]);
    if (r->soundfont) {
        const char *name = strrchr(r->soundfont, '/');
        attune_buf_add(out, ", \"soundfont\": ");
        attune_buf_add_json(out, name ? name + 1 : r->soundfont);
        attune_buf_add(out, ", \"soundfont_hash\": ");
        attune_buf_add_json(out, r->soundfont_hash);
    }
    attune_buf_add(out, "}");
}

static enum attune_code prepare_prompts(struct attune_run_state *r, struct attune_err *err)
{
    const size_t n = r->suite->prompts.n;
    r->prompt_hash = attune_alloc(n, sizeof *r->prompt_hash);
    r->params_hash = attune_alloc(n, sizeof *r->params_hash);
    r->prompt_name = attune_alloc(n, sizeof *r->prompt_name);
    r->prompt_id = attune_alloc(n, sizeof *r->prompt_id);
    r->params_id = attune_alloc(n, sizeof *r->params_id);
    r->metric_id = attune_alloc(r->suite->metrics.n, sizeof *r->metric_id);
    if (!r->prompt_hash || !r->params_hash || !r->prompt_name || !r->prompt_id || !r->params_id ||
        !r->metric_id) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        struct attune_buf params = ATTUNE_BUF_INIT;
        enum attune_code code =
            attune_prompt_hash(&r->suite->prompts.items[i], r->prompt_hash[i], err);
        if (code == ATTUNE_OK) {
            params_json(&params, r, i);
            code = hash_buf(&params, r->params_hash[i], err);
        }
        if (code) {
            return code;
        }
        attune_safe_name(r->suite->prompts.items[i].id, r->prompt_name[i]);
    }
    return ATTUNE_OK;
}

/* ---- models */

static void add_argv(struct attune_buf *out, const char *name, const char *const *argv)
{
    if (argv) {
        attune_buf_addf(out, ", \"%s\": [", name);
        for (size_t i = 0; argv[i]; i++) {
            attune_buf_add(out, i ? ", " : "");
            attune_buf_add_json(out, argv[i]);
        }
        attune_buf_add(out, "]");
    }
}

static void add_member(struct attune_buf *out, const char *name, const char *text)
{
    if (text) {
        attune_buf_addf(out, ", \"%s\": ", name);
        attune_buf_add_json(out, text);
    }
}

/* What of a model decides its samples, as JSON. Times and limits don't. */
static void spec_json(struct attune_buf *out, const struct attune_suite_model *model)
{
    const struct attune_model_spec *spec = &model->spec;
    attune_buf_add(out, "{\"name\": ");
    attune_buf_add_json(out, spec->name);
    add_member(out, "generator", model->generator->name);
    add_member(out, "method", attune_method_names[spec->method]);
    add_member(out, "base", spec->base);
    add_argv(out, "command", spec->command);
    add_argv(out, "worker", spec->worker);
    add_member(out, "samples", spec->samples);
    if (!spec->builtin) {
        add_member(out, "folder", spec->folder);
    }
    for (size_t i = 0; i < spec->n_options; i++) {
        attune_buf_add(out, ", ");
        attune_buf_add_json(out, spec->options[i].name);
        attune_buf_add(out, ": ");
        attune_buf_add_json(out, spec->options[i].value);
    }
    attune_buf_add(out, "}");
}

/* Opens a model and asks for its fingerprint. A mistake in the suite ends the run before it begins;
 * a model that can't be opened for another reason fails its samples, not the run. */
static enum attune_code open_model(struct attune_live_model *live, const char *suite_path,
                                   struct attune_err *err)
{
    const struct attune_generator *generator = live->model->generator;
    struct attune_err why = ATTUNE_ERR_INIT;
    enum attune_code code = generator->open(&live->model->spec, &live->state, &why);
    live->is_open = code == ATTUNE_OK;
    if (code == ATTUNE_OK && generator->fingerprint) {
        code = generator->fingerprint(live->state, live->fingerprint, &why);
    }
    live->has_training = code == ATTUNE_OK && generator->training &&
                         generator->training(live->state, &live->training);
    const bool mistake = code == ATTUNE_E_INPUT || code == ATTUNE_E_USAGE;
    if (mistake || code == ATTUNE_E_MEMORY || code == ATTUNE_E_INTERRUPTED) {
        if (mistake && !why.file[0]) {
            snprintf(why.file, sizeof why.file, "%s", suite_path);
        }
        why.code = mistake ? ATTUNE_E_INPUT : code;
        *err = why;
        return why.code;
    }
    if (code) {
        attune_err_text(&why, live->error, sizeof live->error);
    }
    return ATTUNE_OK;
}

static enum attune_code prepare_models(struct attune_run_state *r, struct attune_err *err)
{
    r->models = attune_alloc(r->suite->n_models, sizeof *r->models);
    if (!r->models) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < r->suite->n_models; i++) {
        struct attune_live_model *live = &r->models[i];
        live->model = &r->suite->models[i];
        attune_safe_name(live->model->spec.name, live->folder_name);
        spec_json(&live->spec, live->model);
        bool planned = false;
        for (size_t k = 0; k < r->plan.n && !planned; k++) {
            planned = r->plan.items[k].model == i;
        }
        enum attune_code code = planned ? open_model(live, r->suite->path, err) : ATTUNE_OK;
        if (code) {
            return code;
        }
        struct attune_buf key = ATTUNE_BUF_INIT;
        attune_buf_addf(&key, "%s\n%s", attune_buf_text(&live->spec), live->fingerprint);
        key.failed = key.failed || live->spec.failed;
        code = hash_buf(&key, live->key, err);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

/* ---- what the run is */

static enum attune_code prepare_keys(struct attune_run_state *r, struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    for (size_t i = 0; i < r->suite->metrics.n; i++) {
        const struct attune_metric *m = attune_metrics[r->suite->metrics.index[i]];
        attune_buf_addf(&text, "%s %d\n", m->id, m->version);
    }
    size_t n_scorers;
    const struct attune_scorer_identity *scorers =
        attune_scoring_identities(r->scoring, &n_scorers);
    for (size_t i = 0; i < n_scorers; i++) {
        attune_buf_addf(&text, "%s %s\n", scorers[i].name, scorers[i].identity);
    }
    enum attune_code code = hash_buf(&text, r->scored, err);
    if (code == ATTUNE_OK) {
        struct attune_provenance p;
        attune_provenance_init(&p);
        attune_buf_addf(&text, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n", r->suite->hash,
                        r->suite->prompts.hash, r->scored, r->soundfont ? r->soundfont_hash : "",
                        p.version, p.commit, p.fft);
        attune_provenance_release(&p);
        code = hash_buf(&text, r->key, err);
    }
    return code;
}

static enum attune_code prepare_files(struct attune_run_state *r, struct attune_err *err)
{
    struct attune_buf folder = ATTUNE_BUF_INIT;
    if (r->suite->out) {
        attune_buf_add(&folder, r->suite->out);
    } else {
        char full[PATH_MAX];
        attune_path_folder(&folder, r->options->db);
        const char *slash = strrchr(r->options->db, '/');
        const char *real =
            realpath(attune_buf_text(&folder), full) ? full : attune_buf_text(&folder);
        struct attune_buf joined = ATTUNE_BUF_INIT;
        attune_path_join(&joined, real, slash ? slash + 1 : r->options->db);
        attune_buf_add(&joined, ".files");
        attune_buf_release(&folder);
        folder = joined;
    }
    const int n = snprintf(r->files, sizeof r->files, "%s", attune_buf_text(&folder));
    const bool failed = folder.failed;
    attune_buf_release(&folder);
    /* A sample's own folder and name need up to 300 bytes more. */
    return failed                              ? out_of_memory(err)
           : n + 400 > (int)sizeof r->files ? attune_fail(err, ATTUNE_E_INPUT, "the path of the "
                                                             "database is too long")
                                               : ATTUNE_OK;
}

static enum attune_code prepare_soundfont(struct attune_run_state *r, struct attune_err *err)
{
    if (!r->suite->render) {
        return ATTUNE_OK;
    }
    r->soundfont = attune_soundfont_find(r->suite->soundfont, err);
    return r->soundfont ? attune_hash_file(r->soundfont, r->soundfont_hash, err) : ATTUNE_E_MISSING;
}

enum attune_code attune_run_prepare(struct attune_run_state *r, struct attune_err *err)
{
    enum attune_code code = attune_plan_init(&r->plan, r->suite, &r->options->plan, err);
    if (code == ATTUNE_OK) {
        code = prepare_soundfont(r, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_scoring_new(&r->scoring, r->suite, err);
    }
    if (code == ATTUNE_OK) {
        code = prepare_prompts(r, err);
    }
    if (code == ATTUNE_OK) {
        code = prepare_files(r, err);
    }
    if (code == ATTUNE_OK) {
        code = prepare_keys(r, err);
    }
    if (code == ATTUNE_OK) {
        code = prepare_models(r, err);
    }
    return code;
}

/* ---- rows */

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

/* Aligned to the simulated listener, or selected by what was trained on it. */
static bool is_simulated(const struct attune_suite_model *model)
{
    return model->spec.builtin && (model->spec.method == ATTUNE_METHOD_RLHF ||
                                   model->spec.method == ATTUNE_METHOD_DPO ||
                                   (model->selected_on && strstr(model->selected_on, "reward")));
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
        sqlite3_bind_int(stmt, 11, is_simulated(live->model));
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
    params_json(&text, r, i);
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

static enum attune_code register_metric(struct attune_run_state *r, sqlite3_stmt *metric,
                                        sqlite3_stmt *position, size_t i, struct attune_err *err)
{
    static const char *const directions[] = {"none", "up", "down", "target"};
    static const char *const inputs[] = {"", "audio", "symbolic", "audio,symbolic"};
    const struct attune_metric *m = attune_metrics[r->suite->metrics.index[i]];
    const char *const texts[] = {
        m->id,      m->title,  m->unit, directions[m->direction], inputs[m->inputs & 3],
        m->summary, m->source,
    };
    sqlite3_clear_bindings(metric);
    bind_texts(metric, 1, texts, 7);
    sqlite3_bind_int(metric, 8, m->version);
    if (m->direction == ATTUNE_TARGET) {
        sqlite3_bind_double(metric, 9, m->target);
    }
    if (isfinite(m->lo)) {
        sqlite3_bind_double(metric, 10, m->lo);
    }
    if (isfinite(m->hi)) {
        sqlite3_bind_double(metric, 11, m->hi);
    }
    enum attune_code code = insert_id(r->store, metric, &r->metric_id[i], err);
    if (code == ATTUNE_OK) {
        sqlite3_bind_int64(position, 1, r->run);
        sqlite3_bind_int64(position, 2, r->metric_id[i]);
        sqlite3_bind_int64(position, 3, (int64_t)i);
        code = insert_id(r->store, position, &(int64_t){0}, err);
    }
    return code;
}

static enum attune_code register_metrics(struct attune_run_state *r, struct attune_err *err)
{
    sqlite3_stmt *metric = attune_store_prepare(
        r->store,
        "INSERT INTO metric (name, title, unit, direction, inputs, summary, source, version, "
        "target, lo,"
        " hi) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        " ON CONFLICT (name, version, identity) DO UPDATE SET title = excluded.title,"
        " unit = excluded.unit, direction = excluded.direction, target = excluded.target,"
        " lo = excluded.lo, hi = excluded.hi, summary = excluded.summary, source = excluded.source"
        " RETURNING id",
        err);
    sqlite3_stmt *position = attune_store_prepare(
        r->store,
        "INSERT INTO run_metric (run, metric, position) VALUES (?1, ?2, ?3)"
        " ON CONFLICT DO UPDATE SET position = excluded.position",
        err);
    enum attune_code code = metric && position ? ATTUNE_OK : ATTUNE_E_STORE;
    for (size_t i = 0; code == ATTUNE_OK && i < r->suite->metrics.n; i++) {
        code = register_metric(r, metric, position, i, err);
    }
    sqlite3_finalize(metric);
    sqlite3_finalize(position);
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
    if (code) {
        attune_store_rollback(r->store);
        return code;
    }
    return attune_store_commit(r->store, err);
}

void attune_run_close(struct attune_run_state *r)
{
    for (size_t i = 0; r->models && i < r->suite->n_models; i++) {
        if (r->models[i].is_open) {
            r->models[i].model->generator->close(r->models[i].state);
        }
        attune_buf_release(&r->models[i].spec);
    }
    for (size_t i = 0; r->lanes && i < r->options->n_threads; i++) {
        attune_lane_release(&r->lanes[i]);
    }
    attune_release(r->lanes);
    attune_release(r->models);
    attune_release(r->prompt_hash);
    attune_release(r->params_hash);
    attune_release(r->prompt_name);
    attune_release(r->prompt_id);
    attune_release(r->params_id);
    attune_release(r->metric_id);
    attune_scoring_free(r->scoring);
    attune_plan_release(&r->plan);
    attune_store_close(r->store);
}
