/* Before the first sample: what decides the numbers is hashed, models are opened. */
#include <limits.h>

#include "base/io/file.h"
#include "base/io/render.h"
#include "base/text.h"
#include "harness/run/provenance.h"
#include "harness/run/run_state.h"

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

void attune_run_params_json(struct attune_buf *out, const struct attune_run_state *r,
                            size_t prompt)
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
            attune_run_params_json(&params, r, i);
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

/* A font that the suite names must be there; where it names none and the system has none, notes are
 * measured as notes, and the run says so. */
static enum attune_code prepare_soundfont(struct attune_run_state *r, struct attune_err *err)
{
    struct attune_err missing = ATTUNE_ERR_INIT;
    if (!r->suite->render) {
        return ATTUNE_OK;
    }
    r->soundfont = attune_soundfont_find(r->suite->soundfont, &missing);
    if (r->soundfont) {
        return attune_hash_file(r->soundfont, r->soundfont_hash, err);
    }
    if (r->suite->soundfont) {
        if (err) {
            *err = missing;
        }
        return ATTUNE_E_MISSING;
    }
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_addf(&text, "not rendered, MIDI is evaluated as notes: %s; %s", missing.message,
                    missing.hint);
    if (r->options->notice) {
        r->options->notice(r->options->context, attune_buf_text(&text));
    }
    attune_buf_release(&text);
    return ATTUNE_OK;
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
    if (code == ATTUNE_OK && r->store) {
        code = attune_scoring_recall(r->scoring, r->store, err);
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

/* Whether every item has all its scores, going by what the scorers were when last seen. */
static enum attune_code is_scored(struct attune_run_state *r, bool *scored, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        r->store,
        "SELECT count(*) FROM sample s JOIN run r ON r.id = s.run"
        " WHERE r.key = ?1 AND s.scored = ?2 AND s.status = 'ok'",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_text(stmt, 1, r->key, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, r->scored, -1, SQLITE_STATIC);
    const enum attune_code code = sqlite3_step(stmt) == SQLITE_ROW
                                      ? ATTUNE_OK
                                      : attune_store_fail(r->store, "count the scores", err);
    *scored = !code && sqlite3_column_int64(stmt, 0) >= (int64_t)r->plan.n;
    sqlite3_finalize(stmt);
    return code;
}

enum attune_code attune_run_meet_scorers(struct attune_run_state *r, struct attune_err *err)
{
    bool scored = false, changed = false;
    enum attune_code code = is_scored(r, &scored, err);
    if (!code && !scored) {
        code = attune_scoring_meet(r->scoring, r->options->interrupted, &changed, err);
    }
    return code || !changed ? code : prepare_keys(r, err);
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
    attune_release(r->order);
    attune_plan_release(&r->plan);
    attune_store_close(r->store);
}
