/* Autocorrelation of an onset envelope over lags of up to a few seconds.
 *
 * The tempogram's columns are the autocorrelations of windows of about 9 s, each divided by its
 * value at lag 0; what tempo estimation needs is their mean, so only that is kept. */
#ifndef ATTUNE_METRICS_ANALYSIS_TEMPOGRAM_H
#define ATTUNE_METRICS_ANALYSIS_TEMPOGRAM_H

#include <stddef.h>

enum {
    ATTUNE_TEMPOGRAM_WINDOW = 384, /* frames */
    ATTUNE_TEMPOGRAM_MAX_LAGS = 560,
};

/* One column: the mean-free autocorrelation of n frames, at most ATTUNE_TEMPOGRAM_WINDOW, over that
 * at lag 0; ac: (n_lags,), 0 from lag n on. Returns 0, and leaves ac alone, where the frames are
 * constant. */
int attune_tempogram_column(const float *env, size_t n, size_t n_lags, double *ac);

/* Mean over windows (hop: a quarter window) of the mean-free autocorrelation; mean: (n_lags,),
 * mean[0] = 1 unless the envelope is constant, then all 0. A shorter envelope is one window. n_lags
 * is at most ATTUNE_TEMPOGRAM_MAX_LAGS. */
void attune_tempogram_mean(const float *env, size_t n_frames, size_t n_lags, double *mean);

/* The same for several bands at once, windows of about 30 s: rhythm told by which bands sound.
 * bands: (n_frames, n_bands); mean: (n_lags,), at most ATTUNE_TEMPOGRAM_MAX_LAGS. Sums of products
 * over bands and time, unbiased, over that at lag 0; 0 beyond the envelope's length. */
void attune_tempogram_bands(const float *bands, size_t n_frames, size_t n_bands, size_t n_lags,
                            double *mean);

/* Pearson correlation of env[t] with env[t + lag]; 0 where either part is constant. lag < n_frames.
 * */
double attune_autocorrelation(const float *env, size_t n_frames, size_t lag);

#endif
