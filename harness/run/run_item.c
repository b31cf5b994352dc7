/* One item: look it up, generate it if it is not there or has changed, score what is not scored,
 * hand it over. Runs on many threads; each has its lane. */
#include <dirent.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/text.h"
#include "harness/run/run_state.h"
#include "models/drivers/process.h"

/* What the database knows of a finished item. */
struct found {
    bool is_there, failed, same_run, fully_scored;
    struct attune_identity identity;
    char path[4096];
    struct attune_generation made;
    double generate_s;
    int64_t sample; /* its id */
};

/* The item at hand. */
struct task {
    struct attune_run_state *r;
    struct attune_lane *lane;
    const struct attune_plan_item *item;
    struct attune_live_model *model;
    const struct attune_prompt *prompt;
    int64_t seed;
    char key[ATTUNE_HASH_SIZE];
    struct attune_record *record;
};

/* ---- lanes */

static enum attune_code open_lane(struct attune_run_state *r, struct attune_lane *lane,
                                  struct attune_err *err)
{
    const size_t n = r->suite->metrics.n;
    lane->values = attune_alloc(n, sizeof *lane->values);
    lane->chosen = attune_alloc(n, sizeof *lane->chosen);
    lane->chosen_at = attune_alloc(n, sizeof *lane->chosen_at);
    lane->have = attune_alloc(n, sizeof *lane->have);
    lane->have_scorer = attune_alloc(r->suite->n_scorers, sizeof *lane->have_scorer);
    if (!lane->values || !lane->chosen || !lane->chosen_at || !lane->have || !lane->have_scorer) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    enum attune_code code = attune_store_open_read(&lane->reader, r->options->db, err);
    if (code) {
        return code;
    }
    lane->find_sample = attune_store_prepare(
        lane->reader,
        "SELECT s.status = 'failed', s.run = ?2, s.scored,"
        " CASE WHEN s.path LIKE '/%' THEN s.path ELSE r.files || '/' || s.path END, a.hash, "
        "a.n_bytes,"
        " s.inode, s.mtime_ns, s.ctime_ns, s.hashed_ns, s.generate_s, s.device_s, s.n_candidates,"
        " s.n_tokens, s.n_rewards, s.logprob, s.ref_logprob, s.id"
        " FROM sample s JOIN run r ON r.id = s.run LEFT JOIN artefact a ON a.id = s.artefact"
        " WHERE s.key = ?1 ORDER BY s.status = 'ok' DESC, s.run = ?2 DESC, s.id DESC LIMIT 1",
        err);
    lane->find_scores = attune_store_prepare(
        lane->reader,
        "SELECT c.metric, c.value, k.name, k.identity FROM score c JOIN metric k ON k.id = c.metric"
        " WHERE c.artefact = (SELECT id FROM artefact WHERE hash = ?1)"
        " AND c.params = (SELECT id FROM params WHERE hash = ?2)",
        err);
    return lane->find_sample && lane->find_scores ? ATTUNE_OK : ATTUNE_E_STORE;
}

void attune_lane_release(struct attune_lane *lane)
{
    sqlite3_finalize(lane->find_sample);
    sqlite3_finalize(lane->find_scores);
    attune_store_close(lane->reader);
    attune_evaluator_free(lane->notes);
    attune_evaluator_free(lane->rendered);
    attune_release(lane->values);
    attune_release(lane->chosen);
    attune_release(lane->chosen_at);
    attune_release(lane->have);
    attune_release(lane->have_scorer);
}

/* ---- looking up */

static void sample_key(struct task *t)
{
    char text[3 * ATTUNE_HASH_SIZE + 32];
    const int n = snprintf(text, sizeof text, "%s %s %lld", t->model->key,
                           t->r->prompt_hash[t->item->prompt], (long long)t->seed);
    attune_hash_bytes(text, (size_t)n, t->key);
}

static double real_at(sqlite3_stmt *stmt, int column, double missing)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL ? missing
                                                            : sqlite3_column_double(stmt, column);
}

