/* What the database knows of an item: its sample, and the scores of its content. Each thread asks
 * through its own connection, kept in its lane. */
#include <math.h>

#include "harness/run/run_item.h"

/* ---- lanes */

enum attune_code attune_lane_open(struct attune_run_state *r, struct attune_lane *lane,
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

static double real_at(sqlite3_stmt *stmt, int column, double missing)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL ? missing
                                                            : sqlite3_column_double(stmt, column);
}

static void read_found(sqlite3_stmt *stmt, const char *scored, struct attune_found *f)
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

enum attune_code attune_item_look_up(struct attune_task *t, struct attune_found *f,
                                     struct attune_err *err)
{
    sqlite3_stmt *stmt = t->lane->find_sample;
    sqlite3_bind_text(stmt, 1, t->key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, t->r->run);
    const int rc = sqlite3_step(stmt);
    enum attune_code code = ATTUNE_OK;
    *f = (struct attune_found){0};
    if (rc == SQLITE_ROW) {
        read_found(stmt, t->r->scored, f);
    } else if (rc != SQLITE_DONE) {
        code = attune_store_fail(t->lane->reader, "look up a sample", err);
    }
    sqlite3_reset(stmt);
    return code;
}

enum attune_code attune_item_look_up_scores(struct attune_task *t, struct attune_err *err)
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
        const bool has_value = name && identity && sqlite3_column_type(stmt, 1) != SQLITE_NULL;
        for (size_t i = 0; has_value && i < n_scorers; i++) {
            if (strcmp(scorers[i].identity, identity) == 0 &&
                attune_scorer_owns(&scorers[i], name)) {
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
