/* Power spectra in double precision, for numbers that must agree with a double-precision peer: in
 * single precision rounding spreads about -140 dB of the strongest partial over every bin, which
 * shows where weak bins carry weight. Plain radix 2, about a tenth of the speed of fft.h. */
#ifndef ATTUNE_BASE_FFT_DOUBLE_H
#define ATTUNE_BASE_FFT_DOUBLE_H

#include <complex.h>
#include <stddef.h>

struct attune_fft_double;

/* size: a power of two, at least 4. NULL when out of memory. */
struct attune_fft_double *attune_fft_double_new(size_t size);
void attune_fft_double_free(struct attune_fft_double *fft);

/* power[k] = |X[k]|^2 of the real samples x, k = 0 .. size/2, with X as in fft.h. One thread at a
 * time. */
void attune_fft_double_power(struct attune_fft_double *fft, const double *x, double *power);

#endif
