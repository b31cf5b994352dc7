/* A stretch of audio in memory: what audio damage works on. */
#ifndef ATTUNE_METRICS_AUDIT_CLIP_H
#define ATTUNE_METRICS_AUDIT_CLIP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct attune_clip {
    float *samples; /* (n_frames, n_channels) interleaved, owned */
    uint64_t n_frames;
    uint32_t n_channels, rate_hz;
};

#define ATTUNE_CLIP_INIT {0}

/* Zeros. ATTUNE_E_MEMORY. */
enum attune_code attune_clip_init(struct attune_clip *clip, uint64_t n_frames, uint32_t n_channels,
                                  uint32_t rate_hz, struct attune_err *err);
enum attune_code attune_clip_copy(struct attune_clip *out, const struct attune_clip *clip,
                                  struct attune_err *err);
void attune_clip_release(struct attune_clip *clip);

/* Root mean square over all samples, and the largest magnitude. */
double attune_clip_rms(const struct attune_clip *clip);
double attune_clip_peak(const struct attune_clip *clip);

/* Sample at a fractional frame position by 4-point cubic (Catmull-Rom) interpolation, 0 outside. */
float attune_clip_at(const struct attune_clip *clip, double frame, uint32_t channel);

/* Copies n frames of from (starting at from_frame; silence beyond its end) to to_frame of clip,
 * faded over 5 ms into what stands there at both ends, so that a join makes no click. Channels: as
 * many as both have; the last one of from serves the rest. */
void attune_clip_paste(struct attune_clip *clip, uint64_t to_frame, const struct attune_clip *from,
                       uint64_t from_frame, uint64_t n);

/* Reads a clip along a path: at output time t the source is heard from position_s(t), at
 * pitch_ratio(t) times its pitch, by overlapping grains that are aligned by correlation
 * (synchronised overlap-add; Roucos & Wilgus 1985). pitch_ratio NULL: plain resampling, where pitch
 * goes with speed. The output has n_frames. False: out of memory, the clip is as it was. */
struct attune_warp {
    double (*position_s)(const void *context, double t);
    double (*pitch_ratio)(const void *context, double t);
    const void *context;
};
bool attune_clip_warp(struct attune_clip *clip, uint64_t n_frames, const struct attune_warp *warp);

#endif
