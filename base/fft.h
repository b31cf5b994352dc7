/* Real fast Fourier transforms, single precision, one interface over FFTW (default) and KissFFT.
 *
 * forward: X[k] = sum_n x[n] e^(-2 pi i k n / N), k = 0 .. N/2, unscaled. inverse: unscaled too, so
 * that inverse(forward(x)) = N x. Plans are estimated, never measured: the same bits on every run.
 * A plan may be used by one thread at a time; making and freeing plans is serialised inside.
 */
#ifndef ATTUNE_BASE_FFT_H
#define ATTUNE_BASE_FFT_H

#include <complex.h>

#include "base/err.h"

struct attune_fft;

/* size: even, 2 .. 2^24. Returns NULL with err filled (ATTUNE_E_USAGE, ATTUNE_E_MEMORY). */
struct attune_fft *attune_fft_new(size_t size, struct attune_err *err);
void attune_fft_free(struct attune_fft *fft);

size_t attune_fft_size(const struct attune_fft *fft);

/* The plan's own 64-byte aligned buffers: fill the input, run, read the output, with no copy.
 * time: (size,) float; spectrum: (size/2 + 1,) float complex. The inverse destroys the spectrum. */
float *attune_fft_time(struct attune_fft *fft);
float complex *attune_fft_spectrum(struct attune_fft *fft);
void attune_fft_forward(struct attune_fft *fft);
void attune_fft_inverse(struct attune_fft *fft);

/* "fftw 3.3.10" or "kissfft": recorded in the provenance. */
const char *attune_fft_backend(void);

#endif
