/* Writing finished samples with statements prepared once. */
#include "harness/run/record.h"

#include <math.h>

#include "base/text.h"

bool attune_record_add(struct attune_record *record, struct attune_record_score score)
{
    if (!attune_grow((void **)&record->scores, &record->score_capacity, record->n_scores,
                     sizeof *record->scores)) {
        return false;
    }
    const char **texts[] = {&score.name, &score.why};
    for (size_t i = 0; i < 2; i++) {
        if (*texts[i]) {
            const size_t n = strlen(*texts[i]) + 1;
            char *copy = attune_arena_alloc(&record->text, n, 1);
            if (!copy) {
                return false;
            }
            *texts[i] = memcpy(copy, *texts[i], n);
        }
    }
    record->scores[record->n_scores++] = score;
    return true;
}

void attune_record_release(struct attune_record *record)
{
    attune_release(record->scores);
    attune_release(record->candidates.items);
    attune_arena_release(&record->text);
    *record = (struct attune_record){0};
}

bool attune_scorer_owns(const struct attune_scorer_identity *scorer, const char *metric)
{
    const size_t n = strlen(scorer->section), m = strlen(scorer->name);
    return strncmp(metric, scorer->section, n) == 0 && metric[n] == '.' &&
           strncmp(metric + n + 1, scorer->name, m) == 0 &&
           (metric[n + 1 + m] == '.' || metric[n + 1 + m] == '\0');
}

enum statement {
    ADD_ARTEFACT,
    FIND_ARTEFACT,
    PUT_SAMPLE,
    PUT_CANDIDATE,
    COPY_CANDIDATES,
    DROP_CANDIDATES,
    PUT_SCORE,
    ADD_METRIC,
    FIND_METRIC,
    ADD_RUN_METRIC,
    N_STATEMENTS
};

static const char *const sql[N_STATEMENTS] = {
    [ADD_ARTEFACT] =
        "INSERT INTO artefact (hash, modality, n_bytes, duration_s) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (hash) DO NOTHING RETURNING id",
    [FIND_ARTEFACT] = "SELECT id FROM artefact WHERE hash = ?1",
    [PUT_SAMPLE] =
        "INSERT INTO sample (run, model, prompt, seed, key, status, error, path, artefact, params, "
        "scored,"
        " inode, mtime_ns, ctime_ns, hashed_ns, generate_s, evaluate_s, device_s, n_candidates, "
        "n_tokens,"
        " n_rewards, logprob, ref_logprob, finished)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
        "?19,"
        " ?20, ?21, ?22, ?23, ?24)"
        " ON CONFLICT (run, model, prompt, seed) DO UPDATE SET key = excluded.key,"
        " status = excluded.status, error = excluded.error, path = excluded.path,"
        " artefact = excluded.artefact, params = excluded.params, scored = excluded.scored,"
        " inode = excluded.inode, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns,"
        " hashed_ns = excluded.hashed_ns, attempts = attempts + 1, generate_s = "
        "excluded.generate_s,"
        " evaluate_s = excluded.evaluate_s, device_s = excluded.device_s,"
        " n_candidates = excluded.n_candidates, n_tokens = excluded.n_tokens,"
        " n_rewards = excluded.n_rewards, logprob = excluded.logprob,"
        " ref_logprob = excluded.ref_logprob, finished = excluded.finished RETURNING id",
    [PUT_CANDIDATE] = "INSERT INTO candidate (sample, i, proxy, gold) VALUES (?1, ?2, ?3, ?4)",
    [COPY_CANDIDATES] = "INSERT INTO candidate (sample, i, proxy, gold)"
                        " SELECT ?1, i, proxy, gold FROM candidate WHERE sample = ?2"
                        " ON CONFLICT DO NOTHING",
    [DROP_CANDIDATES] = "DELETE FROM candidate WHERE sample = ?1",
    [PUT_SCORE] =
        "INSERT INTO score (artefact, params, metric, value, why) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT DO UPDATE SET value = excluded.value, why = excluded.why",
    [ADD_METRIC] =
        "INSERT INTO metric (name, version, identity, title, unit, direction, inputs, summary,"
        " source) VALUES (?1, 1, ?2, ?3, '1', ?4, 'audio,symbolic', ?5, ?6)"
        " ON CONFLICT DO NOTHING",
    [FIND_METRIC] = "SELECT id FROM metric WHERE name = ?1 AND version = 1 AND identity = ?2",
    [ADD_RUN_METRIC] = "INSERT INTO run_metric (run, metric, position) VALUES (?1, ?2,"
                       " (SELECT coalesce(max(position), -1) + 1 FROM run_metric WHERE run = ?1))"
                       " ON CONFLICT DO NOTHING",
};

/* A metric of an outside scorer, as first met in this run. */
struct outside_metric {
    char name[160];
    size_t scorer;
    int64_t id;
};

struct attune_writer {
    struct attune_store *store;
    int64_t run;
    sqlite3_stmt *stmt[N_STATEMENTS];
    const struct attune_scorer_identity *scorers;
    size_t n_scorers;
    struct outside_metric *outside;
    size_t n_outside, outside_capacity;
};

