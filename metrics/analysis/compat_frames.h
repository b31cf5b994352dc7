/* Per-frame features exactly as librosa 0.11 defines them at its default parameters, for the
 * compat.librosa block: sums over frames where the mean and the deviation are all that is asked
 * for, the mel spectrogram where later steps need all of it. Kept for the first hour only. */
#ifndef ATTUNE_METRICS_ANALYSIS_COMPAT_FRAMES_H
#define ATTUNE_METRICS_ANALYSIS_COMPAT_FRAMES_H

#include <stdbool.h>

#include "base/fft_double.h"
#include "metrics/analysis/frontend.h"

enum attune_compat_feature {
    ATTUNE_COMPAT_CENTROID,
    ATTUNE_COMPAT_BANDWIDTH,
    ATTUNE_COMPAT_ROLLOFF,
    ATTUNE_COMPAT_FLATNESS,
    ATTUNE_COMPAT_ZERO_CROSSING_RATE,
    ATTUNE_COMPAT_RMS,
    ATTUNE_COMPAT_CHROMA, /* and the 11 after it */
    ATTUNE_N_COMPAT_FEATURES = ATTUNE_COMPAT_CHROMA + 12,
};

struct attune_compat_frames {
    struct attune_fft_double *fft; /* librosa's transforms are double, whatever they return */
    double *window;     /* (ATTUNE_FRAME_SIZE,) */
    float *chroma_bank; /* (12, ATTUNE_FRAME_SIZE/2 + 1) librosa.filters.chroma, tuning 0 */
    double sum[ATTUNE_N_COMPAT_FEATURES], squares[ATTUNE_N_COMPAT_FEATURES];
    float *mel;         /* (n_frames, ATTUNE_N_MEL) mel power */
    size_t n_frames, capacity;
    bool too_long;
};

/* Makes plan, window and filter bank on the first call; 0 when out of memory. */
int attune_compat_frames_begin(struct attune_compat_frames *frames);
void attune_compat_frames_release(struct attune_compat_frames *frames);

/* One frame: its samples, of which first..last-1 lie inside the signal, and its mel power. */
int attune_compat_frames_push(struct attune_compat_frames *frames, const float *signal,
                              size_t first, size_t last, const float *mel);

#endif
