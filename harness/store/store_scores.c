/* Scores of a run as a dense table. */
#include <math.h>

#include "base/rng.h"
#include "base/text.h"
#include "harness/store/store.h"

/* Positions by database id: sparse ids become array indices by binary search over a sorted copy. */
struct index_entry {
    int64_t id;
    size_t at;
};

static int by_id(const void *a, const void *b)
{
    const struct index_entry *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* items: (n,) structs of `size` bytes whose first member is the id. NULL when out of memory. */
static struct index_entry *index_new(const void *items, size_t n, size_t size)
{
    struct index_entry *index = attune_alloc(n, sizeof *index);
    for (size_t i = 0; index && i < n; i++) {
        memcpy(&index[i].id, (const char *)items + i * size, sizeof index[i].id);
        index[i].at = i;
    }
    if (index) {
        qsort(index, n, sizeof *index, by_id);
    }
    return index;
}

static size_t index_find(const struct index_entry *index, size_t n, int64_t id)
{
    const struct index_entry key = {.id = id};
    const struct index_entry *hit = bsearch(&key, index, n, sizeof *index, by_id);
    return hit ? hit->at : SIZE_MAX;
}

static enum attune_code read_seeds(struct attune_store *store, int64_t run,
                                   struct attune_score_table *out, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        store, "SELECT DISTINCT seed FROM sample WHERE run = ?1 ORDER BY seed", err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_int64(stmt, 1, run);
    enum attune_code code = ATTUNE_OK;
    size_t capacity = 0;
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (!attune_grow((void **)&out->seeds, &capacity, out->n_seeds, sizeof *out->seeds)) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
            break;
        }
        out->seeds[out->n_seeds++] = sqlite3_column_int64(stmt, 0);
    }
    if (code == ATTUNE_OK && rc != SQLITE_DONE) {
        code = attune_store_fail(store, "read the seeds", err);
    }
    sqlite3_finalize(stmt);
    return code;
}

/* Reasons by text: open addressing over indices into the table's reasons, 0 for a free slot. Failed
 * samples often carry a reason of their own, so there may be as many as samples. */
struct reason_map {
    uint32_t *slot; /* (n_slots,) a power of two */
    size_t n_slots;
};

static void reason_place(struct reason_map *map, const char *text, uint32_t index)
{
    size_t at = attune_mix64_text(text) & (map->n_slots - 1);
    while (map->slot[at]) {
        at = (at + 1) & (map->n_slots - 1);
    }
    map->slot[at] = index;
}

static bool reason_map_grow(struct reason_map *map, const struct attune_score_table *t)
{
    struct reason_map larger = {.n_slots = map->n_slots ? map->n_slots * 2 : 64};
    larger.slot = attune_alloc(larger.n_slots, sizeof *larger.slot);
    if (!larger.slot) {
        return false;
    }
    for (size_t i = 1; i < t->n_reasons; i++) {
        reason_place(&larger, t->reasons[i], (uint32_t)i);
    }
    attune_release(map->slot);
    *map = larger;
    return true;
}

/* The index of a reason text, added when new; 0 when out of memory. */
static uint32_t reason_index(struct attune_score_table *t, struct reason_map *map, const char *text)
{
    if (t->n_reasons * 2 >= map->n_slots && !reason_map_grow(map, t)) {
        return 0;
    }
    for (size_t at = attune_mix64_text(text) & (map->n_slots - 1); map->slot[at];
         at = (at + 1) & (map->n_slots - 1)) {
        if (strcmp(t->reasons[map->slot[at]], text) == 0) {
            return map->slot[at];
        }
    }
    const size_t n = strlen(text) + 1;
    char *copy = attune_arena_alloc(&t->text, n, 1);
    if (!copy || !attune_grow((void **)&t->reasons, &t->reason_capacity, t->n_reasons,
                              sizeof *t->reasons)) {
        return 0;
    }
    t->reasons[t->n_reasons] = memcpy(copy, text, n);
    reason_place(map, text, (uint32_t)t->n_reasons);
    return (uint32_t)t->n_reasons++;
}

static size_t seed_index(const struct attune_score_table *t, int64_t seed)
{
    size_t lo = 0, hi = t->n_seeds;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (t->seeds[mid] < seed) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < t->n_seeds && t->seeds[lo] == seed ? lo : SIZE_MAX;
}

/* Every metric of one sample starts as failed or not applicable; scores overwrite that. */
static void mark_sample(struct attune_score_table *t, size_t model, size_t prompt, size_t seed,
                        enum attune_cell state, uint32_t why)
{
    for (size_t k = 0; k < t->metrics.n; k++) {
        const size_t cell = attune_score_cell(t, model, k, prompt, seed);
        t->state[cell] = (uint8_t)state;
        t->why[cell] = why;
    }
}

struct table_query {
    struct attune_score_table *t;
    struct index_entry *models, *metrics, *prompts;
    int64_t last_sample;
    struct reason_map map;
};

/* Columns: sample, model, prompt, seed, failed, error, metric, value, why. False when out of
 * memory. */
