/* The front end's state, shared by its two files: frontend.c reads the source, frontend_window.c
 * slides over the analysis signal. */
#ifndef ATTUNE_METRICS_ANALYSIS_FRONTEND_WINDOW_H
#define ATTUNE_METRICS_ANALYSIS_FRONTEND_WINDOW_H

#include "base/fft.h"
#include "metrics/analysis/base_frames.h"
#include "metrics/analysis/compat_frames.h"
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/meter.h"

enum {
    ATTUNE_WINDOW_PAD = ATTUNE_HARMONIC_SIZE / 2, /* zeros before and after the signal: half the
                                                     longest frame */
    ATTUNE_WINDOW_CAPACITY = 3 * ATTUNE_HARMONIC_SIZE,
};

struct attune_frontend {
    struct attune_meter *meter;
    struct attune_base_frames *base;
    struct attune_compat_frames compat;
    struct attune_harmonic_frames *harmonic;
    struct attune_musdr_chroma *musdr;
    struct attune_hum hum;
    struct attune_fft *harmonic_fft;
    float *harmonic_window; /* (ATTUNE_HARMONIC_SIZE,) */
    float *harmonic_power;  /* (ATTUNE_HARMONIC_SIZE/2 + 1,) */
    float *interleaved;     /* one block: (n, n_channels) */
    size_t interleaved_capacity;
    float *mono; /* one block: mean of the channels */
    /* of this sample; NULL: source already at the analysis rate */
    struct attune_resampler *resampler;

    /* The analysis signal in a sliding window. Positions count from the first sample, zeros before
     * it. */
    float *signal;                                /* (ATTUNE_WINDOW_CAPACITY,) */
    int64_t start;                                /* position of signal[0] */
    size_t n_signal;                              /* samples in the window */
    int64_t n_total;                              /* real samples so far, without the padding */
    int64_t next_base, next_harmonic, next_musdr; /* index of the next frame */

    unsigned needs;
    attune_clock *clock;
    struct attune_stage_times times;
};

/* By the lent clock, 0 without one. */
double attune_frontend_now(const struct attune_frontend *f);

/* Adds the time since `since` to a stage and returns the time now. */
double attune_frontend_lap(const struct attune_frontend *f, double *stage, double since);

/* An empty window: the padding before the signal. */
void attune_window_reset(struct attune_frontend *f);

/* Appends n samples of the analysis signal (NULL: zeros of the padding) and computes the frames
 * that are complete. Returns 0 when out of memory. */
int attune_window_append(struct attune_frontend *f, const float *samples, size_t n);

/* The same through the resampler (mono NULL: flushes it). */
int attune_window_append_resampled(struct attune_frontend *f, const float *mono, size_t n);

#endif
