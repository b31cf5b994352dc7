/* One file to one row of metric values: open by content, analyse once, evaluate what was chosen. */
#include "harness/evaluate.h"

#include "base/hash.h"
#include "base/io/audio.h"
#include "base/io/file.h"
#include "base/io/midi.h"
#include "base/io/render.h"
#include "base/mem.h"
#include "base/text.h"

enum {
    MAX_MIDI_BYTES = 64 << 20,
};

struct attune_evaluator {
    struct attune_analysis *analysis;
    struct attune_renderer *renderer; /* NULL: MIDI is evaluated as notes */
    struct attune_midi midi;          /* of the sample loaded last */
    char parameters[512];
};

enum attune_code attune_selection_init(struct attune_selection *selection, const char *globs,
                                       struct attune_err *err)
{
    *selection = (struct attune_selection){0};
    /* Each pattern must match something, so that a typing error is not an empty table. */
    for (const char *p = globs; p && *p;) {
        char pattern[128];
        const size_t n = strcspn(p, ",");
        snprintf(pattern, sizeof pattern, "%.*s", (int)n, p);
        const char *ids[512];
        size_t n_ids = 0;
        bool found = false;
        for (size_t i = 0; i < attune_n_metrics; i++) {
            found = found || attune_metric_chosen(pattern, attune_metrics[i]->id);
            if (n_ids < 512) {
                ids[n_ids++] = attune_metrics[i]->id;
            }
        }
        if (!found) {
            attune_fail(err, ATTUNE_E_USAGE, "no metric matches '%s'", pattern);
            const char *near = attune_nearest(pattern, ids, n_ids);
            attune_err_hint(err, near ? "did you mean '%s'?" : "`attune list metrics` shows all",
                            near);
            return ATTUNE_E_USAGE;
        }
        p += n + (p[n] == ',');
    }
    selection->index = attune_alloc(attune_n_metrics, sizeof *selection->index);
    if (!selection->index) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < attune_n_metrics; i++) {
        if (attune_metric_chosen(globs, attune_metrics[i]->id)) {
            selection->index[selection->n++] = i;
            if (attune_metrics[i]->inputs & ATTUNE_AUDIO) {
                selection->needs |= attune_metrics[i]->needs;
            }
        }
    }
    return ATTUNE_OK;
}

void attune_selection_release(struct attune_selection *selection)
{
    attune_release(selection->index);
    *selection = (struct attune_selection){0};
}

struct attune_evaluator *attune_evaluator_new(struct attune_err *err)
{
    struct attune_evaluator *evaluator = attune_alloc(1, sizeof *evaluator);
    if (!evaluator) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an evaluator");
        return NULL;
    }
    evaluator->analysis = attune_analysis_new(err);
    if (!evaluator->analysis) {
        attune_evaluator_free(evaluator);
        return NULL;
    }
    return evaluator;
}

void attune_evaluator_free(struct attune_evaluator *evaluator)
{
    if (evaluator) {
        attune_analysis_free(evaluator->analysis);
        attune_renderer_free(evaluator->renderer);
        attune_midi_release(&evaluator->midi);
        attune_release(evaluator);
    }
}

enum attune_code attune_evaluator_render(struct attune_evaluator *evaluator, const char *soundfont,
                                         struct attune_err *err)
{
    attune_renderer_free(evaluator->renderer);
    evaluator->renderer = NULL;
    evaluator->parameters[0] = '\0';
    if (!soundfont) {
        return ATTUNE_OK;
    }
    char hash[ATTUNE_HASH_SIZE];
    enum attune_code code = attune_hash_file(soundfont, hash, err);
    if (code) {
        return code;
    }
    const char *name = strrchr(soundfont, '/');
    snprintf(evaluator->parameters, sizeof evaluator->parameters, "render=%s:%s:%d",
             name ? name + 1 : soundfont, hash, ATTUNE_RENDER_REVISION);
    return attune_renderer_new(&evaluator->renderer, soundfont, err);
}

const char *attune_evaluator_parameters(const struct attune_evaluator *evaluator)
{
    return evaluator->parameters;
}

struct attune_analysis *attune_evaluator_analysis(struct attune_evaluator *evaluator)
{
    return evaluator->analysis;
}

