/* One item: look it up, generate it if it is not there or has changed, score what is not scored,
 * hand it over. Runs on many threads; each has its lane. */
#include "harness/run/run_item.h"

#include <math.h>

void attune_item_key(const struct attune_run_state *r, const struct attune_plan_item *item,
                     char key[ATTUNE_HASH_SIZE])
{
    char text[3 * ATTUNE_HASH_SIZE + 32];
    const int n = snprintf(text, sizeof text, "%s %s %lld", r->models[item->model].key,
                           r->prompt_hash[item->prompt], (long long)r->suite->seeds[item->seed]);
    attune_hash_bytes(text, (size_t)n, key);
}

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

static void set_task(struct attune_task *t, struct attune_run_state *r, struct attune_lane *lane,
                     size_t item)
{
    *t = (struct attune_task){.r = r, .lane = lane, .item = &r->plan.items[item]};
    t->model = &r->models[t->item->model];
    t->prompt = &r->suite->prompts.items[t->item->prompt];
    t->seed = r->suite->seeds[t->item->seed];
    attune_item_key(r, t->item, t->key);
}

static bool is_cached(struct attune_task *t, struct attune_found *f)
{
    if (f->is_there && f->failed) {
        return t->r->options->keep_failed && f->same_run;
    }
    return f->is_there && f->same_run && f->fully_scored &&
           attune_identity_holds(f->path, &f->identity);
}

static void note_failure(struct attune_task *t, const struct attune_err *why)
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
static enum attune_code work(struct attune_task *t, struct attune_found *f, struct attune_err *err)
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
        code = attune_item_generate(t, &why);
    }
    if (code == ATTUNE_OK) {
        code = attune_item_score(t, &why);
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

static struct attune_record *new_record(const struct attune_task *t)
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

void attune_run_item(void *run_state, size_t turn, size_t worker)
{
    struct attune_run_state *r = run_state;
    struct attune_lane *lane = &r->lanes[worker];
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_task t;
    struct attune_found f;
    if (atomic_load(&r->stop)) {
        return;
    }
    enum attune_code code = lane->find_scores ? ATTUNE_OK : attune_lane_open(r, lane, &err);
    if (code == ATTUNE_OK) {
        set_task(&t, r, lane, r->order[turn]);
        code = attune_item_look_up(&t, &f, &err);
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
    struct attune_task t;
    struct attune_found f = {0};
    enum attune_code code =
        r->read_only || lane->find_scores ? ATTUNE_OK : attune_lane_open(r, lane, err);
    if (code == ATTUNE_OK) {
        set_task(&t, r, lane, item);
        code = r->read_only ? ATTUNE_OK : attune_item_look_up(&t, &f, err);
    }
    if (code) {
        return code;
    }
    *state = !f.is_there                                   ? ATTUNE_ITEM_NEW
             : f.failed                                    ? ATTUNE_ITEM_FAILED
             : !attune_identity_holds(f.path, &f.identity) ? ATTUNE_ITEM_CHANGED
             : f.same_run && f.fully_scored                ? ATTUNE_ITEM_CACHED
                                                           : ATTUNE_ITEM_RESCORE;
    return ATTUNE_OK;
}
