/* In which order a run works through its plan: items without a finished sample first, so that a
 * resumed run begins with something new at once; then those that the database has, whose files must
 * be looked at before they count. Within both the order is the plan's.
 *
 * This only sorts. Whether an item is finished is decided when its turn comes. */
#include "harness/run/run_item.h"
#include "harness/store/id_index.h"

struct ordering {
    struct attune_run_state *r;
    struct attune_id_index models, prompts; /* database id to position in the suite */
    bool *known;                            /* (plan.n,) */
};

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the plan");
}

static bool ordering_init(struct ordering *o, struct attune_run_state *r)
{
    *o = (struct ordering){.r = r};
    int64_t *models = attune_alloc(r->suite->n_models, sizeof *models);
    for (size_t i = 0; models && i < r->suite->n_models; i++) {
        models[i] = r->models[i].id;
    }
    o->known = attune_alloc(r->plan.n, sizeof *o->known);
    const bool enough =
        models && o->known &&
        attune_id_index_init(&o->models, models, r->suite->n_models, sizeof *models) &&
        attune_id_index_init(&o->prompts, r->prompt_id, r->suite->prompts.n, sizeof *r->prompt_id);
    attune_release(models);
    return enough;
}

static void ordering_release(struct ordering *o)
{
    attune_id_index_release(&o->models);
    attune_id_index_release(&o->prompts);
    attune_release(o->known);
}

static size_t seed_position(const struct attune_suite *suite, int64_t seed)
{
    for (size_t i = 0; i < suite->n_seeds; i++) {
        if (suite->seeds[i] == seed) {
            return i;
        }
    }
    return SIZE_MAX;
}

static int by_plan(const struct attune_plan_item *a, const struct attune_plan_item *b)
{
    return a->model != b->model     ? (a->model > b->model) - (a->model < b->model)
           : a->prompt != b->prompt ? (a->prompt > b->prompt) - (a->prompt < b->prompt)
                                    : (a->seed > b->seed) - (a->seed < b->seed);
}

/* The item's place in the plan, SIZE_MAX when it is not planned here. */
static size_t find_item(const struct attune_plan *plan, const struct attune_plan_item *item)
{
    size_t low = 0, high = plan->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (by_plan(&plan->items[middle], item) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < plan->n && by_plan(&plan->items[low], item) == 0 ? low : SIZE_MAX;
}

/* Columns: model, prompt, seed, key. */
static void mark_sample(const struct ordering *o, sqlite3_stmt *stmt)
{
    const struct attune_run_state *r = o->r;
    const size_t model = attune_id_find(&o->models, sqlite3_column_int64(stmt, 0));
    const size_t prompt = attune_id_find(&o->prompts, sqlite3_column_int64(stmt, 1));
    const size_t seed = seed_position(r->suite, sqlite3_column_int64(stmt, 2));
    if (model == SIZE_MAX || prompt == SIZE_MAX || seed == SIZE_MAX) {
        return;
    }
    const struct attune_plan_item item = {(uint32_t)model, (uint32_t)prompt, (uint32_t)seed};
    const size_t at = find_item(&r->plan, &item);
    if (at < SIZE_MAX) {
        char key[ATTUNE_HASH_SIZE];
        const char *found = (const char *)sqlite3_column_text(stmt, 3);
        attune_item_key(r, &item, key);
        o->known[at] = found && strcmp(found, key) == 0;
    }
}

static enum attune_code mark_samples(const struct ordering *o, struct attune_err *err)
{
    /* The whole table from front to back: along the index by run it would be read in leaps. */
    sqlite3_stmt *stmt = attune_store_prepare(
        o->r->store,
        "SELECT model, prompt, seed, key FROM sample NOT INDEXED WHERE run = ?1"
        " AND (status = 'ok' AND scored = ?2 OR status = 'failed' AND ?3)",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_int64(stmt, 1, o->r->run);
    sqlite3_bind_text(stmt, 2, o->r->scored, -1, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 3, o->r->options->keep_failed);
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        mark_sample(o, stmt);
    }
    enum attune_code code =
        rc == SQLITE_DONE ? ATTUNE_OK : attune_store_fail(o->r->store, "read the samples", err);
    sqlite3_finalize(stmt);
    return code;
}

enum attune_code attune_run_order(struct attune_run_state *r, struct attune_err *err)
{
    struct ordering o;
    r->order = attune_alloc(r->plan.n, sizeof *r->order);
    enum attune_code code =
        ordering_init(&o, r) && r->order ? mark_samples(&o, err) : out_of_memory(err);
    size_t n = 0;
    for (int known = 0; known < 2 && !code; known++) {
        for (size_t i = 0; i < r->plan.n; i++) {
            if (o.known[i] == (known == 1)) {
                r->order[n++] = i;
            }
        }
        r->n_to_work = known ? r->n_to_work : n;
    }
    ordering_release(&o);
    return code;
}
