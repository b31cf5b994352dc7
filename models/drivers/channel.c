#include "models/drivers/channel.h"

#include <time.h>

#include "base/mem.h"
#include "base/text.h"
#include "models/drivers/environment.h"

enum {
    MAX_LINE = 1 << 20,
    MAX_STARTS = 5, /* failed starts in a row before the worker is given up */
};
static const double first_backoff_s = 0.1, longest_backoff_s = 10.0, kill_grace_s = 1.0;

struct attune_channel {
    struct attune_channel_spec spec;
    struct attune_process *process; /* NULL: not running */
    struct attune_buf line;
    uint64_t next_id;
    unsigned n_failures;        /* in a row, of any kind: back-off */
    unsigned n_failed_starts;   /* in a row */
    double not_before_s;        /* earliest next start */
    char name[64], version[64]; /* from the handshake */
};

struct attune_channel *attune_channel_new(const struct attune_channel_spec *spec)
{
    struct attune_channel *c = attune_alloc(1, sizeof *c);
    if (c) {
        c->spec = *spec;
        c->next_id = 1;
    }
    return c;
}

void attune_channel_free(struct attune_channel *c)
{
    if (c) {
        attune_process_stop(c->process, kill_grace_s);
        attune_buf_release(&c->line);
        attune_release(c);
    }
}

void attune_channel_expect(struct attune_channel *c, const char *version)
{
    c->spec.version = version;
}

const char *attune_channel_worker_name(const struct attune_channel *c)
{
    return c->name;
}

const char *attune_channel_worker_version(const struct attune_channel *c)
{
    return c->version;
}

static void stop(struct attune_channel *c, bool failed)
{
    attune_process_stop(c->process, kill_grace_s);
    c->process = NULL;
    if (failed) {
        double delay = first_backoff_s;
        for (unsigned i = 0; i < c->n_failures && delay < longest_backoff_s; i++) {
            delay *= 2.0;
        }
        c->n_failures++;
        c->not_before_s = attune_now_s() + (delay < longest_backoff_s ? delay : longest_backoff_s);
    }
}

