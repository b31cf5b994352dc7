/* Has a model make one sample, in the sample's own folder, under a watch for the time it takes. */
#include <unistd.h>

#include "base/io/file.h"
#include "base/io/temp_folder.h"
#include "harness/run/run_item.h"
#include "models/drivers/process.h"

static void watch(struct attune_lane *lane, double deadline_s)
{
    pthread_mutex_lock(&lane->lock);
    lane->deadline_s = deadline_s;
    if (deadline_s > 0.0) {
        lane->timed_out = false;
        atomic_store(&lane->cancelled, false);
    }
    pthread_mutex_unlock(&lane->lock);
}

static enum attune_code call_generator(struct attune_task *t, const char *out,
                                       struct attune_err *err)
{
    const struct attune_model_spec *spec = &t->model->model->spec;
    const struct attune_request request = {
        .prompt = t->prompt,
        .seed = (uint64_t)t->seed,
        .out = out,
        .cancelled = &t->lane->cancelled,
        .candidates = &t->record->candidates,
    };
    const double started = attune_now_s();
    /* Children are timed by their drivers; this watch is for models that run inside, and comes
     * later. */
    watch(t->lane, started + spec->timeout_s + (spec->builtin ? 0.0 : 30.0));
    if (atomic_load(&t->r->stop)) {
        atomic_store(&t->lane->cancelled, true);
    }
    enum attune_code code =
        t->model->model->generator->generate(t->model->state, &request, &t->record->made, err);
    watch(t->lane, 0.0);
    if (code == ATTUNE_E_INTERRUPTED && t->lane->timed_out) {
        code = attune_fail(err, ATTUNE_E_TIMEOUT, "no sample within %g s", spec->timeout_s);
    }
    t->record->generate_s = attune_now_s() - started;
    return code;
}

enum attune_code attune_item_generate(struct attune_task *t, struct attune_err *err)
{
    struct attune_run_state *r = t->r;
    if (t->model->error[0]) {
        return attune_fail(err, ATTUNE_E_CHILD, "the model cannot be opened: %.400s",
                           t->model->error);
    }
    struct attune_buf folder = ATTUNE_BUF_INIT, out = ATTUNE_BUF_INIT;
    attune_buf_addf(&folder, "%s/%s/%s__s%lld-%.8s", r->files, t->model->folder_name,
                    r->prompt_name[t->item->prompt], (long long)t->seed, t->key);
    attune_buf_addf(&out, "%s/%s__s%lld", attune_buf_text(&folder), r->prompt_name[t->item->prompt],
                    (long long)t->seed);
    enum attune_code code = folder.failed || out.failed
                                ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
                                : attune_dir_make(attune_buf_text(&folder), err);
    if (code == ATTUNE_OK) {
        attune_folder_empty(attune_buf_text(&folder)); /* what an earlier attempt left behind */
        code = call_generator(t, attune_buf_text(&out), err);
        if (code == ATTUNE_OK) {
            snprintf(t->record->path, sizeof t->record->path, "%s", t->record->made.path);
            code = attune_identify(t->record->path, &t->record->identity, err);
        }
        rmdir(attune_buf_text(&folder)); /* goes only where the file lies elsewhere */
    }
    attune_buf_release(&folder);
    attune_buf_release(&out);
    return code;
}
