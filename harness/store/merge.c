/* The merge as a list of SQL steps over the output (main) and the attached input (src). */
#include "harness/store/merge.h"

#include "harness/store/schema.h"

/* Two numbers of one metric on one content may differ in their last bits between machines, not
 * more. */
#define SAME_VALUE "abs(a.value - b.value) <= 1e-9 * max(1.0, abs(a.value), abs(b.value))"

/* Which row of the output each row of the input is. Made as the rows are taken over. */
static const char make_maps[] =
    "CREATE TEMP TABLE IF NOT EXISTS map_run (src INTEGER PRIMARY KEY, dst INTEGER NOT NULL);"
    "CREATE TEMP TABLE IF NOT EXISTS map_model (src INTEGER PRIMARY KEY, dst INTEGER NOT NULL);"
    "CREATE TEMP TABLE IF NOT EXISTS map_prompt (src INTEGER PRIMARY KEY, dst INTEGER NOT NULL);"
    "CREATE TEMP TABLE IF NOT EXISTS map_params (src INTEGER PRIMARY KEY, dst INTEGER NOT NULL);"
    "CREATE TEMP TABLE IF NOT EXISTS map_metric (src INTEGER PRIMARY KEY, dst INTEGER NOT NULL);"
    "CREATE TEMP TABLE IF NOT EXISTS map_artefact (src INTEGER PRIMARY KEY, dst INTEGER NOT NULL);"
    "DELETE FROM map_run; DELETE FROM map_model; DELETE FROM map_prompt; DELETE FROM map_params;"
    "DELETE FROM map_metric; DELETE FROM map_artefact;";

/* Contradictions, each a query for (count, an example); any count above 0 refuses the input. */
static const struct {
    const char *what, *sql;
} contradictions[] = {
    {"models of one name with other weights or programs",
     "SELECT count(*), min(a.name) FROM src.model a JOIN src.run ra ON ra.id = a.run"
     " JOIN main.run rb ON rb.key = ra.key JOIN main.model b ON b.run = rb.id AND b.name = a.name"
     " WHERE a.fingerprint != b.fingerprint AND a.fingerprint != '' AND b.fingerprint != ''"},
    {"finished samples with other content",
     "SELECT count(*), min(ma.name || '/' || pa.name || '/' || a.seed)"
     " FROM src.sample a JOIN src.run ra ON ra.id = a.run JOIN src.model ma ON ma.id = a.model"
     " JOIN src.prompt pa ON pa.id = a.prompt JOIN src.artefact fa ON fa.id = a.artefact"
     " JOIN main.run rb ON rb.key = ra.key JOIN main.model mb ON mb.run = rb.id AND mb.name = "
     "ma.name"
     " JOIN main.prompt pb ON pb.hash = pa.hash"
     " JOIN main.sample b ON b.run = rb.id AND b.model = mb.id AND b.prompt = pb.id AND b.seed = "
     "a.seed"
     " JOIN main.artefact fb ON fb.id = b.artefact WHERE fa.hash != fb.hash"},
    {"scores of one content with other values",
     "SELECT count(*), min(ka.name || ' of ' || fa.hash) FROM src.score a"
     " JOIN src.artefact fa ON fa.id = a.artefact JOIN src.params qa ON qa.id = a.params"
     " JOIN src.metric ka ON ka.id = a.metric"
     " JOIN main.artefact fb ON fb.hash = fa.hash JOIN main.params qb ON qb.hash = qa.hash"
     " JOIN main.metric kb ON kb.name = ka.name AND kb.version = ka.version AND kb.identity = "
     "ka.identity"
     " JOIN main.score b ON b.artefact = fb.id AND b.params = qb.id AND b.metric = kb.id"
     " WHERE (a.value IS NULL) != (b.value IS NULL) OR NOT (a.value IS NULL OR " SAME_VALUE ")"},
    {"baselines of one name",
     "SELECT count(*), min(a.name) FROM src.baseline a JOIN src.run ra ON ra.id = a.run"
     " JOIN main.baseline b ON b.name = a.name JOIN main.run rb ON rb.id = b.run"
     " WHERE a.model != b.model OR ra.key != rb.key"},
};