static void read_found(sqlite3_stmt *stmt, const char *scored, struct found *f)
{
    const char *text = (const char *)sqlite3_column_text(stmt, 2);
    f->is_there = true;
    f->failed = sqlite3_column_int(stmt, 0) != 0;
    f->same_run = sqlite3_column_int(stmt, 1) != 0;
    f->fully_scored = text && strcmp(text, scored) == 0;
    text = (const char *)sqlite3_column_text(stmt, 3);
    snprintf(f->path, sizeof f->path, "%s", text ? text : "");
    text = (const char *)sqlite3_column_text(stmt, 4);
    snprintf(f->identity.hash, sizeof f->identity.hash, "%s", text ? text : "");
    f->identity.n_bytes = sqlite3_column_int64(stmt, 5);
    f->identity.inode = sqlite3_column_int64(stmt, 6);
    f->identity.mtime_ns = sqlite3_column_int64(stmt, 7);
    f->identity.ctime_ns = sqlite3_column_int64(stmt, 8);
    f->identity.hashed_ns = sqlite3_column_int64(stmt, 9);
    f->generate_s = real_at(stmt, 10, NAN);
    f->made = (struct attune_generation){
        .device_seconds = real_at(stmt, 11, -1.0),
        .n_candidates = (uint64_t)sqlite3_column_int64(stmt, 12),
        .n_tokens = (uint64_t)sqlite3_column_int64(stmt, 13),
        .n_rewards = (uint64_t)sqlite3_column_int64(stmt, 14),
        .has_logprob = sqlite3_column_type(stmt, 15) != SQLITE_NULL,
        .logprob = sqlite3_column_double(stmt, 15),
        .has_ref_logprob = sqlite3_column_type(stmt, 16) != SQLITE_NULL,
        .ref_logprob = sqlite3_column_double(stmt, 16),
    };
    f->sample = sqlite3_column_int64(stmt, 17);
}

static enum attune_code look_up(struct task *t, struct found *f, struct attune_err *err)
{
    sqlite3_stmt *stmt = t->lane->find_sample;
    sqlite3_bind_text(stmt, 1, t->key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, t->r->run);
    const int rc = sqlite3_step(stmt);
    enum attune_code code = ATTUNE_OK;
    *f = (struct found){0};
    if (rc == SQLITE_ROW) {
        read_found(stmt, t->r->scored, f);
    } else if (rc != SQLITE_DONE) {
        code = attune_store_fail(t->lane->reader, "look up a sample", err);
    }
    sqlite3_reset(stmt);
    return code;
}

/* Notes which of the run's metrics are stored for this content. Values of outside scorers are taken
 * over, so that the writer sees their names. */
static enum attune_code look_up_scores(struct task *t, struct attune_err *err)
{
    const struct attune_run_state *r = t->r;
    struct attune_lane *lane = t->lane;
    sqlite3_stmt *stmt = lane->find_scores;
    size_t n_scorers;
    const struct attune_scorer_identity *scorers =
        attune_scoring_identities(r->scoring, &n_scorers);
    memset(lane->have, 0, r->suite->metrics.n * sizeof *lane->have);
    memset(lane->have_scorer, 0, n_scorers * sizeof *lane->have_scorer);
    sqlite3_bind_text(stmt, 1, t->record->identity.hash, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, r->params_hash[t->item->prompt], -1, SQLITE_STATIC);
    enum attune_code code = ATTUNE_OK;
    int rc;
    while (code == ATTUNE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const int64_t metric = sqlite3_column_int64(stmt, 0);
        for (size_t i = 0; i < r->suite->metrics.n; i++) {
            lane->have[i] = lane->have[i] || r->metric_id[i] == metric;
        }
        const char *name = (const char *)sqlite3_column_text(stmt, 2);
        const char *identity = (const char *)sqlite3_column_text(stmt, 3);
        const bool outside = name && identity && strncmp(name, "scorer.", 7) == 0 &&
                             sqlite3_column_type(stmt, 1) != SQLITE_NULL;
        for (size_t i = 0; outside && i < n_scorers; i++) {
            const size_t n = strlen(scorers[i].name);
            if (strcmp(scorers[i].identity, identity) == 0 &&
                strncmp(name + 7, scorers[i].name, n) == 0 && name[7 + n] == '.') {
                lane->have_scorer[i] = true;
                const struct attune_record_score score = {
                    .name = name, .scorer = i, .value = sqlite3_column_double(stmt, 1)};
                if (!attune_record_add(t->record, score)) {
                    code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
                }
            }
        }
    }
    if (code == ATTUNE_OK && rc != SQLITE_DONE) {
        code = attune_store_fail(lane->reader, "look up scores", err);
    }
    sqlite3_reset(stmt);
    return code;
}

/* ---- generating */

/* Removes what an earlier attempt left behind. The folder is the sample's own; nothing below it is
 * followed. */