enum attune_code attune_writer_new(struct attune_writer **out, struct attune_store *store,
                                   int64_t run, const struct attune_scorer_identity *scorers,
                                   size_t n_scorers, struct attune_err *err)
{
    struct attune_writer *writer = attune_alloc(1, sizeof *writer);
    if (!writer) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    *writer = (struct attune_writer){
        .store = store, .run = run, .scorers = scorers, .n_scorers = n_scorers,
    };
    for (size_t i = 0; i < N_STATEMENTS; i++) {
        writer->stmt[i] = attune_store_prepare(store, sql[i], err);
        if (!writer->stmt[i]) {
            attune_writer_free(writer);
            return ATTUNE_E_STORE;
        }
    }
    *out = writer;
    return ATTUNE_OK;
}

void attune_writer_free(struct attune_writer *writer)
{
    if (writer) {
        for (size_t i = 0; i < N_STATEMENTS; i++) {
            sqlite3_finalize(writer->stmt[i]);
        }
        attune_release(writer->outside);
        attune_release(writer);
    }
}

static void bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
    sqlite3_bind_text(stmt, i, text, -1, SQLITE_STATIC);
}

static void bind_real(sqlite3_stmt *stmt, int i, double x)
{
    if (isfinite(x)) {
        sqlite3_bind_double(stmt, i, x);
    } else {
        sqlite3_bind_null(stmt, i);
    }
}

/* Runs a bound statement to its end; *id takes the first column of the first row, or stays as it
 * was. */
static enum attune_code finish(struct attune_writer *writer, enum statement which, int64_t *id,
                               struct attune_err *err)
{
    sqlite3_stmt *stmt = writer->stmt[which];
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (id) {
            *id = sqlite3_column_int64(stmt, 0);
        }
    }
    enum attune_code code =
        rc == SQLITE_DONE ? ATTUNE_OK : attune_store_fail(writer->store, "store a sample", err);
    sqlite3_reset(stmt);
    return code;
}

static enum attune_code put_artefact(struct attune_writer *writer, const struct attune_record *r,
                                     int64_t *id, struct attune_err *err)
{
    *id = 0;
    sqlite3_stmt *add = writer->stmt[ADD_ARTEFACT];
    bind_text(add, 1, r->identity.hash);
    bind_text(add, 2, r->modality);
    sqlite3_bind_int64(add, 3, r->identity.n_bytes);
    bind_real(add, 4, r->duration_s);
    enum attune_code code = finish(writer, ADD_ARTEFACT, id, err);
    if (code || *id) {
        return code;
    }
    bind_text(writer->stmt[FIND_ARTEFACT], 1, r->identity.hash);
    return finish(writer, FIND_ARTEFACT, id, err);
}

static enum attune_code put_sample(struct attune_writer *writer, const struct attune_record *r,
                                   int64_t artefact, int64_t *id, struct attune_err *err)
{
    sqlite3_stmt *stmt = writer->stmt[PUT_SAMPLE];
    const struct attune_generation *made = &r->made;
    const size_t n_files = strlen(r->files);
    const bool inside = strncmp(r->path, r->files, n_files) == 0 && r->path[n_files] == '/';
    char now[32];
    attune_utc_now(now);
    sqlite3_clear_bindings(stmt);
    sqlite3_bind_int64(stmt, 1, writer->run);
    sqlite3_bind_int64(stmt, 2, r->model);
    sqlite3_bind_int64(stmt, 3, r->prompt);
    sqlite3_bind_int64(stmt, 4, r->seed);
    bind_text(stmt, 5, r->key);
    bind_text(stmt, 6, r->failed ? "failed" : "ok");
    bind_text(stmt, 7, r->failed ? r->error : NULL);
    bind_text(stmt, 8, !r->path[0] ? NULL : inside ? r->path + n_files + 1 : r->path);
    if (!r->failed) {
        sqlite3_bind_int64(stmt, 9, artefact);
        sqlite3_bind_int64(stmt, 10, r->params);
        bind_text(stmt, 11, r->scored);
        sqlite3_bind_int64(stmt, 12, r->identity.inode);
        sqlite3_bind_int64(stmt, 13, r->identity.mtime_ns);
        sqlite3_bind_int64(stmt, 14, r->identity.ctime_ns);
        sqlite3_bind_int64(stmt, 15, r->identity.hashed_ns);
        bind_real(stmt, 18, made->device_seconds >= 0.0 ? made->device_seconds : NAN);
        const uint64_t counts[] = {made->n_candidates, made->n_tokens, made->n_rewards};
        for (int i = 0; i < 3; i++) {
            if (counts[i] || i == 2) {
                sqlite3_bind_int64(stmt, 19 + i, (int64_t)counts[i]);
            }
        }
        bind_real(stmt, 22, made->has_logprob ? made->logprob : NAN);
        bind_real(stmt, 23, made->has_ref_logprob ? made->ref_logprob : NAN);
    }
    bind_real(stmt, 16, r->generate_s);
    bind_real(stmt, 17, r->evaluate_s);
    bind_text(stmt, 24, now);
    return finish(writer, PUT_SAMPLE, id, err);
}

