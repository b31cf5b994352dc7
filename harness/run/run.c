/* The run from end to end: prepare, register, work through the plan, refresh the leaderboard. */
#include "harness/run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/text.h"
#include "base/thread.h"
#include "harness/store/leaderboard.h"
#include "harness/run/run_state.h"
#include "models/drivers/process.h"

/* Two processes must not write the same samples. */
struct run_lock {
    int fd; /* -1: not held */
    char path[4200];
};

static bool is_at(int fd, const char *path)
{
    struct stat held, there;
    return fstat(fd, &held) == 0 && stat(path, &there) == 0 && held.st_ino == there.st_ino &&
           held.st_dev == there.st_dev;
}

/* The lock is on a file in the samples' folder; it ends with the process, however that ends. */
static enum attune_code lock_run(struct run_lock *lock, const struct attune_run_state *r,
                                 struct attune_err *err)
{
    enum attune_code code = attune_dir_make(r->files, err);
    if (code) {
        return code;
    }
    snprintf(lock->path, sizeof lock->path, "%s/.lock-%.12s-%u-of-%u", r->files, r->key,
             r->options->plan.shard, r->options->plan.n_shards);
    for (;;) {
        const int fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0) {
            return attune_fail_at(err, ATTUNE_E_IO, lock->path, 0, "cannot write there: %s",
                                  strerror(errno));
        }
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            close(fd);
            attune_fail_at(err, ATTUNE_E_STORE, r->options->db, 0,
                           "this run is already being worked on");
            attune_err_hint(err,
                            "wait for the other `attune run`, or give it a --shard of its own");
            return ATTUNE_E_STORE;
        }
        if (is_at(fd, lock->path)) {
            lock->fd = fd;
            return ATTUNE_OK;
        }
        close(fd); /* its former holder has removed the file in between */
    }
}

static void unlock_run(struct run_lock *lock)
{
    if (lock->fd >= 0) {
        unlink(lock->path);
        close(lock->fd);
    }
}

static void fill_status(struct attune_run_state *r, struct attune_run_status *status)
{
    *status = (struct attune_run_status){
        .n_items = r->plan.n,
        .n_done = atomic_load(&r->n_done),
        .n_cached = atomic_load(&r->n_cached),
        .n_failed = atomic_load(&r->n_failed),
        .n_unscored = atomic_load(&r->n_unscored),
        .elapsed_s = attune_now_s() - r->started_s,
        .left_s = -1.0,
    };
    /* Cached items cost next to nothing, so they say nothing about the time left. */
    const size_t n_worked =
        status->n_done > status->n_cached ? status->n_done - status->n_cached : 0;
    if (status->elapsed_s > 0.0 && n_worked > 0) {
        status->per_s = (double)n_worked / status->elapsed_s;
        const size_t n_left = r->n_to_work > n_worked ? r->n_to_work - n_worked : 0;
        status->left_s = (double)n_left / status->per_s;
    }
}

/* On the recorder's thread: passes a Ctrl-C on, ends what takes too long, shows progress. */
static void tick(void *context)
{
    struct attune_run_state *r = context;
    if (r->options->interrupted && atomic_load(r->options->interrupted)) {
        atomic_store(&r->stop, true);
    }
    const bool stop = atomic_load(&r->stop);
    const double now = attune_now_s();
    for (size_t i = 0; i < r->options->n_threads; i++) {
        struct attune_lane *lane = &r->lanes[i];
        pthread_mutex_lock(&lane->lock);
        if (lane->deadline_s > 0.0 && now > lane->deadline_s) {
            lane->timed_out = true;
            atomic_store(&lane->cancelled, true);
        }
        if (stop) {
            atomic_store(&lane->cancelled, true);
        }
        pthread_mutex_unlock(&lane->lock);
    }
    if (r->options->progress) {
        struct attune_run_status status;
        fill_status(r, &status);
        r->options->progress(r->options->context, &status);
    }
}

static void notice_left_out(const struct attune_run_state *r)
{
    for (size_t i = 0; r->options->notice && i < r->suite->n_models; i++) {
        const struct attune_suite_model *model = &r->suite->models[i];
        const char *why = model->left_out ? model->left_out
                          : r->models[i].error[0] ? r->models[i].error
                                                  : NULL;
        if (why) {
            struct attune_buf line = ATTUNE_BUF_INIT;
            attune_buf_addf(&line, "model '%s' %s: %s", model->spec.name,
                            model->left_out ? "is left out" : "cannot be opened", why);
            r->options->notice(r->options->context, attune_buf_text(&line));
            attune_buf_release(&line);
        }
    }
}

static enum attune_code work_through(struct attune_run_state *r, struct attune_err *err)
{
    r->lanes = attune_alloc(r->options->n_threads, sizeof *r->lanes);
    if (!r->lanes) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < r->options->n_threads; i++) {
        pthread_mutex_init(&r->lanes[i].lock, NULL);
    }
    struct attune_recorder_spec spec = {
        .store = r->store, .run = r->run, .context = r, .tick = tick,
    };
    spec.scorers = attune_scoring_identities(r->scoring, &spec.n_scorers);
    enum attune_code code = attune_recorder_start(&r->recorder, &spec, err);
    if (code) {
        return code;
    }
    attune_parallel_for(r->plan.n, r->options->n_threads, attune_run_item, r);
    code = attune_recorder_finish(r->recorder, err);
    if (code == ATTUNE_OK && r->code) {
        *err = r->err;
        code = r->code;
    }
    return code;
}