/* A column that one of two rows may lack. */
#define KEEP_LESS(column)                                                                          \
    column " = coalesce(min(" column ", excluded." column "), " column ", excluded." column ")"

/* Ties between equally good rows are broken by content, never by order: the smaller text or number
 * stays. */
static const char *const take_over[] = {
    "INSERT INTO main.run (key, name, suite, suite_hash, suite_path, prompt_hash, files, "
    "n_planned, rank_by,"
    " allow_failed, attune_version, attune_commit, compiler, cflags, cpu, host, libraries, fft, "
    "soundfont,"
    " soundfont_hash, n_threads, started, ended)"
    " SELECT key, name, suite, suite_hash, suite_path, prompt_hash, ?1, n_planned, rank_by, "
    "allow_failed,"
    " attune_version, attune_commit, compiler, cflags, cpu, host, libraries, fft, soundfont,"
    " soundfont_hash, n_threads, started, ended FROM src.run WHERE true"
    " ON CONFLICT (key) DO UPDATE SET suite_path = min(suite_path, excluded.suite_path),"
    " compiler = min(compiler, excluded.compiler), cflags = min(cflags, excluded.cflags),"
    " cpu = min(cpu, excluded.cpu), host = min(host, excluded.host),"
    " libraries = min(libraries, excluded.libraries), n_threads = max(n_threads, "
    "excluded.n_threads),"
    " n_planned = max(n_planned, excluded.n_planned), started = min(started, excluded.started),"
    " ended = max(coalesce(ended, excluded.ended), coalesce(excluded.ended, ended))",
    "INSERT INTO map_run SELECT a.id, b.id FROM src.run a JOIN main.run b ON b.key = a.key",

    "INSERT INTO main.model (run, position, name, method, base, generator, spec, fingerprint, "
    "simulated,"
    " selected_on, family, train_generated, train_processed, train_rewards, train_pairs, "
    "train_steps, train_s)"
    " SELECT m.dst, a.position, a.name, a.method, a.base, a.generator, a.spec, "
    "a.fingerprint,"
    " a.simulated, a.selected_on, a.family, a.train_generated, a.train_processed, a.train_rewards,"
    " a.train_pairs, a.train_steps, a.train_s"
    " FROM src.model a JOIN map_run m ON m.src = a.run WHERE true"
    " ON CONFLICT (run, name) DO UPDATE SET"
    " fingerprint = iif(fingerprint = '', excluded.fingerprint, fingerprint),"
    " spec = min(spec, excluded.spec)," KEEP_LESS("train_generated") "," KEEP_LESS(
        "train_processed") "," KEEP_LESS("train_rewards") "," KEEP_LESS("train_pairs") ","
    KEEP_LESS("train_steps") "," KEEP_LESS("train_s"),
    "INSERT INTO map_model SELECT a.id, b.id FROM src.model a JOIN map_run m ON m.src = a.run"
    " JOIN main.model b ON b.run = m.dst AND b.name = a.name",

    "INSERT INTO main.prompt (name, text, attributes, hash)"
    " SELECT name, text, attributes, hash FROM src.prompt WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO map_prompt SELECT a.id, b.id FROM src.prompt a JOIN main.prompt b ON b.hash = "
    "a.hash",
    "INSERT INTO main.run_prompt (run, prompt, position) SELECT m.dst, p.dst, a.position"
    " FROM src.run_prompt a JOIN map_run m ON m.src = a.run JOIN map_prompt p ON p.src = a.prompt"
    " WHERE true ON CONFLICT DO NOTHING",

    "INSERT INTO main.run_seed (run, seed) SELECT m.dst, a.seed FROM src.run_seed a"
    " JOIN map_run m ON m.src = a.run WHERE true ON CONFLICT DO NOTHING",

    "INSERT INTO main.params (hash, text) SELECT hash, text FROM src.params WHERE true"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO map_params SELECT a.id, b.id FROM src.params a JOIN main.params b ON b.hash = "
    "a.hash",

    "INSERT INTO main.metric (name, version, identity, title, unit, direction, target, lo, hi, "
    "inputs,"
    " summary, source) SELECT name, version, identity, title, unit, direction, target, lo, hi, "
    "inputs,"
    " summary, source FROM src.metric WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO map_metric SELECT a.id, b.id FROM src.metric a JOIN main.metric b"
    " ON b.name = a.name AND b.version = a.version AND b.identity = a.identity",
    "INSERT INTO main.run_metric (run, metric, position) SELECT m.dst, k.dst, a.position"
    " FROM src.run_metric a JOIN map_run m ON m.src = a.run JOIN map_metric k ON k.src = a.metric"
    " WHERE true ON CONFLICT DO UPDATE SET position = min(position, excluded.position)",

    "INSERT INTO main.artefact (hash, modality, n_bytes, duration_s)"
    " SELECT hash, modality, n_bytes, duration_s FROM src.artefact WHERE true ORDER BY id"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO map_artefact SELECT a.id, b.id FROM src.artefact a JOIN main.artefact b"
    " ON b.hash = a.hash",

    "INSERT INTO main.sample (run, model, prompt, seed, key, status, error, path, artefact, "
    "params, scored,"
    " inode, mtime_ns, ctime_ns, hashed_ns, attempts, generate_s, evaluate_s, device_s, "
    "n_candidates,"
    " n_tokens, n_rewards, logprob, ref_logprob, finished)"
    " SELECT m.dst, d.dst, p.dst, a.seed, a.key, a.status, a.error,"
    " CASE WHEN a.path LIKE '/%' THEN a.path ELSE r.files || '/' || a.path END, f.dst, q.dst, "
    "a.scored,"
    " a.inode, a.mtime_ns, a.ctime_ns, a.hashed_ns, a.attempts, a.generate_s, a.evaluate_s, "
    "a.device_s,"
    " a.n_candidates, a.n_tokens, a.n_rewards, a.logprob, a.ref_logprob, a.finished"
    " FROM src.sample a JOIN src.run r ON r.id = a.run JOIN map_run m ON m.src = a.run"
    " JOIN map_model d ON d.src = a.model JOIN map_prompt p ON p.src = a.prompt"
    " LEFT JOIN map_artefact f ON f.src = a.artefact LEFT JOIN map_params q ON q.src = a.params"
    " WHERE true ORDER BY a.id"
    " ON CONFLICT (run, model, prompt, seed) DO UPDATE SET key = excluded.key, status = "
    "excluded.status,"
    " error = excluded.error, path = excluded.path, artefact = excluded.artefact,"
    " params = excluded.params, scored = excluded.scored, inode = excluded.inode,"
    " mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, hashed_ns = excluded.hashed_ns,"
    " attempts = excluded.attempts, generate_s = excluded.generate_s, evaluate_s = "
    "excluded.evaluate_s,"
    " device_s = excluded.device_s, n_candidates = excluded.n_candidates, n_tokens = "
    "excluded.n_tokens,"
    " n_rewards = excluded.n_rewards, logprob = excluded.logprob, ref_logprob = "
    "excluded.ref_logprob,"
    " finished = excluded.finished"
    " WHERE (excluded.status = 'ok', coalesce(excluded.scored, '') != '') >"
    "       (sample.status = 'ok', coalesce(sample.scored, '') != '')"
    "  OR ((excluded.status = 'ok', coalesce(excluded.scored, '') != '') ="
    "      (sample.status = 'ok', coalesce(sample.scored, '') != '')"
    "   AND (excluded.finished, coalesce(excluded.path, ''), coalesce(excluded.error, ''),"
    "        excluded.attempts) <"
    "       (sample.finished, coalesce(sample.path, ''), coalesce(sample.error, ''), "
    "sample.attempts))",

    "INSERT INTO main.candidate (sample, i, proxy, gold) SELECT b.id, c.i, c.proxy, c.gold"
    " FROM src.candidate c JOIN src.sample a ON a.id = c.sample JOIN map_run m ON m.src = a.run"
    " JOIN map_model d ON d.src = a.model JOIN map_prompt p ON p.src = a.prompt"
    " JOIN main.sample b ON b.run = m.dst AND b.model = d.dst AND b.prompt = p.dst"
    " AND b.seed = a.seed WHERE true ORDER BY b.id, c.i ON CONFLICT DO NOTHING",

    "INSERT INTO main.score (artefact, params, metric, value, why)"
    " SELECT f.dst, q.dst, k.dst, a.value, a.why FROM src.score a"
    " JOIN map_artefact f ON f.src = a.artefact JOIN map_params q ON q.src = a.params"
    " JOIN map_metric k ON k.src = a.metric WHERE true ORDER BY f.dst, q.dst, k.dst"
    " ON CONFLICT DO UPDATE SET value = min(value, excluded.value), why = min(why, excluded.why)",

    "INSERT INTO main.preference (source, line, prompt, model_a, model_b, sample_a, sample_b, "
    "winner, axis,"
    " rater, confidence, time, simulated, extra) SELECT source, line, prompt, model_a, model_b, "
    "sample_a,"
    " sample_b, winner, axis, rater, confidence, time, simulated, extra FROM src.preference WHERE "
    "true"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO main.rating (source, line, kind, item, system, prompt, axis, rater, value)"
    " SELECT source, line, kind, item, system, prompt, axis, rater, value FROM src.rating"
    " WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO main.reward_model (name, kind, path, hash, features, trained, simulated, created)"
    " SELECT name, kind, path, hash, features, trained, simulated, created FROM src.reward_model"
    " WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO main.baseline (name, run, model, created) SELECT a.name, m.dst, a.model, a.created"
    " FROM src.baseline a JOIN map_run m ON m.src = a.run WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO main.event (run, time, kind, subject, text) SELECT m.dst, a.time, a.kind, "
    "a.subject, a.text"
    " FROM src.event a JOIN map_run m ON m.src = a.run WHERE NOT EXISTS (SELECT 1 FROM main.event e"
    " WHERE e.run = m.dst AND e.time = a.time AND e.kind = a.kind AND e.subject = a.subject"
    " AND e.text = a.text) ORDER BY a.id",
    "INSERT INTO main.embedding (name, version, identity) SELECT name, version, identity"
    " FROM src.embedding WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO main.vector (embedding, content, v, why) SELECT b.id, a.content, a.v, a.why"
    " FROM src.vector a JOIN src.embedding e ON e.id = a.embedding JOIN main.embedding b"
    " ON b.name = e.name AND b.version = e.version AND b.identity = e.identity WHERE true"
    " ON CONFLICT DO NOTHING",
    /* Numbers of whole sets were those of a part. */
    "DELETE FROM main.set_score WHERE run IN (SELECT dst FROM map_run)",
    "UPDATE main.run SET ended = NULL WHERE id IN (SELECT dst FROM map_run)"
    " AND (SELECT count(*) FROM main.sample s WHERE s.run = run.id) < n_planned",
};