static void empty_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    closedir(dir);
}

static void watch(struct attune_lane *lane, double deadline_s)
{
    pthread_mutex_lock(&lane->lock);
    lane->deadline_s = deadline_s;
    if (deadline_s > 0.0) {
        lane->timed_out = false;
        atomic_store(&lane->cancelled, false);
    }
    pthread_mutex_unlock(&lane->lock);
}

static enum attune_code call_generator(struct task *t, const char *out, struct attune_err *err)
{
    const struct attune_model_spec *spec = &t->model->model->spec;
    const struct attune_request request = {
        .prompt = t->prompt,
        .seed = (uint64_t)t->seed,
        .out = out,
        .cancelled = &t->lane->cancelled,
        .candidates = &t->record->candidates,
    };
    const double started = attune_now_s();
    /* Children are timed by their drivers; this watch is for models that run inside, and comes
     * later. */
    watch(t->lane, started + spec->timeout_s + (spec->builtin ? 0.0 : 30.0));
    if (atomic_load(&t->r->stop)) {
        atomic_store(&t->lane->cancelled, true);
    }
    enum attune_code code =
        t->model->model->generator->generate(t->model->state, &request, &t->record->made, err);
    watch(t->lane, 0.0);
    if (code == ATTUNE_E_INTERRUPTED && t->lane->timed_out) {
        code = attune_fail(err, ATTUNE_E_TIMEOUT, "no sample within %g s", spec->timeout_s);
    }
    t->record->generate_s = attune_now_s() - started;
    return code;
}

static enum attune_code generate(struct task *t, struct attune_err *err)
{
    struct attune_run_state *r = t->r;
    if (t->model->error[0]) {
        return attune_fail(err, ATTUNE_E_CHILD, "the model cannot be opened: %.400s",
                           t->model->error);
    }
    struct attune_buf folder = ATTUNE_BUF_INIT, out = ATTUNE_BUF_INIT;
    attune_buf_addf(&folder, "%s/%s/%s__s%lld-%.8s", r->files, t->model->folder_name,
                    r->prompt_name[t->item->prompt], (long long)t->seed, t->key);
    attune_buf_addf(&out, "%s/%s__s%lld", attune_buf_text(&folder), r->prompt_name[t->item->prompt],
                    (long long)t->seed);
    enum attune_code code = folder.failed || out.failed
                                ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
                                : attune_dir_make(attune_buf_text(&folder), err);
    if (code == ATTUNE_OK) {
        empty_folder(attune_buf_text(&folder));
        code = call_generator(t, attune_buf_text(&out), err);
        if (code == ATTUNE_OK) {
            snprintf(t->record->path, sizeof t->record->path, "%s", t->record->made.path);
            code = attune_identify(t->record->path, &t->record->identity, err);
        }
        rmdir(attune_buf_text(&folder)); /* goes only where the file lies elsewhere */
    }
    attune_buf_release(&folder);
    attune_buf_release(&out);
    return code;
}

/* ---- scoring */

static struct attune_evaluator *evaluator_for(struct task *t, bool rendered, struct attune_err *err)
{
    struct attune_evaluator **slot = rendered ? &t->lane->rendered : &t->lane->notes;
    if (!*slot) {
        *slot = attune_evaluator_new(err);
        if (*slot && rendered && attune_evaluator_render(*slot, t->r->soundfont, err)) {
            attune_evaluator_free(*slot);
            *slot = NULL;
        }
    }
    return *slot;
}

/* Evaluates the metrics that are missing and take `take` (enum attune_modality bits) but none of
 * `leave`. */
