/* What the long spectrogram leaves behind, frame by frame: the front end pushes magnitude frames, this
 * keeps compact per-frame data from which tuning, chroma, chords and roughness are computed later. */
#ifndef ATTUNE_METRICS_ANALYSIS_HARMONIC_FRAMES_H
#define ATTUNE_METRICS_ANALYSIS_HARMONIC_FRAMES_H

#include "metrics/analysis/analysis.h"

enum { ATTUNE_HARMONIC_SIZE = 8192, ATTUNE_HARMONIC_HOP = 2048 };

struct attune_harmonic_frames; /* per-sample store */

/* Made once per analysis, emptied per sample (reset keeps the memory); NULL when out of memory. */
struct attune_harmonic_frames *attune_harmonic_frames_new(double rate_hz);
void attune_harmonic_frames_free(struct attune_harmonic_frames *frames);
void attune_harmonic_frames_reset(struct attune_harmonic_frames *frames);

/* One centred Hann frame: power spectrum (ATTUNE_HARMONIC_SIZE/2 + 1,), |X|^2, X unscaled from a periodic
 * Hann window. Returns 0 when out of memory. No allocation once warm. */
int attune_harmonic_frames_push(struct attune_harmonic_frames *frames, const float *power);

#endif
