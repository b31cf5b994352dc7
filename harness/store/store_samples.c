/* Samples and candidates, row by row. */
#include "harness/store/store_read.h"

#include <math.h>

#include "harness/store/store.h"

static double real_at(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL ? NAN
                                                            : sqlite3_column_double(stmt, column);
}

static void fill_sample(sqlite3_stmt *stmt, struct attune_sample_row *row)
{
    const char **texts[] = {&row->model, &row->method, &row->prompt, &row->status,
                            &row->error, &row->path,   &row->hash,   &row->modality};
    for (int i = 0; i < 8; i++) {
        *texts[i] = (const char *)sqlite3_column_text(stmt, i);
    }
    int64_t *whole[] = {&row->id,       &row->seed,      &row->attempts,
                        &row->n_candidates, &row->n_tokens, &row->n_rewards};
    for (int i = 0; i < 6; i++) {
        *whole[i] = sqlite3_column_int64(stmt, 8 + i);
    }
    double *real[] = {&row->duration_s, &row->generate_s, &row->evaluate_s,
                      &row->device_s,   &row->logprob,    &row->ref_logprob};
    for (int i = 0; i < 6; i++) {
        *real[i] = real_at(stmt, 14 + i);
    }
}

enum attune_code attune_read_samples(struct attune_store *store, int64_t run, const char *model,
                                     bool (*each)(void *context,
                                                  const struct attune_sample_row *row),
                                     void *context, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT m.name, m.method, p.name, s.status, s.error,"
        " CASE WHEN s.path LIKE '/%' THEN s.path ELSE r.files || '/' || s.path END,"
        " a.hash, a.modality, s.id, s.seed, s.attempts, s.n_candidates, s.n_tokens, s.n_rewards,"
        " a.duration_s, s.generate_s, s.evaluate_s, s.device_s, s.logprob, s.ref_logprob"
        " FROM sample s JOIN run r ON r.id = s.run JOIN model m ON m.id = s.model"
        " JOIN prompt p ON p.id = s.prompt JOIN run_prompt q ON q.run = s.run AND q.prompt = "
        "s.prompt"
        " LEFT JOIN artefact a ON a.id = s.artefact"
        " WHERE s.run = ?1 AND (?2 IS NULL OR m.name = ?2) ORDER BY m.position, q.position, s.seed",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_int64(stmt, 1, run);
    sqlite3_bind_text(stmt, 2, model, -1, SQLITE_STATIC);
    int rc;
    bool more = true;
    while (more && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct attune_sample_row row = {0};
        fill_sample(stmt, &row);
        more = each(context, &row);
    }
    enum attune_code code =
        !more || rc == SQLITE_DONE ? ATTUNE_OK : attune_store_fail(store, "read the samples", err);
    sqlite3_finalize(stmt);
    return code;
}

enum attune_code attune_read_candidates(struct attune_store *store, int64_t run, const char *model,
                                        bool (*each)(void *context,
                                                     const struct attune_candidate_row *row),
                                        void *context, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "SELECT m.name, p.name, s.seed, c.i, c.proxy, c.gold FROM sample s"
        " JOIN model m ON m.id = s.model JOIN prompt p ON p.id = s.prompt"
        " JOIN run_prompt q ON q.run = s.run AND q.prompt = s.prompt"
        " JOIN candidate c ON c.sample = s.id"
        " WHERE s.run = ?1 AND (?2 IS NULL OR m.name = ?2)"
        " ORDER BY m.position, q.position, s.seed, c.i",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_int64(stmt, 1, run);
    sqlite3_bind_text(stmt, 2, model, -1, SQLITE_STATIC);
    int rc;
    bool more = true;
    while (more && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const struct attune_candidate_row row = {
            .model = (const char *)sqlite3_column_text(stmt, 0),
            .prompt = (const char *)sqlite3_column_text(stmt, 1),
            .seed = sqlite3_column_int64(stmt, 2),
            .i = sqlite3_column_int64(stmt, 3),
            .proxy = real_at(stmt, 4),
            .gold = real_at(stmt, 5),
        };
        more = each(context, &row);
    }
    enum attune_code code = !more || rc == SQLITE_DONE
                                ? ATTUNE_OK
                                : attune_store_fail(store, "read the candidates", err);
    sqlite3_finalize(stmt);
    return code;
}
