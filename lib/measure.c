/* Measuring one sample: a file, samples in memory, or the image of a MIDI file. */
#include "base/io/audio.h"
#include "lib/session.h"
#include "metrics/compat/compat.h"
#include "metrics/set/embedding.h"

static double *copy_values(struct attune_session *session, const double *values, size_t n)
{
    double *copy = attune_arena_alloc(&session->arena, n, sizeof *copy);
    if (copy && n > 0) {
        memcpy(copy, values, n * sizeof *copy);
    }
    return copy;
}

static char *copy_text(struct attune_session *session, const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = attune_arena_alloc(&session->arena, n, 1);
    if (copy) {
        memcpy(copy, text, n);
    }
    return copy;
}

/* Room for one more; what the results outgrow stays in the arena until its reset. */
static bool make_room(struct attune_session *session)
{
    if (session->n_results < session->capacity) {
        return true;
    }
    const size_t capacity = session->capacity ? 2 * session->capacity : 256;
    struct attune_result *larger =
        attune_arena_alloc(&session->arena, capacity, sizeof *larger);
    if (!larger) {
        return false;
    }
    if (session->n_results > 0) {
        memcpy(larger, session->results, session->n_results * sizeof *larger);
    }
    session->results = larger;
    session->capacity = capacity;
    return true;
}

void attune_session_add(struct attune_session *session, const char *name, const double *values,
                        size_t n, double ci_low, double ci_high, const char *why)
{
    struct attune_result result = {.ci_low = ci_low, .ci_high = ci_high};
    result.name = copy_text(session, name);
    if (why) {
        result.why = copy_text(session, why);
    } else {
        result.values = copy_values(session, values, n);
        result.n = n;
    }
    if (!result.name || !(why ? (void *)result.why : (void *)result.values) ||
        !make_room(session)) {
        session->out_of_memory = true;
        return;
    }
    session->results[session->n_results++] = result;
}

static void sink_vector(void *context, const char *name, const double *values, size_t n)
{
    attune_session_add(context, name, values, n, NAN, NAN, NULL);
}

static void sink_scalar(void *context, const char *name, double value)
{
    sink_vector(context, name, &value, 1);
}

static void sink_undefined(void *context, const char *name, const char *why)
{
    attune_session_add(context, name, NULL, 0, NAN, NAN, why);
}

/* Turns the values of a measured sample into results. */
static enum attune_status finish(struct attune_session *session, enum attune_code code)
{
    if (code) {
        return attune_session_end(session, code);
    }
    struct attune_analysis *analysis = attune_evaluator_analysis(session->evaluator);
    session->modality =
        attune_analysis_modality(analysis) == ATTUNE_AUDIO ? "audio" : "symbolic";
    session->duration_s = attune_analysis_duration_s(analysis);
    for (size_t i = 0; i < session->selection.n; i++) {
        const struct attune_value *value = &session->values[i];
        if (value->state != ATTUNE_NOT_APPLICABLE) {
            attune_session_add(session, attune_metrics[session->selection.index[i]]->id, &value->v,
                               1, NAN, NAN, value->why);
        }
    }
    if (session->compat) {
        const struct attune_compat_sink sink = {session, sink_scalar, sink_vector, sink_undefined};
        attune_compat_all(analysis, &sink);
    }
    return attune_session_end(session, ATTUNE_OK);
}

static const struct attune_prompt *prompt_of(const struct attune_session *session)
{
    return session->prompts.n > 0 ? &session->prompts.items[0] : NULL;
}

enum attune_status attune_session_file(struct attune_session *session, const char *path)
{
    attune_session_begin(session);
    return finish(session, attune_evaluate_file(session->evaluator, path, prompt_of(session),
                                                &session->selection, session->values,
                                                &session->err));
}

enum attune_status attune_session_audio(struct attune_session *session, const float *samples,
                                        uint64_t n_frames, uint32_t n_channels, uint32_t rate_hz)
{
    attune_session_begin(session);
    if (n_channels < 1 || n_channels > 64 || rate_hz < 1 || rate_hz > 768000) {
        return attune_session_end(
            session, attune_fail(&session->err, ATTUNE_E_USAGE,
                                 "%u channels at %u Hz: allowed are 1 .. 64 channels and 1 .. "
                                 "768000 Hz",
                                 n_channels, rate_hz));
    }
    struct attune_audio_source source;
    attune_audio_from_memory(&source, samples, n_frames, n_channels, rate_hz);
    return finish(session, attune_evaluate_audio(session->evaluator, &source, prompt_of(session),
                                                 &session->selection, session->values,
                                                 &session->err));
}

enum attune_status attune_session_midi(struct attune_session *session, const void *bytes,
                                       size_t n_bytes)
{
    attune_session_begin(session);
    return finish(session, attune_evaluate_midi(session->evaluator, bytes, n_bytes,
                                                prompt_of(session), &session->selection,
                                                session->values, &session->err));
}

const struct attune_result *attune_session_results(const struct attune_session *session, size_t *n)
{
    *n = session->n_results;
    return session->results;
}

const char *attune_session_modality(const struct attune_session *session)
{
    return session->modality;
}

double attune_session_duration(const struct attune_session *session)
{
    return session->duration_s;
}

enum attune_status attune_session_embedding(struct attune_session *session,
                                            const float **embedding, size_t *d)
{
    *embedding = NULL;
    *d = 0;
    session->err = (struct attune_err)ATTUNE_ERR_INIT;
    if (!session->modality[0]) {
        return attune_session_end(session, attune_fail(&session->err, ATTUNE_E_USAGE,
                                                       "no sample has been measured yet"));
    }
    struct attune_analysis *analysis = attune_evaluator_analysis(session->evaluator);
    if (attune_analysis_modality(analysis) == ATTUNE_AUDIO &&
        (session->selection.needs & ATTUNE_EMBEDDING_NEEDS) != ATTUNE_EMBEDDING_NEEDS) {
        const enum attune_code code =
            attune_fail(&session->err, ATTUNE_E_USAGE,
                        "no embedding: the metrics chosen leave out its features");
        attune_err_hint(&session->err, "choose 'set.*' as well, before measuring");
        return attune_session_end(session, code);
    }
    const size_t size = attune_embedding_size(attune_analysis_modality(analysis));
    float *row = attune_arena_alloc(&session->arena, size, sizeof *row);
    if (!row) {
        return attune_session_end(session,
                                  attune_fail(&session->err, ATTUNE_E_MEMORY, "out of memory"));
    }
    const char *why = attune_embedding_compute(analysis, 0, row);
    if (why) {
        return attune_session_end(
            session, attune_fail(&session->err, ATTUNE_E_INPUT, "no embedding: %s", why));
    }
    *embedding = row;
    *d = size;
    return attune_session_end(session, ATTUNE_OK);
}
