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

/* Spectra of the frame pushed last: power (1025,), mel power (128,). */
const float *attune_base_frames_power(const struct attune_base_frames *base);
const float *attune_base_frames_mel(const struct attune_base_frames *base);

/* Points the arrays of frames at what was pushed; they stay valid until the next push or reset. */
void attune_base_frames_view(struct attune_base_frames *base, struct attune_frames *frames);

#endif