static enum attune_code count_rows(struct attune_store *store, int64_t counts[4],
                                   struct attune_err *err)
{
    static const char *const tables[] = {"run", "sample", "score", "preference"};
    for (size_t i = 0; i < 4; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM main.%s", tables[i]);
        sqlite3_stmt *stmt = attune_store_prepare(store, sql, err);
        if (!stmt || sqlite3_step(stmt) != SQLITE_ROW) {
            sqlite3_finalize(stmt);
            return stmt ? attune_store_fail(store, "count rows", err) : ATTUNE_E_STORE;
        }
        counts[i] = sqlite3_column_int64(stmt, 0);
        sqlite3_finalize(stmt);
    }
    return ATTUNE_OK;
}

static enum attune_code check_contradictions(struct attune_store *out, const char *path,
                                             struct attune_err *err)
{
    for (size_t i = 0; i < sizeof contradictions / sizeof *contradictions; i++) {
        sqlite3_stmt *stmt = attune_store_prepare(out, contradictions[i].sql, err);
        if (!stmt) {
            return ATTUNE_E_STORE;
        }
        enum attune_code code = ATTUNE_OK;
        if (sqlite3_step(stmt) != SQLITE_ROW) {
            code = attune_store_fail(out, "compare the databases", err);
        } else if (sqlite3_column_int64(stmt, 0) > 0) {
            code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                                  "contradicts what was merged before: %lld %s, the first '%s'",
                                  (long long)sqlite3_column_int64(stmt, 0), contradictions[i].what,
                                  (const char *)sqlite3_column_text(stmt, 1));
            attune_err_hint(err,
                            "were the shards made by one suite, one program and the same models? "
                            "nothing of this file was taken");
        }
        sqlite3_finalize(stmt);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

static enum attune_code take_all(struct attune_store *out, const char *path,
                                 struct attune_merge_counts *counts, struct attune_err *err)
{
    int64_t before[4], after[4];
    char files[4200];
    snprintf(files, sizeof files, "%s.files", attune_store_path(out));
    enum attune_code code = count_rows(out, before, err);
    if (code == ATTUNE_OK && sqlite3_exec(attune_store_sqlite(out), make_maps, NULL, NULL, NULL)) {
        code = attune_store_fail(out, "prepare the merge", err);
    }
    if (code == ATTUNE_OK) {
        code = check_contradictions(out, path, err);
    }
    for (size_t i = 0; code == ATTUNE_OK && i < sizeof take_over / sizeof *take_over; i++) {
        code = attune_store_exec(out, err, take_over[i], i == 0 ? "t" : "", files);
    }
    if (code == ATTUNE_OK) {
        code = count_rows(out, after, err);
    }
    if (code == ATTUNE_OK) {
        *counts = (struct attune_merge_counts){
            after[0] - before[0], after[1] - before[1], after[2] - before[2], after[3] - before[3],
        };
    }
    return code;
}

enum attune_code attune_merge(struct attune_store *out, const char *path,
                              struct attune_merge_counts *counts, struct attune_err *err)
{
    /* Refuses what is no database of attune's, or of another version, with the usual words. */
    struct attune_store *input = NULL;
    enum attune_code code = attune_store_open_read(&input, path, err);
    if (code) {
        return code;
    }
    attune_store_close(input);
    code = attune_store_exec(out, err, "ATTACH ?1 AS src", "t", path);
    if (code) {
        return code;
    }
    code = attune_store_begin(out, err);
    if (code == ATTUNE_OK) {
        code = take_all(out, path, counts, err);
        if (code) {
            attune_store_rollback(out);
        } else {
            code = attune_store_commit(out, err);
        }
    }
    sqlite3_exec(attune_store_sqlite(out), "DETACH src", NULL, NULL, NULL);
    return code;
}

enum attune_code attune_stragglers(struct attune_store *store, int64_t run,
                                   void (*each)(void *context, const char *model,
                                                const char *prompt, int64_t seed,
                                                const char *status),
                                   void *context, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT m.name, p.name, d.seed, coalesce(s.status, 'missing') FROM model m"
        " JOIN run_prompt q ON q.run = m.run JOIN prompt p ON p.id = q.prompt"
        " JOIN run_seed d ON d.run = m.run"
        " LEFT JOIN sample s ON s.run = m.run AND s.model = m.id AND s.prompt = p.id AND s.seed = "
        "d.seed"
        " WHERE m.run = ?1 AND (s.id IS NULL OR s.status = 'failed')"
        " ORDER BY m.position, q.position, d.seed",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_int64(stmt, 1, run);
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        each(context, (const char *)sqlite3_column_text(stmt, 0),
             (const char *)sqlite3_column_text(stmt, 1), sqlite3_column_int64(stmt, 2),
             (const char *)sqlite3_column_text(stmt, 3));
    }
    enum attune_code code =
        rc == SQLITE_DONE ? ATTUNE_OK : attune_store_fail(store, "list the stragglers", err);
    sqlite3_finalize(stmt);
    return code;
}