static enum attune_code put_candidates(struct attune_writer *writer, const struct attune_record *r,
                                       int64_t sample, struct attune_err *err)
{
    if (r->made_before) {
        sqlite3_bind_int64(writer->stmt[COPY_CANDIDATES], 1, sample);
        sqlite3_bind_int64(writer->stmt[COPY_CANDIDATES], 2, r->made_before);
        return finish(writer, COPY_CANDIDATES, NULL, err);
    }
    sqlite3_bind_int64(writer->stmt[DROP_CANDIDATES], 1, sample);
    enum attune_code code = finish(writer, DROP_CANDIDATES, NULL, err);
    sqlite3_stmt *stmt = writer->stmt[PUT_CANDIDATE];
    for (size_t i = 0; code == ATTUNE_OK && !r->failed && i < r->candidates.n; i++) {
        sqlite3_bind_int64(stmt, 1, sample);
        sqlite3_bind_int64(stmt, 2, (int64_t)i);
        bind_real(stmt, 3, r->candidates.items[i].proxy);
        bind_real(stmt, 4, r->candidates.items[i].gold);
        code = finish(writer, PUT_CANDIDATE, NULL, err);
    }
    return code;
}

/* The id of an outside scorer's metric; registered when met for the first time. */
static enum attune_code outside_metric(struct attune_writer *writer,
                                       const struct attune_record_score *score, int64_t *id,
                                       struct attune_err *err)
{
    for (size_t i = 0; i < writer->n_outside; i++) {
        if (writer->outside[i].scorer == score->scorer &&
            strcmp(writer->outside[i].name, score->name) == 0) {
            *id = writer->outside[i].id;
            return ATTUNE_OK;
        }
    }
    if (!attune_grow((void **)&writer->outside, &writer->outside_capacity, writer->n_outside,
                     sizeof *writer->outside)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    const struct attune_scorer_identity *scorer = &writer->scorers[score->scorer];
    struct outside_metric *metric = &writer->outside[writer->n_outside];
    *metric = (struct outside_metric){.scorer = score->scorer};
    snprintf(metric->name, sizeof metric->name, "%s", score->name);
    sqlite3_stmt *add = writer->stmt[ADD_METRIC], *find = writer->stmt[FIND_METRIC];
    bind_text(add, 1, metric->name);
    bind_text(add, 2, scorer->identity);
    bind_text(add, 3, metric->name + strlen(scorer->section) + 1);
    bind_text(add, 4, scorer->higher_is_better ? "up" : "down");
    bind_text(add, 5, scorer->summary);
    bind_text(add, 6, scorer->name);
    enum attune_code code = finish(writer, ADD_METRIC, NULL, err);
    if (code == ATTUNE_OK) {
        bind_text(find, 1, metric->name);
        bind_text(find, 2, scorer->identity);
        code = finish(writer, FIND_METRIC, &metric->id, err);
    }
    if (code == ATTUNE_OK) {
        sqlite3_bind_int64(writer->stmt[ADD_RUN_METRIC], 1, writer->run);
        sqlite3_bind_int64(writer->stmt[ADD_RUN_METRIC], 2, metric->id);
        code = finish(writer, ADD_RUN_METRIC, NULL, err);
    }
    if (code == ATTUNE_OK) {
        *id = metric->id;
        writer->n_outside++;
    }
    return code;
}

static enum attune_code put_score(struct attune_writer *writer, const struct attune_record *r,
                                  int64_t artefact, const struct attune_record_score *score,
                                  struct attune_err *err)
{
    int64_t metric = score->metric;
    enum attune_code code = metric ? ATTUNE_OK : outside_metric(writer, score, &metric, err);
    if (code) {
        return code;
    }
    sqlite3_stmt *stmt = writer->stmt[PUT_SCORE];
    sqlite3_bind_int64(stmt, 1, artefact);
    sqlite3_bind_int64(stmt, 2, r->params);
    sqlite3_bind_int64(stmt, 3, metric);
    if (score->why) {
        sqlite3_bind_null(stmt, 4);
        bind_text(stmt, 5, score->why);
    } else {
        sqlite3_bind_double(stmt, 4, score->value);
        sqlite3_bind_null(stmt, 5);
    }
    return finish(writer, PUT_SCORE, NULL, err);
}

enum attune_code attune_writer_put(struct attune_writer *writer, const struct attune_record *record,
                                   struct attune_err *err)
{
    int64_t artefact = 0, sample = 0;
    enum attune_code code = ATTUNE_OK;
    if (!record->failed) {
        code = put_artefact(writer, record, &artefact, err);
    }
    if (code == ATTUNE_OK) {
        code = put_sample(writer, record, artefact, &sample, err);
    }
    if (code == ATTUNE_OK) {
        code = put_candidates(writer, record, sample, err);
    }
    for (size_t i = 0; code == ATTUNE_OK && i < record->n_scores; i++) {
        code = put_score(writer, record, artefact, &record->scores[i], err);
    }
    return code;
}
