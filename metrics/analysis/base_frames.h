/* Features of the base spectrogram, frame by frame: the front end pushes centred frames of 2048
 * samples. */
#ifndef ATTUNE_METRICS_ANALYSIS_BASE_FRAMES_H
#define ATTUNE_METRICS_ANALYSIS_BASE_FRAMES_H

#include "metrics/analysis/frontend.h"

struct attune_base_frames;

/* Keeps plans, windows and arrays across samples. */
struct attune_base_frames *attune_base_frames_new(struct attune_err *err);
void attune_base_frames_free(struct attune_base_frames *base);
void attune_base_frames_reset(struct attune_base_frames *base);

/* One frame of ATTUNE_FRAME_SIZE samples, unwindowed. Returns 0 when out of memory. */
int attune_base_frames_push(struct attune_base_frames *base, const float *signal);

/* Mel power (128,) of the frame pushed last. */
const float *attune_base_frames_mel(const struct attune_base_frames *base);

/* An entry out of silence lifts every band by tens of dB where onsets inside the music lift some by
 * a few: alone it would rule every autocorrelation. The flux of the three frames to either side of
 * the end of a silence is scaled down together, to the largest elsewhere. silent: (n_frames,) */
void attune_base_frames_limit_entries(struct attune_base_frames *base, const bool *silent);

/* Points the arrays of frames at what was pushed; they stay valid until the next push or reset. */
void attune_base_frames_view(struct attune_base_frames *base, struct attune_frames *frames);

#endif
