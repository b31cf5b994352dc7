/* Two statements: samples along the index (run, model, prompt, seed), scores along the primary key
 * (artefact, params). One joined statement would hand out the columns of the sample again with
 * every score. */
#include "harness/store/score_scan.h"

enum attune_code attune_scan_init(struct attune_score_scan *scan, struct attune_store *store,
                                  int64_t run, const struct attune_scan_lists *lists,
                                  struct attune_err *err)
{
    *scan = (struct attune_score_scan){
        .store = store, .models = lists->models, .run = run, .model = SIZE_MAX};
    const struct attune_metric_list *metrics = lists->metrics;
    if (!attune_id_index_init(&scan->prompts, lists->prompts, lists->n_prompts,
                              lists->prompt_size) ||
        !attune_id_index_init(&scan->metrics, metrics->items, metrics->n,
                              sizeof *metrics->items)) {
        attune_scan_release(scan);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu prompts",
                           lists->n_prompts);
    }
    scan->samples = attune_store_prepare(
        store,
        "SELECT prompt, seed, status = 'failed', error, artefact, params FROM sample"
        " WHERE run = ?1 AND model = ?2 ORDER BY prompt, seed",
        err);
    scan->scores =
        scan->samples
            ? attune_store_prepare(
                  store,
                  "SELECT metric, value, why FROM score WHERE artefact = ?1 AND params = ?2"
                  " ORDER BY metric",
                  err)
            : NULL;
    if (!scan->scores) {
        attune_scan_release(scan);
        return ATTUNE_E_STORE;
    }
    return ATTUNE_OK;
}

void attune_scan_release(struct attune_score_scan *scan)
{
    sqlite3_finalize(scan->samples);
    sqlite3_finalize(scan->scores);
    attune_id_index_release(&scan->prompts);
    attune_id_index_release(&scan->metrics);
    *scan = (struct attune_score_scan){0};
}

static void begin_model(struct attune_score_scan *scan)
{
    scan->model++; /* SIZE_MAX before the first */
    sqlite3_reset(scan->samples);
    if (scan->model < scan->models->n) {
        sqlite3_bind_int64(scan->samples, 1, scan->run);
        sqlite3_bind_int64(scan->samples, 2, scan->models->items[scan->model].id);
    }
}

enum attune_code attune_scan_sample(struct attune_score_scan *scan, bool *more,
                                    struct attune_err *err)
{
    if (scan->model == SIZE_MAX) {
        begin_model(scan);
    }
    while (scan->model < scan->models->n) {
        const int rc = sqlite3_step(scan->samples);
        if (rc == SQLITE_DONE) {
            begin_model(scan);
            continue;
        }
        if (rc != SQLITE_ROW) {
            return attune_store_fail(scan->store, "read the samples", err);
        }
        scan->prompt = attune_id_find(&scan->prompts, sqlite3_column_int64(scan->samples, 0));
        if (scan->prompt == SIZE_MAX) {
            continue;
        }
        scan->seed = sqlite3_column_int64(scan->samples, 1);
        scan->failed = sqlite3_column_int(scan->samples, 2) != 0;
        scan->error = (const char *)sqlite3_column_text(scan->samples, 3);
        /* A failed sample has no artefact: its ids are NULL, which no score has. */
        scan->next = 0;
        sqlite3_reset(scan->scores);
        sqlite3_bind_value(scan->scores, 1, sqlite3_column_value(scan->samples, 4));
        sqlite3_bind_value(scan->scores, 2, sqlite3_column_value(scan->samples, 5));
        *more = true;
        return ATTUNE_OK;
    }
    *more = false;
    return ATTUNE_OK;
}

enum attune_code attune_scan_score(struct attune_score_scan *scan, bool *more,
                                   struct attune_err *err)
{
    const struct attune_id_place *place = scan->metrics.places;
    int rc;
    while ((rc = sqlite3_step(scan->scores)) == SQLITE_ROW) {
        const int64_t id = sqlite3_column_int64(scan->scores, 0);
        /* Scores come by metric: their places are found by going on from the last. */
        while (scan->next < scan->metrics.n && place[scan->next].id < id) {
            scan->next++;
        }
        if (scan->next == scan->metrics.n || place[scan->next].id != id) {
            continue;
        }
        scan->metric = place[scan->next].at;
        scan->defined = sqlite3_column_type(scan->scores, 1) != SQLITE_NULL;
        scan->value = scan->defined ? sqlite3_column_double(scan->scores, 1) : 0.0;
        *more = true;
        return ATTUNE_OK;
    }
    *more = false;
    return rc == SQLITE_DONE ? ATTUNE_OK
                             : attune_store_fail(scan->store, "read the scores", err);
}

const char *attune_scan_why(const struct attune_score_scan *scan)
{
    return (const char *)sqlite3_column_text(scan->scores, 2);
}