static bool take_row(struct table_query *q, sqlite3_stmt *stmt)
{
    struct attune_score_table *t = q->t;
    const size_t model = index_find(q->models, t->models.n, sqlite3_column_int64(stmt, 1));
    const size_t prompt = index_find(q->prompts, t->prompts.n, sqlite3_column_int64(stmt, 2));
    const size_t seed = seed_index(t, sqlite3_column_int64(stmt, 3));
    if (model == SIZE_MAX || prompt == SIZE_MAX || seed == SIZE_MAX) {
        return true;
    }
    const int64_t sample = sqlite3_column_int64(stmt, 0);
    if (sample != q->last_sample) {
        q->last_sample = sample;
        const bool failed = sqlite3_column_int(stmt, 4) != 0;
        const char *error = (const char *)sqlite3_column_text(stmt, 5);
        const uint32_t why = reason_index(
            t, &q->map, failed && error ? error : "the metric does not apply to this modality");
        if (why == 0) {
            return false;
        }
        mark_sample(t, model, prompt, seed,
                    failed ? ATTUNE_CELL_FAILED : ATTUNE_CELL_NOT_APPLICABLE, why);
    }
    const size_t metric = index_find(q->metrics, t->metrics.n, sqlite3_column_int64(stmt, 6));
    if (sqlite3_column_type(stmt, 6) == SQLITE_NULL || metric == SIZE_MAX) {
        return true;
    }
    const size_t cell = attune_score_cell(t, model, metric, prompt, seed);
    if (sqlite3_column_type(stmt, 7) != SQLITE_NULL) {
        t->value[cell] = sqlite3_column_double(stmt, 7);
        t->state[cell] = ATTUNE_CELL_OK;
        t->why[cell] = 0;
        return true;
    }
    const char *why = (const char *)sqlite3_column_text(stmt, 8);
    t->state[cell] = ATTUNE_CELL_UNDEFINED;
    t->why[cell] = why ? reason_index(t, &q->map, why) : 0;
    return t->why[cell] != 0 || !why;
}

static enum attune_code fill_cells(struct attune_store *store, int64_t run,
                                   struct attune_score_table *t, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    sqlite3_stmt *stmt = NULL;
    struct table_query q = {
        .t = t,
        .models = index_new(t->models.items, t->models.n, sizeof *t->models.items),
        .metrics = index_new(t->metrics.items, t->metrics.n, sizeof *t->metrics.items),
        .prompts = index_new(t->prompts.items, t->prompts.n, sizeof *t->prompts.items),
        .last_sample = -1,
    };
    if (!q.models || !q.metrics || !q.prompts) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        goto out;
    }
    /* By rowid, which is also nearly the order of artefacts: both tables are read front to back. */
    stmt = attune_store_prepare(
        store,
        "SELECT s.id, s.model, s.prompt, s.seed, s.status = 'failed', s.error, c.metric, c.value,"
        " c.why FROM sample s LEFT JOIN score c ON c.artefact = s.artefact AND c.params = s.params"
        " WHERE +s.run = ?1 ORDER BY s.id",
        err);
    if (!stmt) {
        code = ATTUNE_E_STORE;
        goto out;
    }
    sqlite3_bind_int64(stmt, 1, run);
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (!take_row(&q, stmt)) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
            goto out;
        }
    }
    if (rc != SQLITE_DONE) {
        code = attune_store_fail(store, "read the scores", err);
    }
out:
    sqlite3_finalize(stmt);
    attune_release(q.models);
    attune_release(q.metrics);
    attune_release(q.prompts);
    attune_release(q.map.slot);
    return code;
}

static enum attune_code alloc_cells(struct attune_score_table *t, struct attune_err *err)
{
    size_t n = t->models.n;
    if (__builtin_mul_overflow(n, t->metrics.n, &n) ||
        __builtin_mul_overflow(n, t->prompts.n, &n) || __builtin_mul_overflow(n, t->n_seeds, &n)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "the score table is too large");
    }
    t->value = attune_alloc(n, sizeof *t->value);
    t->state = attune_alloc(n, sizeof *t->state);
    t->why = attune_alloc(n, sizeof *t->why);
    if (!t->value || !t->state || !t->why ||
        !attune_grow((void **)&t->reasons, &t->reason_capacity, 0, sizeof *t->reasons)) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu scores", n);
        attune_err_hint(err, "choose fewer metrics at a time with --metrics");
        return ATTUNE_E_MEMORY;
    }
    t->reasons[0] = "";
    t->n_reasons = 1;
    return ATTUNE_OK;
}

enum attune_code attune_read_scores(struct attune_store *store, int64_t run,
                                    const char *metric_globs, struct attune_score_table *out,
                                    struct attune_err *err)
{
    *out = (struct attune_score_table){0};
    enum attune_code code = attune_read_models(store, run, &out->models, err);
    if (code == ATTUNE_OK) {
        code = attune_read_metrics(store, run, metric_globs, &out->metrics, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_read_prompts(store, run, &out->prompts, err);
    }
    if (code == ATTUNE_OK) {
        code = read_seeds(store, run, out, err);
    }
    if (code == ATTUNE_OK) {
        code = alloc_cells(out, err);
    }
    if (code == ATTUNE_OK) {
        code = fill_cells(store, run, out, err);
    }
    if (code) {
        attune_score_table_release(out);
    }
    return code;
}

void attune_score_table_release(struct attune_score_table *t)
{
    attune_model_list_release(&t->models);
    attune_metric_list_release(&t->metrics);
    attune_prompt_list_release(&t->prompts);
    attune_release(t->seeds);
    attune_release(t->value);
    attune_release(t->state);
    attune_release(t->why);
    attune_release((void *)t->reasons);
    attune_arena_release(&t->text);
    *t = (struct attune_score_table){0};
}
