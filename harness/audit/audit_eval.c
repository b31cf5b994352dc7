/* The chosen metrics of a file or clip into a row of cells, and rendering. */
#include "base/io/audio.h"
#include "base/mem.h"
#include "harness/audit/audit_internal.h"
#include "metrics/metric.h"

/* Evaluates the sample that the worker's analysis holds. */
static enum attune_code fill_row(const struct attune_audit *audit, struct attune_audit_worker *w,
                                 struct attune_audit_cell *cells, struct attune_err *err)
{
    const unsigned modality = attune_analysis_modality(w->analysis);
    for (size_t i = 0; i < audit->selection.n; i++) {
        const struct attune_metric *metric = attune_metrics[audit->selection.index[i]];
        if (metric->inputs & modality) {
            const struct attune_value value = attune_metric_eval(metric, w->analysis);
            cells[i] = (struct attune_audit_cell){value.v, value.state == ATTUNE_DEFINED};
        }
    }
    if (attune_analysis_out_of_memory(w->analysis)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    return ATTUNE_OK;
}

enum attune_code attune_audit_eval_midi(const struct attune_audit *audit,
                                        struct attune_audit_worker *w,
                                        const struct attune_midi *midi,
                                        struct attune_audit_cell *cells, struct attune_err *err)
{
    enum attune_code code = attune_analysis_load_midi(w->analysis, midi, err);
    return code ? code : fill_row(audit, w, cells, err);
}

enum attune_code attune_audit_eval_clip(const struct attune_audit *audit,
                                        struct attune_audit_worker *w,
                                        const struct attune_clip *clip,
                                        struct attune_audit_cell *cells, struct attune_err *err)
{
    struct attune_audio_source source;
    attune_audio_from_memory(&source, clip->samples, clip->n_frames, clip->n_channels,
                             clip->rate_hz);
    enum attune_code code =
        attune_analysis_load_audio(w->analysis, &source, audit->selection.needs, err);
    return code ? code : fill_row(audit, w, cells, err);
}

enum attune_code attune_audit_render(struct attune_renderer *renderer,
                                     const struct attune_midi *midi, struct attune_clip *clip,
                                     struct attune_err *err)
{
    unsigned char *bytes = NULL;
    size_t n_bytes = 0;
    *clip = (struct attune_clip){.n_channels = 2, .rate_hz = ATTUNE_RENDER_RATE};
    enum attune_code code = attune_midi_format(midi, &bytes, &n_bytes, err);
    if (!code) {
        code = attune_render(renderer, bytes, n_bytes, ATTUNE_RENDER_MAX_S, &clip->samples,
                             &clip->n_frames, err);
    }
    attune_release(bytes);
    return code;
}