static enum attune_code evaluate(struct task *t, bool rendered, unsigned take, unsigned leave,
                                 struct attune_err *err)
{
    const struct attune_run_state *r = t->r;
    struct attune_lane *lane = t->lane;
    struct attune_selection chosen = {.index = lane->chosen};
    for (size_t i = 0; i < r->suite->metrics.n; i++) {
        const struct attune_metric *m = attune_metrics[r->suite->metrics.index[i]];
        if (!lane->have[i] && (m->inputs & take) && !(m->inputs & leave)) {
            lane->chosen_at[chosen.n] = i;
            lane->chosen[chosen.n++] = r->suite->metrics.index[i];
            chosen.needs |= m->inputs & ATTUNE_AUDIO ? m->needs : 0;
        }
    }
    if (chosen.n == 0 && isfinite(t->record->duration_s)) {
        return ATTUNE_OK;
    }
    struct attune_evaluator *evaluator = evaluator_for(t, rendered, err);
    enum attune_code code = evaluator ? attune_evaluate_file(evaluator, t->record->path, t->prompt,
                                                             &chosen, lane->values, err)
                                      : ATTUNE_E_MEMORY;
    if (code) {
        return code;
    }
    t->record->duration_s = attune_analysis_duration_s(attune_evaluator_analysis(evaluator));
    for (size_t k = 0; k < chosen.n; k++) {
        const struct attune_value *value = &lane->values[k];
        const struct attune_record_score score = {
            .metric = r->metric_id[lane->chosen_at[k]], .value = value->v,
            .why = value->state == ATTUNE_DEFINED ? NULL : value->why ? value->why : "undefined",
        };
        if (value->state != ATTUNE_NOT_APPLICABLE && !attune_record_add(t->record, score)) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
    }
    return ATTUNE_OK;
}

static enum attune_code ask_scorers(struct task *t, struct attune_err *err)
{
    struct attune_run_state *r = t->r;
    bool all = true;
    for (size_t i = 0; i < r->suite->n_scorers; i++) {
        if (t->lane->have_scorer[i]) {
            continue;
        }
        struct attune_err why = ATTUNE_ERR_INIT;
        atomic_store(&t->lane->cancelled, atomic_load(&r->stop));
        enum attune_code code = attune_scoring_ask(r->scoring, i, t->record->path, t->prompt,
                                                   &t->lane->cancelled, t->record, &why);
        if (code == ATTUNE_E_INTERRUPTED || code == ATTUNE_E_MEMORY) {
            *err = why;
            return code;
        }
        if (code) {
            /* The sample stays; its missing score is asked for again the next time. */
            all = false;
            pthread_mutex_lock(&r->lock);
            if (!r->first_failure[0]) {
                attune_err_text(&why, r->first_failure, sizeof r->first_failure);
            }
            pthread_mutex_unlock(&r->lock);
        }
    }
    if (!all) {
        atomic_fetch_add(&r->n_unscored, 1);
    }
    snprintf(t->record->scored, sizeof t->record->scored, "%s", all ? r->scored : "");
    return ATTUNE_OK;
}

static enum attune_code score(struct task *t, struct attune_err *err)
{
    const double started = attune_now_s();
    const char *modality = attune_file_modality(t->record->path);
    if (!modality[0]) {
        return attune_fail_at(err, ATTUNE_E_INPUT, t->record->path, 0, "neither audio nor MIDI");
    }
    snprintf(t->record->modality, sizeof t->record->modality, "%s", modality);
    enum attune_code code = look_up_scores(t, err);
    if (code) {
        return code;
    }
    const bool symbolic = strcmp(modality, "symbolic") == 0;
    if (symbolic && t->r->soundfont) {
        /* What hears is asked about the rendering, what only reads about the notes. */
        code = evaluate(t, true, ATTUNE_AUDIO, 0, err);
        code = code ? code : evaluate(t, false, ATTUNE_SYMBOLIC, ATTUNE_AUDIO, err);
    } else {
        code = evaluate(t, false, symbolic ? ATTUNE_SYMBOLIC : ATTUNE_AUDIO, 0, err);
    }
    if (code == ATTUNE_OK) {
        code = ask_scorers(t, err);
    }
    t->record->evaluate_s = attune_now_s() - started;
    return code;
}

/* ---- the item */

/* Ends the run: the first error of all is kept. */
static void give_up(struct attune_run_state *r, enum attune_code code, const struct attune_err *err)
{
    pthread_mutex_lock(&r->lock);
    if (!r->code) {
        r->code = code;
        r->err = *err;
    }
    pthread_mutex_unlock(&r->lock);
    atomic_store(&r->stop, true);
}

static void set_task(struct task *t, struct attune_run_state *r, struct attune_lane *lane,
                     size_t item)
{
    *t = (struct task){.r = r, .lane = lane, .item = &r->plan.items[item]};
    t->model = &r->models[t->item->model];
    t->prompt = &r->suite->prompts.items[t->item->prompt];
    t->seed = r->suite->seeds[t->item->seed];
    sample_key(t);
}

static bool is_cached(struct task *t, struct found *f)
{
    if (f->is_there && f->failed) {
        return t->r->options->keep_failed && f->same_run;
    }
    return f->is_there && f->same_run && f->fully_scored &&
           attune_identity_holds(f->path, &f->identity);
}

