/* Pitch-class distributions over time, both modalities, so that the harmonic metrics have one
 * definition. Audio: hop 2048 at 22 050 Hz from the long spectrogram, pitch-class energy 55-2000
 * Hz, tuning estimated first, ln(1 + 100 m), L1 per frame; frames 60 dB below the loudest are
 * silent. Symbolic: one frame per beat, note durations (seconds within the beat), drums excluded;
 * frames without notes are silent. */
#ifndef ATTUNE_METRICS_ANALYSIS_CHROMA_H
#define ATTUNE_METRICS_ANALYSIS_CHROMA_H

#include <stdbool.h>
#include <stdint.h>

#include "metrics/analysis/analysis.h"
#include "metrics/analysis/notes.h"

struct attune_chroma {
    const char *why;        /* e.g. "no pitched sound" */
    size_t n_frames;
    const float *frames;    /* (n_frames, 12) C first; L1-normalised, zero where silent */
    const bool *silent;     /* (n_frames,) */
    const double *time_s;   /* (n_frames + 1,) frame i covers time_s[i] .. time_s[i+1] */
    /* (n_frames,) energy (audio) or summed duration (symbolic) before normalising */
    const float *weight;
    double mean[12];        /* over sounding frames, sums to 1; symbolic: weighted by duration */
    double sounding_s;      /* time in sounding frames */
    double tuning_cents;    /* audio: offset from A440, -50..50; symbolic: 0 */
    /* start of the first local window: where sound begins (symbolic: its bar) */
    size_t first_window;
    size_t window, hop; /* local windows in frames: audio 8 s and 4 s; symbolic 4 bars and 2 bars */
    size_t n_events;        /* symbolic: pitched notes; audio: 0 */
};

/* The two sources of the feature (chroma_audio.c, chroma_symbolic.c), from analysis->arena; NULL
 * when out of memory. Everybody else calls attune_analysis_chroma. */
struct attune_chroma *attune_chroma_from_audio(struct attune_analysis *analysis);
struct attune_chroma *attune_chroma_from_notes(struct attune_analysis *analysis);

/* How long each pitch class sounds in the n intervals between edges (n + 1,): rows (n, 12) summing
 * to 1 or, where silent, 0; weight (n,) in seconds, notes that sound together adding up. Drums are
 * left out. Returns 0 when out of memory (scratch is used, not reset). */
int attune_chroma_count_notes(const struct attune_notes *notes, const double *edges, size_t n,
                              struct attune_arena *scratch, float *rows, bool *silent,
                              float *weight);

const struct attune_chroma *attune_analysis_chroma(struct attune_analysis *analysis);

#endif
