/* `worker: [...]`: a pool of long-lived processes that make samples over JSON Lines. Options:
 *
 *     start_timeout_s  seconds from start to ready, for loading weights (1..86400, default 600)
 *
 * A prompt during which the worker had to be killed three times is not tried again. */
#include <pthread.h>

#include "base/mem.h"
#include "metrics/adherence/attributes_json.h"
#include "models/pieces/builtin.h"
#include "models/drivers/fingerprint.h"
#include "models/option.h"
#include "models/drivers/output.h"
#include "models/drivers/pool.h"

enum { MAX_KILLS = 3 };

struct casualty {
    uint64_t prompt; /* hash of its id */
    unsigned n_kills;
};

struct workers {
    struct attune_model_spec spec;
    struct attune_pool *pool;
    pthread_mutex_t lock;        /* guards the casualties */
    struct casualty *casualties; /* (n_casualties,) prompts that have cost a worker */
    size_t n_casualties, capacity;
};

static void close_workers(void *state)
{
    struct workers *w = state;
    if (w) {
        attune_pool_free(w->pool);
        pthread_mutex_destroy(&w->lock);
        attune_release(w->casualties);
        attune_release(w);
    }
}

static enum attune_code open_workers(const struct attune_model_spec *spec, void **state,
                                     struct attune_err *err)
{
    double start_timeout_s = 0.0;
    if (!spec->worker[0]) {
        return attune_fail(err, ATTUNE_E_INPUT, "model '%s': the worker command is empty",
                           spec->name);
    }
    if (spec->n_workers > ATTUNE_POOL_MAX_WORKERS) {
        return attune_fail(err, ATTUNE_E_INPUT, "model '%s': workers is %u, not in 1..%d",
                           spec->name, spec->n_workers, ATTUNE_POOL_MAX_WORKERS);
    }
    enum attune_code code =
        attune_option_number(spec, "start_timeout_s", 600.0, 1.0, 86400.0, &start_timeout_s, err);
    if (code != ATTUNE_OK) {
        return code;
    }
    struct workers *w = attune_alloc(1, sizeof *w);
    if (!w) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for model '%s'", spec->name);
    }
    w->spec = *spec;
    pthread_mutex_init(&w->lock, NULL);
    w->pool = attune_pool_new(
        &(struct attune_channel_spec){
            .name = spec->name, .argv = spec->worker, .folder = spec->folder, .role = "generator",
            .limits = spec->limits, .start_timeout_s = start_timeout_s},
        spec->n_workers);
    if (!w->pool) {
        close_workers(w);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for model '%s'", spec->name);
    }
    *state = w;
    return ATTUNE_OK;
}

/* Kills so far for this prompt, plus n_more. */
static unsigned count_kills(struct workers *w, const char *prompt_id, unsigned n_more)
{
    uint64_t prompt = attune_mix64_text(prompt_id);
    unsigned total = n_more;
    pthread_mutex_lock(&w->lock);
    size_t i = 0;
    while (i < w->n_casualties && w->casualties[i].prompt != prompt) {
        i++;
    }
    if (i < w->n_casualties) {
        total = w->casualties[i].n_kills += n_more;
    } else if (n_more > 0 &&
               attune_grow((void **)&w->casualties, &w->capacity, i, sizeof *w->casualties)) {
        w->casualties[w->n_casualties++] = (struct casualty){prompt, n_more};
    }
    pthread_mutex_unlock(&w->lock);
    return total;
}

static bool take_count(const json_t *answer, const char *name, uint64_t *out)
{
    const json_t *value = json_object_get(answer, name);
    if (!value || json_is_null(value)) {
        return true;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return false;
    }
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bool take_number(const json_t *answer, const char *name, bool *has, double *out)
{
    const json_t *value = json_object_get(answer, name);
    *has = value && !json_is_null(value);
    if (*has && json_is_number(value)) {
        *out = json_number_value(value);
        return true;
    }
    return !*has;
}

static enum attune_code read_answer(const struct attune_request *request, const json_t *answer,
                                    struct attune_generation *out, struct attune_err *err)
{
    bool has_device = false;
    double device_seconds = -1.0;
    const char *path = json_string_value(json_object_get(answer, "path"));
    if (!path) {
        return attune_fail(err, ATTUNE_E_CHILD, "an answer without a path");
    }
    *out = (struct attune_generation){.n_candidates = 1, .device_seconds = -1.0};
    if (!take_count(answer, "candidates", &out->n_candidates) ||
        !take_count(answer, "tokens", &out->n_tokens) ||
        !take_number(answer, "logprob", &out->has_logprob, &out->logprob) ||
        !take_number(answer, "ref_logprob", &out->has_ref_logprob, &out->ref_logprob) ||
        !take_number(answer, "device_seconds", &has_device, &device_seconds)) {
        return attune_fail(
            err, ATTUNE_E_CHILD,
            "candidates, tokens, logprob, ref_logprob or device_seconds is not a number");
    }
    out->device_seconds = has_device ? device_seconds : -1.0;
    if (strlen(path) >= sizeof out->path) {
        return attune_fail(err, ATTUNE_E_CHILD, "a path of more than %zu bytes",
                           sizeof out->path - 1);
    }
    enum attune_code code = attune_output_check(request->out, path, err);
    if (code == ATTUNE_OK) {
        snprintf(out->path, sizeof out->path, "%s", path);
    }
    return code;
}

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    struct workers *w = state;
    json_t *answer = NULL;
    bool killed = false;
    if (count_kills(w, request->prompt->id, 0) >= MAX_KILLS) {
        return attune_fail(err, ATTUNE_E_CHILD,
                           "prompt '%.100s' has cost %d workers: not tried again",
                           request->prompt->id, MAX_KILLS);
    }
    struct attune_buf members = ATTUNE_BUF_INIT;
    attune_buf_add(&members, "\"prompt\": ");
    attune_prompt_json(&members, request->prompt);
    attune_buf_addf(&members, ", \"seed\": %llu, \"out\": ", (unsigned long long)request->seed);
    attune_buf_add_json(&members, request->out);
    if (members.failed) {
        attune_buf_release(&members);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    enum attune_code code = attune_pool_ask(w->pool, attune_buf_text(&members), w->spec.timeout_s,
                                            request->cancelled, &answer, &killed, err);
    attune_buf_release(&members);
    if (killed) {
        count_kills(w, request->prompt->id, 1);
    }
    if (code == ATTUNE_OK) {
        code = read_answer(request, answer, out, err);
    }
    json_decref(answer);
    return code;
}

static enum attune_code fingerprint(void *state, char *hash, struct attune_err *err)
{
    const struct workers *w = state;
    return attune_fingerprint_argv(w->spec.worker, w->spec.folder, hash, err);
}

static const char *const options[] = {"start_timeout_s", NULL};

const struct attune_generator attune_generator_worker = {
    .name = "worker", .summary = "long-lived processes that speak JSON Lines", .builtin = false,
    .options = options, .open = open_workers, .generate = generate, .close = close_workers,
    .fingerprint = fingerprint,
};