static void note_failure(struct task *t, const struct attune_err *why)
{
    t->record->failed = true;
    attune_err_text(why, t->record->error, sizeof t->record->error);
    t->record->n_scores = 0;
    atomic_fetch_add(&t->r->n_failed, 1);
    pthread_mutex_lock(&t->r->lock);
    if (!t->r->first_failure[0]) {
        snprintf(t->r->first_failure, sizeof t->r->first_failure, "%s", t->record->error);
    }
    pthread_mutex_unlock(&t->r->lock);
}

/* Fills the record; an error here is one that ends the run. */
static enum attune_code work(struct task *t, struct found *f, struct attune_err *err)
{
    struct attune_record *record = t->record;
    struct attune_err why = ATTUNE_ERR_INIT;
    enum attune_code code = ATTUNE_OK;
    if (f->is_there && !f->failed && attune_identity_holds(f->path, &f->identity)) {
        snprintf(record->path, sizeof record->path, "%s", f->path);
        record->identity = f->identity;
        record->made = f->made;
        record->made_before = f->sample;
        record->generate_s = f->generate_s;
    } else {
        code = generate(t, &why);
    }
    if (code == ATTUNE_OK) {
        code = score(t, &why);
    }
    if (code == ATTUNE_E_STORE || code == ATTUNE_E_INTERRUPTED) {
        *err = why;
        return code;
    }
    if (code) {
        note_failure(t, &why);
    }
    return ATTUNE_OK;
}

static struct attune_record *new_record(const struct task *t)
{
    struct attune_record *record = attune_alloc(1, sizeof *record);
    if (record) {
        record->model = t->model->id;
        record->prompt = t->r->prompt_id[t->item->prompt];
        record->params = t->r->params_id[t->item->prompt];
        record->seed = t->seed;
        record->files = t->r->files;
        record->duration_s = record->generate_s = record->evaluate_s = NAN;
        memcpy(record->key, t->key, sizeof record->key);
    }
    return record;
}

void attune_run_item(void *run_state, size_t item, size_t worker)
{
    struct attune_run_state *r = run_state;
    struct attune_lane *lane = &r->lanes[worker];
    struct attune_err err = ATTUNE_ERR_INIT;
    struct task t;
    struct found f;
    if (atomic_load(&r->stop)) {
        return;
    }
    enum attune_code code = lane->find_scores ? ATTUNE_OK : open_lane(r, lane, &err);
    if (code == ATTUNE_OK) {
        set_task(&t, r, lane, item);
        code = look_up(&t, &f, &err);
    }
    if (code) {
        give_up(r, code, &err);
        return;
    }
    if (is_cached(&t, &f)) {
        atomic_fetch_add(&r->n_cached, 1);
        atomic_fetch_add(&r->n_failed, f.failed ? 1 : 0);
        atomic_fetch_add(&r->n_done, 1);
        return;
    }
    t.record = new_record(&t);
    code = t.record ? work(&t, &f, &err) : attune_fail(&err, ATTUNE_E_MEMORY, "out of memory");
    if (code) {
        if (t.record) {
            attune_record_release(t.record);
            attune_release(t.record);
        }
        if (code != ATTUNE_E_INTERRUPTED) {
            give_up(r, code, &err);
        }
        return;
    }
    atomic_fetch_add(&r->n_done, 1);
    if (!attune_recorder_push(r->recorder, t.record)) {
        atomic_store(&r->stop, true);
    }
}

enum attune_code attune_run_item_state(struct attune_run_state *r, size_t item,
                                       struct attune_lane *lane, enum attune_item_state *state,
                                       struct attune_err *err)
{
    struct task t;
    struct found f = {0};
    enum attune_code code = r->read_only || lane->find_scores ? ATTUNE_OK : open_lane(r, lane, err);
    if (code == ATTUNE_OK) {
        set_task(&t, r, lane, item);
        code = r->read_only ? ATTUNE_OK : look_up(&t, &f, err);
    }
    if (code) {
        return code;
    }
    *state = !f.is_there                                        ? ATTUNE_ITEM_NEW
             : f.failed                                         ? ATTUNE_ITEM_FAILED
             : !attune_identity_holds(f.path, &f.identity)      ? ATTUNE_ITEM_CHANGED
             : f.same_run && f.fully_scored                     ? ATTUNE_ITEM_CACHED
                                                                : ATTUNE_ITEM_RESCORE;
    return ATTUNE_OK;
}
