/* The life of a session, its settings and its errors. */
#include "lib/session.h"

#include <assert.h>

#include "base/io/render.h"
#include "metrics/metric.h"
#include "metrics/set/embedding.h"

#include <jansson.h>

static_assert((int)ATTUNE_STATUS_USAGE == (int)ATTUNE_E_USAGE &&
                  (int)ATTUNE_STATUS_INPUT == (int)ATTUNE_E_INPUT &&
                  (int)ATTUNE_STATUS_IO == (int)ATTUNE_E_IO &&
                  (int)ATTUNE_STATUS_MEMORY == (int)ATTUNE_E_MEMORY &&
                  (int)ATTUNE_STATUS_MISSING == (int)ATTUNE_E_MISSING &&
                  (int)ATTUNE_STATUS_INTERNAL == (int)ATTUNE_E_INTERNAL,
              "the public statuses are the library's own codes");

struct attune_session *attune_session_new(void)
{
    struct attune_session *session = attune_alloc(1, sizeof *session);
    if (!session) {
        return NULL;
    }
    session->modality = "";
    session->evaluator = attune_evaluator_new(NULL);
    session->values = attune_alloc(attune_n_metrics, sizeof *session->values);
    if (!session->evaluator || !session->values ||
        attune_selection_init(&session->selection, NULL, NULL)) {
        attune_session_free(session);
        return NULL;
    }
    return session;
}

void attune_session_free(struct attune_session *session)
{
    if (session) {
        attune_evaluator_free(session->evaluator);
        attune_release(session->values);
        attune_selection_release(&session->selection);
        attune_release(session->set_globs);
        attune_prompts_release(&session->prompts);
        attune_arena_release(&session->arena);
        attune_buf_release(&session->warnings);
        attune_ballot_release(&session->ballot);
        attune_release(session);
    }
}

const char *attune_session_error(const struct attune_session *session)
{
    return session->error;
}

void attune_session_begin(struct attune_session *session)
{
    session->err = (struct attune_err)ATTUNE_ERR_INIT;
    session->error[0] = '\0';
    attune_arena_reset(&session->arena);
    session->results = NULL;
    session->n_results = session->capacity = 0;
    session->out_of_memory = false;
    session->modality = "";
    session->duration_s = 0.0;
    attune_buf_reset(&session->warnings);
}

enum attune_status attune_session_end(struct attune_session *session, enum attune_code code)
{
    if (!code && session->out_of_memory) {
        code = attune_fail(&session->err, ATTUNE_E_MEMORY, "out of memory for the results");
    }
    if (!code) {
        session->error[0] = '\0';
        return ATTUNE_STATUS_OK;
    }
    session->results = NULL;
    session->n_results = 0;
    attune_err_text(&session->err, session->error, sizeof session->error);
    if (session->err.hint[0]) {
        const size_t n = strlen(session->error);
        snprintf(session->error + n, sizeof session->error - n, " (hint: %s)", session->err.hint);
    }
    return (enum attune_status)code;
}

/* The patterns for metrics of sets, or those for metrics of samples, comma-separated. */
static void take_patterns(struct attune_buf *out, const char *globs, bool of_sets)
{
    for (const char *p = globs; *p;) {
        const size_t n = strcspn(p, ",");
        if ((strncmp(p, "set.", 4) == 0) == of_sets) {
            attune_buf_addf(out, "%s%.*s", out->n_bytes ? "," : "", (int)n, p);
        }
        p += n + (p[n] == ',');
    }
}

static enum attune_code choose(struct attune_session *session, const char *metrics)
{
    struct attune_buf samples = ATTUNE_BUF_INIT, sets = ATTUNE_BUF_INIT;
    struct attune_selection selection = {0};
    enum attune_code code = ATTUNE_OK;
    char *set_globs = NULL;
    if (metrics) {
        take_patterns(&samples, metrics, false);
        take_patterns(&sets, metrics, true);
        set_globs = attune_strdup(attune_buf_text(&sets));
        if (samples.failed || sets.failed || !set_globs) {
            code = attune_fail(&session->err, ATTUNE_E_MEMORY, "out of memory");
        }
    }
    if (!code && (!metrics || samples.n_bytes > 0)) {
        code = attune_selection_init(&selection, metrics ? attune_buf_text(&samples) : NULL,
                                     &session->err);
    }
    if (code) {
        attune_release(set_globs);
    } else {
        if (!metrics || sets.n_bytes > 0) {
            selection.needs |= ATTUNE_EMBEDDING_NEEDS;
        }
        attune_selection_release(&session->selection);
        session->selection = selection;
        attune_release(session->set_globs);
        session->set_globs = set_globs;
    }
    attune_buf_release(&samples);
    attune_buf_release(&sets);
    return code;
}

enum attune_status attune_session_choose(struct attune_session *session, const char *metrics,
                                         int compat)
{
    attune_session_begin(session);
    const enum attune_code code = choose(session, metrics);
    if (!code) {
        session->compat = compat != 0;
        if (session->compat) {
            session->selection.needs = ATTUNE_NEED_ALL;
        }
    }
    return attune_session_end(session, code);
}

static enum attune_code add_prompt(struct attune_session *session, const char *text,
                                   const char *attributes)
{
    json_t *object = NULL;
    if (attributes) {
        json_error_t error;
        object = json_loads(attributes, JSON_REJECT_DUPLICATES, &error);
        if (!object) {
            return attune_fail(&session->err, ATTUNE_E_INPUT, "attributes are not JSON: %s",
                               error.text);
        }
    }
    enum attune_code code = attune_prompts_add(&session->prompts, "prompt", text, object,
                                               "attributes", 1, &session->err);
    json_decref(object);
    return code ? code : attune_prompts_finish(&session->prompts, "attributes", &session->err);
}

enum attune_status attune_session_prompt(struct attune_session *session, const char *text,
                                         const char *attributes)
{
    attune_session_begin(session);
    attune_prompts_release(&session->prompts);
    enum attune_code code = ATTUNE_OK;
    if (text) {
        code = add_prompt(session, text, attributes);
        if (code) {
            attune_prompts_release(&session->prompts);
        }
    }
    return attune_session_end(session, code);
}

enum attune_status attune_session_soundfont(struct attune_session *session, const char *path)
{
    attune_session_begin(session);
    const char *found = NULL;
    if (path) {
        found = attune_soundfont_find(path[0] ? path : NULL, &session->err);
        if (!found) {
            return attune_session_end(session, ATTUNE_E_MISSING);
        }
    }
    return attune_session_end(session,
                              attune_evaluator_render(session->evaluator, found, &session->err));
}
