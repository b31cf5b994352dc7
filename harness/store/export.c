/* Exports: fixed queries by name. */
#include "harness/store/export.h"

#include "base/text.h"
#include "harness/store/store.h"

const struct attune_export attune_exports[] = {
    {"scores", "every metric of every sample, with state and reason",
     "SELECT * FROM sample_scores WHERE ?1 = 0 OR run = ?1"},
    {"leaderboard", "means, intervals and rank intervals",
     "SELECT * FROM leaderboard WHERE ?1 = 0 OR run = ?1 ORDER BY run, metric, model"},
    {"samples", "one row per sample: status, path, content, cost, log-probabilities",
     "SELECT s.run, m.name AS model, m.method, m.base, p.name AS prompt, s.seed, s.status, s.error,"
     " CASE WHEN s.path LIKE '/%' THEN s.path ELSE r.files || '/' || s.path END AS path, a.hash,"
     " a.modality, a.duration_s, s.attempts, s.generate_s, s.evaluate_s, s.device_s, "
     "s.n_candidates,"
     " s.n_tokens, s.n_rewards, s.logprob, s.ref_logprob, s.finished FROM sample s"
     " JOIN run r ON r.id = s.run JOIN model m ON m.id = s.model JOIN prompt p ON p.id = s.prompt"
     " LEFT JOIN artefact a ON a.id = s.artefact WHERE ?1 = 0 OR s.run = ?1 ORDER BY s.id"},
    {"models", "models with their specification",
     "SELECT run, name, method, base, generator, spec, fingerprint, simulated, selected_on, family,"
     " train_generated, train_processed, train_rewards, train_pairs, train_steps, train_s FROM "
     "model"
     " WHERE ?1 = 0 OR run = ?1 ORDER BY run, position"},
    {"candidates", "proxy and gold of all candidates of models that keep them",
     "SELECT s.run, m.name AS model, p.name AS prompt, s.seed, c.i, c.proxy, c.gold FROM candidate "
     "c"
     " JOIN sample s ON s.id = c.sample JOIN model m ON m.id = s.model"
     " JOIN prompt p ON p.id = s.prompt WHERE ?1 = 0 OR s.run = ?1 ORDER BY c.sample, c.i"},
    {"prompts", "prompts with their attributes",
     "SELECT q.run, p.name AS id, p.text, p.attributes FROM run_prompt q JOIN prompt p ON p.id = "
     "q.prompt"
     " WHERE ?1 = 0 OR q.run = ?1 ORDER BY q.run, q.position"},
    {"sets", "metrics of whole sets",
     "SELECT s.run, m.name AS model, k.name AS metric, k.version, s.reference, s.reference_hash,"
     " e.name AS embedding, e.version AS embedding_version, e.identity AS embedding_hash, s.value,"
     " s.why, s.ci_low, s.ci_high, s.n, s.n_reference, s.n_dims, s.details, s.warnings"
     " FROM set_score s JOIN model m ON m.id = s.model JOIN metric k ON k.id = s.metric"
     " JOIN embedding e ON e.id = s.embedding"
     " WHERE ?1 = 0 OR s.run = ?1 ORDER BY s.run, k.name, m.position"},
    {"preferences", "human preference votes",
     "SELECT source, line, prompt, model_a, model_b, sample_a, sample_b, winner, axis, rater, "
     "confidence,"
     " time, simulated FROM preference WHERE ?1 = ?1 ORDER BY id"},
    {"ratings", "ratings of single items by people, and scores by outside programs",
     "SELECT source, line, kind, item, system, prompt, axis, rater, value FROM rating"
     " WHERE ?1 = ?1 ORDER BY id"},
    {"events", "what happened when",
     "SELECT run, time, kind, subject, text FROM event WHERE ?1 = 0 OR run = ?1 ORDER BY id"},
    {NULL, NULL, NULL},
};

static const struct attune_export *find_export(const char *name, struct attune_err *err)
{
    const char *names[32];
    size_t n = 0;
    for (const struct attune_export *e = attune_exports; e->name; e++) {
        if (strcmp(e->name, name) == 0) {
            return e;
        }
        names[n++] = e->name;
    }
    struct attune_buf list = ATTUNE_BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        attune_buf_addf(&list, "%s%s", i ? ", " : "", names[i]);
    }
    attune_fail(err, ATTUNE_E_USAGE, "nothing to export under '%s'; there are %s", name,
                attune_buf_text(&list));
    attune_buf_release(&list);
    const char *near = attune_nearest(name, names, n);
    if (near) {
        attune_err_hint(err, "did you mean '%s'?", near);
    }
    return NULL;
}

static void add_value(struct attune_buf *line, sqlite3_stmt *stmt, int column, bool json)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_NULL:
        attune_buf_add(line, json ? "null" : "");
        break;
    case SQLITE_FLOAT:
        attune_buf_add_double(line, sqlite3_column_double(stmt, column));
        break;
    case SQLITE_INTEGER:
        attune_buf_addf(line, "%lld", (long long)sqlite3_column_int64(stmt, column));
        break;
    default:
        if (json) {
            attune_buf_add_json(line, text ? text : "");
        } else {
            attune_buf_add_csv(line, text ? text : "");
        }
    }
}

static void add_row(struct attune_buf *line, sqlite3_stmt *stmt, bool json, bool header)
{
    const int n = sqlite3_column_count(stmt);
    attune_buf_add(line, json ? "{" : "");
    for (int i = 0; i < n; i++) {
        attune_buf_add(line, i ? (json ? ", " : ",") : "");
        if (json) {
            attune_buf_add_json(line, sqlite3_column_name(stmt, i));
            attune_buf_add(line, ": ");
        }
        if (header) {
            attune_buf_add_csv(line, sqlite3_column_name(stmt, i));
        } else {
            add_value(line, stmt, i, json);
        }
    }
    attune_buf_add(line, json ? "}\n" : "\n");
}

enum attune_code attune_store_export(struct attune_store *store, const char *name, int64_t run,
                                     enum attune_export_format format, FILE *out,
                                     struct attune_err *err)
{
    const struct attune_export *what = find_export(name, err);
    sqlite3_stmt *stmt = what ? attune_store_prepare(store, what->sql, err) : NULL;
    if (!stmt) {
        return what ? ATTUNE_E_STORE : ATTUNE_E_USAGE;
    }
    const bool json = format == ATTUNE_EXPORT_JSONL;
    struct attune_buf line = ATTUNE_BUF_INIT;
    enum attune_code code = ATTUNE_OK;
    int rc = SQLITE_ROW;
    sqlite3_bind_int64(stmt, 1, run);
    if (!json) {
        add_row(&line, stmt, json, true);
    }
    while (code == ATTUNE_OK && !ferror(out) && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        add_row(&line, stmt, json, false);
        if (line.failed) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        } else if (line.n_bytes > 1 << 16) {
            fwrite(line.text, 1, line.n_bytes, out);
            attune_buf_reset(&line);
        }
    }
    fputs(attune_buf_text(&line), out);
    if (code == ATTUNE_OK && !ferror(out) && rc != SQLITE_DONE) {
        code = attune_store_fail(store, "export", err);
    }
    attune_buf_release(&line);
    sqlite3_finalize(stmt);
    return code;
}
