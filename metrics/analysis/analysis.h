/* One sample under analysis: the shared, lazily computed features that all metrics of the sample
 * use.
 *
 * An analysis is made once per thread and loaded with one sample after another; it keeps its
 * memory. Each feature is computed at most once per sample, on the first call of its getter (the
 * getters stand in the feature's own header: key.h, chroma.h, beats.h, ...). A getter never returns
 * NULL: a feature that cannot be had carries the reason in its first member, `const char *why`
 * (NULL when it is there), and the metric passes that on as `attune_undefined(feature->why)`.
 *
 * Audio is read in one streaming pass (frontend.h) that keeps per-frame features, never the
 * spectrogram, so memory grows by about 6 KiB per second of music. Symbolic samples are note tables
 * (notes.h).
 *
 * Not thread-safe; one analysis per thread.
 */
#ifndef ATTUNE_METRICS_ANALYSIS_ANALYSIS_H
#define ATTUNE_METRICS_ANALYSIS_ANALYSIS_H

#include "base/err.h"
#include "base/io/audio.h"
#include "base/io/midi.h"
#include "base/mem.h"
#include "metrics/prompt.h"

enum attune_modality { ATTUNE_AUDIO = 1, ATTUNE_SYMBOLIC = 2 };

/* What the audio front end computes in its pass beyond decoding; metrics say what they need. */
enum attune_need {
    ATTUNE_NEED_LOUDNESS = 1 << 0, /* EBU R128, peaks, clipping: original rate and channels */
    ATTUNE_NEED_SPECTRAL =
        1 << 1, /* base spectrogram: onset envelope, mel, spectral shape, level */
    ATTUNE_NEED_HARMONIC = 1 << 2, /* long spectrogram: chroma, peaks, roughness, tuning */
    ATTUNE_NEED_COMPAT = 1 << 3,   /* the compat.librosa block */
    ATTUNE_NEED_TRUE_PEAK = 1 << 4,
    ATTUNE_NEED_ALL = 0xffff,
};

struct attune_analysis;

struct attune_analysis *attune_analysis_new(struct attune_err *err);
void attune_analysis_free(struct attune_analysis *analysis);

/* Runs the front end over the whole source. needs: ATTUNE_NEED_* that the chosen metrics ask for.
 * The source is read to its end and may be closed afterwards. ATTUNE_E_INPUT: no samples;
 * ATTUNE_E_MEMORY. */
enum attune_code attune_analysis_load_audio(struct attune_analysis *analysis,
                                            struct attune_audio_source *source, unsigned needs,
                                            struct attune_err *err);

/* Takes a parsed MIDI file; midi is borrowed and must outlive the analysis of this sample. */
enum attune_code attune_analysis_load_midi(struct attune_analysis *analysis,
                                           const struct attune_midi *midi, struct attune_err *err);

/* The prompt this sample was made for (borrowed), or NULL: adherence metrics are then undefined. */
void attune_analysis_set_prompt(struct attune_analysis *analysis,
                                const struct attune_prompt *prompt);
const struct attune_prompt *attune_analysis_prompt(const struct attune_analysis *analysis);

enum attune_modality attune_analysis_modality(const struct attune_analysis *analysis);

/* Length of the sample in seconds: audio frames over rate; symbolic: end of the last note. */
double attune_analysis_duration_s(const struct attune_analysis *analysis);

/* True once an allocation has failed during this sample: its values are then not to be kept. */
int attune_analysis_out_of_memory(const struct attune_analysis *analysis);

#endif
