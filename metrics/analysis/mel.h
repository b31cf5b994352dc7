/* A bank of triangular mel filters, Slaney's scale and normalisation (Auditory Toolbox, librosa):
 * linear below 1 kHz, logarithmic above, each triangle of unit area in Hz. */
#ifndef ATTUNE_METRICS_ANALYSIS_MEL_H
#define ATTUNE_METRICS_ANALYSIS_MEL_H

#include "base/err.h"

struct attune_mel {
    size_t n_bands;
    size_t *first;   /* (n_bands,) first bin of each band */
    size_t *n_bins;  /* (n_bands,) */
    size_t *offset;  /* (n_bands,) where the band's weights begin */
    float *weights;  /* all bands one after another */
};

enum attune_code attune_mel_init(struct attune_mel *mel, size_t n_bands, size_t fft_size,
                                 double rate_hz, struct attune_err *err);
void attune_mel_release(struct attune_mel *mel);

/* power: (fft_size/2 + 1,) -> bands: (n_bands,) */
void attune_mel_apply(const struct attune_mel *mel, const float *restrict power,
                      float *restrict bands);

double attune_mel_from_hz(double hz);
double attune_mel_to_hz(double mel);

#endif