/* Metrics of sets need all samples in one place: a shard leaves them to the joined database. */
static enum attune_code finish_sets(struct attune_run_state *r, struct attune_err *err)
{
    if (r->options->plan.n_shards <= 1) {
        return attune_run_sets(r, err);
    }
    if (r->suite->set_metrics[0] && r->options->notice) {
        r->options->notice(r->options->context,
                           "metrics of sets are computed by `attune run` on the database that "
                           "`attune merge` makes");
    }
    return ATTUNE_OK;
}

static enum attune_code finish(struct attune_run_state *r, struct attune_run_result *result,
                               struct attune_err *err)
{
    bool complete = result->status.n_done == r->plan.n;
    if (complete) {
        struct attune_err why = ATTUNE_ERR_INIT;
        const enum attune_code code = finish_sets(r, &why);
        if (code == ATTUNE_E_INTERRUPTED) {
            complete = false;
            result->interrupted = true;
        } else if (code) {
            *err = why;
            return code;
        }
        fill_status(r, &result->status);
    }
    char now[32], text[128];
    attune_utc_now(now);
    snprintf(text, sizeof text, "%zu of %zu items, %zu from cache, %zu failed",
             result->status.n_done, r->plan.n, result->status.n_cached, result->status.n_failed);
    enum attune_code code =
        attune_leaderboard_refresh(r->store, r->run, r->options->seed, r->options->n_threads, err);
    if (code == ATTUNE_OK && complete) {
        /* A clock that was put back meanwhile does not make the run end before it began. */
        code = attune_store_exec(r->store, err,
                                 "UPDATE run SET ended = max(?1, started) WHERE id = ?2", "ti", now,
                                 r->run);
    }
    if (code == ATTUNE_OK) {
        code = attune_store_event(r->store, r->run, complete ? "end" : "interrupt", r->suite->name,
                                  text, err);
    }
    return code;
}

static bool too_many_failed(const struct attune_run_state *r,
                            const struct attune_run_status *status)
{
    const double allowed = r->suite->allow_failed * (double)status->n_done;
    return (double)status->n_failed > allowed || (double)status->n_unscored > allowed;
}

enum attune_code attune_run(const struct attune_suite *suite,
                            const struct attune_run_options *options,
                            struct attune_run_result *result, struct attune_err *err)
{
    *result = (struct attune_run_result){0};
    struct attune_run_state r = {.suite = suite, .options = options, .started_s = attune_now_s()};
    pthread_mutex_init(&r.lock, NULL);
    struct run_lock lock = {.fd = -1};
    enum attune_code code = attune_store_open(&r.store, options->db, ATTUNE_STORE_CREATE, err);
    if (code == ATTUNE_OK) {
        code = attune_run_prepare(&r, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_run_meet_scorers(&r, err);
    }
    if (code == ATTUNE_OK) {
        code = lock_run(&lock, &r, err);
    }
    if (code == ATTUNE_OK) {
        notice_left_out(&r);
        code = attune_run_register(&r, err);
    }
    if (code == ATTUNE_OK) {
        code = attune_run_order(&r, err);
    }
    if (code) {
        goto out;
    }
    code = work_through(&r, err);
    fill_status(&r, &result->status);
    result->run = r.run;
    result->interrupted = options->interrupted && atomic_load(options->interrupted);
    snprintf(result->files, sizeof result->files, "%s", r.files);
    if (code == ATTUNE_OK) {
        code = finish(&r, result, err);
    }
    result->too_many_failed = too_many_failed(&r, &result->status);
    snprintf(result->first_failure, sizeof result->first_failure, "%s", r.first_failure);
out:
    attune_run_close(&r);
    pthread_mutex_destroy(&r.lock);
    unlock_run(&lock);
    return code;
}

enum attune_code attune_run_preview(const struct attune_suite *suite,
                                    const struct attune_run_options *options,
                                    void (*each)(void *context, const struct attune_suite *suite,
                                                 const struct attune_plan_item *item,
                                                 enum attune_item_state state),
                                    void *context, struct attune_err *err)
{
    struct attune_run_state r = {.suite = suite, .options = options};
    struct attune_lane lane = {0};
    pthread_mutex_init(&r.lock, NULL);
    r.read_only = !attune_file_exists(options->db);
    enum attune_code code =
        r.read_only ? ATTUNE_OK : attune_store_open_read(&r.store, options->db, err);
    if (code == ATTUNE_OK) {
        code = attune_run_prepare(&r, err);
    }
    if (code == ATTUNE_OK && !r.read_only) {
        sqlite3_stmt *stmt =
            attune_store_prepare(r.store, "SELECT id FROM run WHERE key = ?1", err);
        if (stmt) {
            sqlite3_bind_text(stmt, 1, r.key, -1, SQLITE_STATIC);
            r.run = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
        }
        code = stmt ? ATTUNE_OK : ATTUNE_E_STORE;
        sqlite3_finalize(stmt);
    }
    if (code == ATTUNE_OK) {
        notice_left_out(&r);
    }
    for (size_t i = 0; code == ATTUNE_OK && i < r.plan.n; i++) {
        enum attune_item_state state;
        code = attune_run_item_state(&r, i, &lane, &state, err);
        if (code == ATTUNE_OK) {
            each(context, suite, &r.plan.items[i], state);
        }
    }
    attune_lane_release(&lane);
    attune_run_close(&r);
    pthread_mutex_destroy(&r.lock);
    return code;
}