static enum attune_code wait_for_backoff(struct attune_channel *c, const atomic_bool *cancelled,
                                         struct attune_err *err)
{
    while (attune_now_s() < c->not_before_s) {
        if (cancelled && atomic_load(cancelled)) {
            return attune_fail(err, ATTUNE_E_INTERRUPTED, "interrupted");
        }
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return ATTUNE_OK;
}

/* Reads one line and parses it as a JSON object. */
static enum attune_code read_object(struct attune_channel *c, double deadline_s,
                                    const atomic_bool *cancelled, json_t **object,
                                    struct attune_err *err)
{
    enum attune_code code =
        attune_process_read_line(c->process, &c->line, MAX_LINE, deadline_s, cancelled, err);
    if (code != ATTUNE_OK) {
        return code;
    }
    json_error_t where;
    const char *text = attune_buf_text(&c->line);
    *object = json_loads(text, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(*object)) {
        json_decref(*object);
        *object = NULL;
        char shown[81];
        size_t n = 0;
        for (; n < sizeof shown - 1 && text[n]; n++) {
            shown[n] = text[n] >= 32 && text[n] < 127 ? text[n] : '?';
        }
        shown[n] = '\0';
        return attune_fail(err, ATTUNE_E_CHILD, "not a JSON object: '%s%s'", shown,
                           text[n] ? "..." : "");
    }
    return ATTUNE_OK;
}

static enum attune_code greet(struct attune_channel *c, const atomic_bool *cancelled,
                              struct attune_err *err)
{
    char line[64];
    json_t *answer = NULL;
    double deadline = attune_now_s() + c->spec.start_timeout_s;
    int n = snprintf(line, sizeof line, "{\"attune\": 1, \"role\": \"%s\"}\n", c->spec.role);
    enum attune_code code =
        attune_process_write(c->process, line, (size_t)n, deadline, cancelled, err);
    if (code == ATTUNE_OK) {
        code = read_object(c, deadline, cancelled, &answer, err);
    }
    if (code == ATTUNE_OK && !json_is_true(json_object_get(answer, "ready"))) {
        code = attune_fail(err, ATTUNE_E_CHILD, "the first answer is not {\"ready\": true, ...}");
    }
    if (code == ATTUNE_OK) {
        const char *name = json_string_value(json_object_get(answer, "name"));
        const char *version = json_string_value(json_object_get(answer, "version"));
        snprintf(c->name, sizeof c->name, "%s", name ? name : "");
        snprintf(c->version, sizeof c->version, "%s", version ? version : "");
        if (c->spec.version && strcmp(c->version, c->spec.version) != 0) {
            code = attune_fail(err, ATTUNE_E_CHILD, "it is version '%s', and was '%s' before",
                               c->version, c->spec.version);
        }
    }
    json_decref(answer);
    return code;
}

/* Puts what happened behind whom it happened to: "worker of 'x': reason". */
static enum attune_code blame(const struct attune_channel *c, const char *when,
                              enum attune_code code, const struct attune_err *reason,
                              struct attune_err *err)
{
    if (code == ATTUNE_E_INTERRUPTED || code == ATTUNE_E_MEMORY) {
        return attune_fail(err, code, "%s", reason->message);
    }
    return attune_fail(err, code, "worker of '%s'%s: %.400s", c->spec.name, when, reason->message);
}

enum attune_code attune_channel_start(struct attune_channel *c, const atomic_bool *cancelled,
                                      struct attune_err *err)
{
    if (c->process) {
        return ATTUNE_OK;
    }
    if (c->n_failed_starts >= MAX_STARTS) {
        return attune_fail(err, ATTUNE_E_CHILD, "worker of '%s': given up after %d failed starts",
                           c->spec.name, MAX_STARTS);
    }
    struct attune_err reason = ATTUNE_ERR_INIT;
    enum attune_code code = wait_for_backoff(c, cancelled, &reason);
    if (code != ATTUNE_OK) {
        return blame(c, "", code, &reason, err);
    }
    char gpu[256];
    const bool own_gpu = attune_environment_gpu(c->spec.limits.gpus, c->spec.index, c->spec.n, gpu,
                                                sizeof gpu);
    code = attune_process_start(
        &c->process,
        &(struct attune_process_spec){.argv = c->spec.argv, .folder = c->spec.folder,
                                      .limits = c->spec.limits, .gpu = own_gpu ? gpu : NULL,
                                      .talk = true},
        &reason);
    if (code == ATTUNE_OK) {
        code = greet(c, cancelled, &reason);
    }
    if (code == ATTUNE_OK) {
        c->n_failed_starts = 0;
        return ATTUNE_OK;
    }
    stop(c, code != ATTUNE_E_INTERRUPTED);
    c->n_failed_starts += code != ATTUNE_E_INTERRUPTED;
    return blame(c, " at its start", code, &reason, err);
}

static enum attune_code exchange(struct attune_channel *c, const char *members, double deadline_s,
                                 const atomic_bool *cancelled, json_t **answer,
                                 struct attune_err *err)
{
    struct attune_buf request = ATTUNE_BUF_INIT;
    uint64_t id = c->next_id++;
    attune_buf_addf(&request, "{\"id\": %llu, ", (unsigned long long)id);
    attune_buf_add(&request, members);
    attune_buf_add(&request, "}\n");
    enum attune_code code = request.failed
                                ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
                                : attune_process_write(c->process, attune_buf_text(&request),
                                                       request.n_bytes, deadline_s, cancelled, err);
    attune_buf_release(&request);
    if (code == ATTUNE_OK) {
        code = read_object(c, deadline_s, cancelled, answer, err);
    }
    if (code != ATTUNE_OK) {
        return code;
    }
    const json_t *got = json_object_get(*answer, "id");
    if (!json_is_integer(got) || json_integer_value(got) != (json_int_t)id) {
        code = json_is_integer(got)
                   ? attune_fail(err, ATTUNE_E_CHILD,
                                 "answered %lld where %llu was asked (out of order)",
                                 (long long)json_integer_value(got), (unsigned long long)id)
                   : attune_fail(err, ATTUNE_E_CHILD, "an answer without an id");
        json_decref(*answer);
        *answer = NULL;
    }
    return code;
}

enum attune_code attune_channel_ask(struct attune_channel *c, const char *members, double timeout_s,
                                    const atomic_bool *cancelled, json_t **answer, bool *killed,
                                    struct attune_err *err)
{
    bool ignored = false;
    killed = killed ? killed : &ignored;
    *killed = false;
    *answer = NULL;
    if (c->process && attune_process_has_output(c->process)) {
        stop(c, true); /* it spoke unasked, or it is gone: start afresh rather than trust it */
    }
    enum attune_code code = attune_channel_start(c, cancelled, err);
    if (code != ATTUNE_OK) {
        return code;
    }
    struct attune_err reason = ATTUNE_ERR_INIT;
    code = exchange(c, members, attune_now_s() + timeout_s, cancelled, answer, &reason);
    if (code != ATTUNE_OK) {
        *killed = code != ATTUNE_E_INTERRUPTED && code != ATTUNE_E_MEMORY;
        stop(c, *killed);
        return blame(c, "", code, &reason, err);
    }
    c->n_failures = 0;
    const json_t *error = json_object_get(*answer, "error");
    if (error && !json_is_null(error)) {
        const char *text = json_string_value(error);
        code = attune_fail(err, ATTUNE_E_CHILD, "worker of '%s' reports: %.300s", c->spec.name,
                           text ? text : "(an error that is not a string)");
        json_decref(*answer);
        *answer = NULL;
    }
    return code;
}
