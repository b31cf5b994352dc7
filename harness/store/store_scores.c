/* Scores of a run as a dense table. */
#include <math.h>

#include "base/rng.h"
#include "base/text.h"
#include "harness/store/score_scan.h"

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
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
            code = out_of_memory(err);
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

/* The sample at hand: all its cells, then those it has scores for. False when out of memory. */
static bool take_sample(struct attune_score_table *t, struct reason_map *map,
                        const struct attune_score_scan *scan, size_t seed)
{
    const uint32_t why = reason_index(t, map,
                                      scan->failed && scan->error
                                          ? scan->error
                                          : "the metric does not apply to this modality");
    mark_sample(t, scan->model, scan->prompt, seed,
                scan->failed ? ATTUNE_CELL_FAILED : ATTUNE_CELL_NOT_APPLICABLE, why);
    return why != 0;
}

static bool take_score(struct attune_score_table *t, struct reason_map *map,
                       const struct attune_score_scan *scan, size_t seed)
{
    const size_t cell = attune_score_cell(t, scan->model, scan->metric, scan->prompt, seed);
    t->value[cell] = scan->value;
    t->state[cell] = scan->defined ? ATTUNE_CELL_OK : ATTUNE_CELL_UNDEFINED;
    t->why[cell] = 0;
    const char *why = scan->defined ? NULL : attune_scan_why(scan);
    if (why) {
        t->why[cell] = reason_index(t, map, why);
    }
    return !why || t->why[cell] != 0;
}

static enum attune_code take_scores(struct attune_score_table *t, struct reason_map *map,
                                    struct attune_score_scan *scan, size_t seed,
                                    struct attune_err *err)
{
    for (;;) {
        bool more;
        enum attune_code code = attune_scan_score(scan, &more, err);
        if (code || !more) {
            return code;
        }
        if (!take_score(t, map, scan, seed)) {
            return out_of_memory(err);
        }
    }
}

static enum attune_code fill_cells(struct attune_store *store, int64_t run,
                                   struct attune_score_table *t, struct attune_err *err)
{
    const struct attune_scan_lists lists = {&t->models, &t->metrics, t->prompts.items, t->prompts.n,
                                            sizeof *t->prompts.items};
    struct attune_score_scan scan;
    struct reason_map map = {0};
    bool more = true;
    enum attune_code code = attune_scan_init(&scan, store, run, &lists, err);
    while (!code && more) {
        code = attune_scan_sample(&scan, &more, err);
        const size_t seed = more ? seed_index(t, scan.seed) : SIZE_MAX;
        if (!code && seed < SIZE_MAX) {
            code = take_sample(t, &map, &scan, seed) ? take_scores(t, &map, &scan, seed, err)
                                                     : out_of_memory(err);
        }
    }
    attune_scan_release(&scan);
    attune_release(map.slot);
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

/* Keeps the models whose name is listed. */
static void choose_models(struct attune_model_list *models, const char *const *names,
                          size_t n_names)
{
    size_t n = 0;
    for (size_t i = 0; i < models->n; i++) {
        bool chosen = false;
        for (size_t k = 0; k < n_names && !chosen; k++) {
            chosen = strcmp(models->items[i].name, names[k]) == 0;
        }
        if (chosen) {
            models->items[n++] = models->items[i];
        }
    }
    models->n = n;
}

enum attune_code attune_read_scores_of(struct attune_store *store, int64_t run,
                                       const char *const *models, size_t n_models,
                                       const char *metric_globs, struct attune_score_table *out,
                                       struct attune_err *err)
{
    *out = (struct attune_score_table){0};
    enum attune_code code = attune_read_models(store, run, &out->models, err);
    if (code == ATTUNE_OK && models) {
        choose_models(&out->models, models, n_models);
    }
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

enum attune_code attune_read_scores(struct attune_store *store, int64_t run,
                                    const char *metric_globs, struct attune_score_table *out,
                                    struct attune_err *err)
{
    return attune_read_scores_of(store, run, NULL, 0, metric_globs, out, err);
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