static bool starts_like_midi(const char *path)
{
    char head[64];
    FILE *file = fopen(path, "rb");
    if (!file) {
        return false;
    }
    const size_t n = fread(head, 1, sizeof head, file);
    fclose(file);
    return attune_midi_sniff(head, n);
}

const char *attune_file_modality(const char *path)
{
    if (starts_like_midi(path)) {
        return "symbolic";
    }
    return attune_audio_sniff(path) ? "audio" : "";
}

static enum attune_code load_rendered(struct attune_evaluator *evaluator, const void *bytes,
                                      size_t n_bytes, unsigned needs, struct attune_err *err)
{
    float *samples = NULL;
    uint64_t n_frames = 0;
    enum attune_code code = attune_render(evaluator->renderer, bytes, n_bytes,
                                          ATTUNE_RENDER_MAX_S, &samples, &n_frames, err);
    if (!code) {
        struct attune_audio_source source;
        attune_audio_from_memory(&source, samples, n_frames, 2, ATTUNE_RENDER_RATE);
        code = attune_analysis_load_audio(evaluator->analysis, &source, needs, err);
    }
    attune_release(samples);
    return code;
}

static enum attune_code load_notes(struct attune_evaluator *evaluator, const void *bytes,
                                   size_t n_bytes, struct attune_err *err)
{
    attune_midi_release(&evaluator->midi);
    enum attune_code code = attune_midi_parse(&evaluator->midi, bytes, n_bytes, err);
    if (!code) {
        code = attune_analysis_load_midi(evaluator->analysis, &evaluator->midi, err);
    }
    return code;
}

/* The chosen metrics of the sample that is loaded. */
static enum attune_code measure(struct attune_evaluator *evaluator,
                                const struct attune_prompt *prompt,
                                const struct attune_selection *selection,
                                struct attune_value *values, struct attune_err *err)
{
    attune_analysis_set_prompt(evaluator->analysis, prompt);
    for (size_t i = 0; i < selection->n; i++) {
        values[i] = attune_metric_eval(attune_metrics[selection->index[i]], evaluator->analysis);
    }
    if (attune_analysis_out_of_memory(evaluator->analysis)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    return ATTUNE_OK;
}

enum attune_code attune_evaluate_audio(struct attune_evaluator *evaluator,
                                       struct attune_audio_source *source,
                                       const struct attune_prompt *prompt,
                                       const struct attune_selection *selection,
                                       struct attune_value *values, struct attune_err *err)
{
    const enum attune_code code =
        attune_analysis_load_audio(evaluator->analysis, source, selection->needs, err);
    return code ? code : measure(evaluator, prompt, selection, values, err);
}

enum attune_code attune_evaluate_midi(struct attune_evaluator *evaluator, const void *bytes,
                                      size_t n_bytes, const struct attune_prompt *prompt,
                                      const struct attune_selection *selection,
                                      struct attune_value *values, struct attune_err *err)
{
    const enum attune_code code =
        evaluator->renderer ? load_rendered(evaluator, bytes, n_bytes, selection->needs, err)
                            : load_notes(evaluator, bytes, n_bytes, err);
    return code ? code : measure(evaluator, prompt, selection, values, err);
}

/* Errors from below may not know the file; messages always name it. */
static enum attune_code name_the_file(enum attune_code code, const char *path,
                                      struct attune_err *err)
{
    if (code && err && !err->file[0]) {
        snprintf(err->file, sizeof err->file, "%s", path);
    }
    return code;
}

enum attune_code attune_evaluate_file(struct attune_evaluator *evaluator, const char *path,
                                      const struct attune_prompt *prompt,
                                      const struct attune_selection *selection,
                                      struct attune_value *values, struct attune_err *err)
{
    enum attune_code code;
    if (starts_like_midi(path)) {
        char *bytes = NULL;
        size_t n_bytes = 0;
        code = attune_file_read(path, MAX_MIDI_BYTES, &bytes, &n_bytes, err);
        if (!code) {
            code = attune_evaluate_midi(evaluator, bytes, n_bytes, prompt, selection, values, err);
        }
        attune_release(bytes);
    } else {
        struct attune_audio_source source;
        code = attune_audio_open(&source, path, err);
        if (!code) {
            code = attune_evaluate_audio(evaluator, &source, prompt, selection, values, err);
            attune_audio_close(&source);
        }
    }
    return name_the_file(code, path, err);
}
