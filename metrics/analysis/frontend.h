/* The audio front end: one streaming pass over the source that leaves per-frame features.
 *
 *   source -> levels (original rate and channels: loudness, peaks, clipping, stereo)
 *          -> mean of channels -> libsoxr 22 050 Hz -> Hann 2048, hop 512 -> per-frame features
 *          below
 *                                                   -> Hann 8192, hop 2048 -> harmonic_frames.h
 *
 * Frames are centred with zero padding: frame i is centred on sample i * hop. */
#ifndef ATTUNE_METRICS_ANALYSIS_FRONTEND_H
#define ATTUNE_METRICS_ANALYSIS_FRONTEND_H

#include <stdbool.h>

#include "metrics/analysis/analysis.h"
#include "metrics/analysis/harmonic_frames.h"
#include "metrics/analysis/musdr_chroma.h"
#include "metrics/analysis/hum.h"

enum {
    ATTUNE_ANALYSIS_RATE = 22050,
    ATTUNE_FRAME_SIZE = 2048,
    ATTUNE_FRAME_HOP = 512,
    ATTUNE_N_MEL = 128,
    ATTUNE_N_FLUX_BANDS = 16, /* of 8 mel bands each */
};

/* Per-frame features of the base spectrogram; arrays are (n_frames,). NULL arrays were not asked
 * for. */
struct attune_frames {
    const char *why;
    size_t n_frames;
    double rate_hz;             /* 22050 / 512 */
    const float *onset_flux;    /* mean over 128 mel bands of the positive dB difference */
    const float *flux_bands;    /* (n_frames, 16) the same by groups of 8 mel bands, low to high */
    const float *bass;          /* amplitude of the lowest 8 mel bands, below 210 Hz */
    const float *level_db;      /* frame level relative to full scale (RMS), floor -120 */
    const float *centroid_hz;
    const float *rolloff99_hz;  /* frequency below which 99 % of the power lies */
    /* (128,) mean of each mel band's dB over the frame's mean over bands */
    const float *mel_shape_mean;
    /* (128,) its standard deviation; frames above -90 dB of full scale */
    const float *mel_shape_sd;
    const float *flatness;      /* geometric over arithmetic mean of the power */
    const bool *silent;         /* 60 dB below the loudest frame, or below -90 dB of full scale */
    size_t n_silent;
    double loudest_db;
    const struct attune_harmonic_frames *harmonic;
    const struct attune_musdr_chroma *musdr; /* with ATTUNE_NEED_COMPAT */
    const struct attune_hum *hum;
    const struct attune_compat_frames *compat;
};

const struct attune_frames *attune_analysis_frames(struct attune_analysis *analysis);

struct attune_frontend;
struct attune_frontend *attune_frontend_new(struct attune_err *err);
void attune_frontend_free(struct attune_frontend *frontend);

/* Runs the pass and fills the analysis' frames and duration; attune_analysis_load_audio calls it.
 * */
enum attune_code attune_frontend_run(struct attune_frontend *frontend,
                                     struct attune_analysis *analysis,
                                     struct attune_audio_source *source, unsigned needs,
                                     struct attune_err *err);

/* window[i] = (1 - cos(2 pi i / n)) / 2, the periodic Hann window. */
void attune_hann(float *window, size_t n);

/* Where the time of a pass goes. Metrics read no clock: the caller lends one (seconds, monotonic).
 * */
struct attune_stage_times {
    double decode_s, levels_s, resample_s, base_s, harmonic_s;
};

typedef double attune_clock(void);

/* From now on every pass measures its stages by this clock; NULL: no longer. Kept across samples.
 * */
void attune_analysis_set_clock(struct attune_analysis *analysis, attune_clock *clock);

/* Of the sample loaded last; all zero without a clock. */
struct attune_stage_times attune_analysis_stage_times(const struct attune_analysis *analysis);

#endif
