/* Evaluating one file: open by content, analyse once, compute the chosen metrics.
 * Used by `attune eval`, by runs, and by selection inside models through the same metric code. */
#ifndef ATTUNE_HARNESS_EVALUATE_H
#define ATTUNE_HARNESS_EVALUATE_H

#include <stdbool.h>

#include "base/err.h"
#include "metrics/metric.h"

/* A choice of metrics: indices into attune_metrics, ascending. */
struct attune_selection {
    size_t *index; /* (n,) owned */
    size_t n;
    unsigned needs; /* union of ATTUNE_NEED_* of the chosen audio metrics */
};

/* globs: comma-separated patterns over metric ids, NULL: all. ATTUNE_E_USAGE (with the nearest id)
 * when a pattern matches nothing. */
enum attune_code attune_selection_init(struct attune_selection *selection, const char *globs,
                                       struct attune_err *err);
void attune_selection_release(struct attune_selection *selection);

/* One evaluator per thread; keeps plans and buffers across files. */
struct attune_evaluator;
struct attune_evaluator *attune_evaluator_new(struct attune_err *err);
void attune_evaluator_free(struct attune_evaluator *evaluator);

/* Renders MIDI through this sound font and evaluates the audio (NULL: as notes). */
enum attune_code attune_evaluator_render(struct attune_evaluator *evaluator, const char *soundfont,
                                         struct attune_err *err);

/* Analyses path and fills values[(selection->n)], `why` texts living until the next call. prompt
 * may be NULL. The analysis stays loaded for further features (attune_evaluator_analysis).
 * ATTUNE_E_INPUT when the file is neither audio nor MIDI or is damaged beyond reading. */
enum attune_code attune_evaluate_file(struct attune_evaluator *evaluator, const char *path,
                                      const struct attune_prompt *prompt,
                                      const struct attune_selection *selection,
                                      struct attune_value *values, struct attune_err *err);

/* The same for audio from any source, and for the image of a MIDI file; errors name no file. */
struct attune_audio_source;
enum attune_code attune_evaluate_audio(struct attune_evaluator *evaluator,
                                       struct attune_audio_source *source,
                                       const struct attune_prompt *prompt,
                                       const struct attune_selection *selection,
                                       struct attune_value *values, struct attune_err *err);
enum attune_code attune_evaluate_midi(struct attune_evaluator *evaluator, const void *bytes,
                                      size_t n_bytes, const struct attune_prompt *prompt,
                                      const struct attune_selection *selection,
                                      struct attune_value *values, struct attune_err *err);

struct attune_analysis *attune_evaluator_analysis(struct attune_evaluator *evaluator);

/* What of the evaluator's settings can move a value, as text for the parameter hash: "" for notes
 * as notes and audio as audio, "render=NAME:HASH" when MIDI is rendered. */
const char *attune_evaluator_parameters(const struct attune_evaluator *evaluator);

/* "audio", "symbolic" or "" by content, without reading the whole file. */
const char *attune_file_modality(const char *path);

#endif
