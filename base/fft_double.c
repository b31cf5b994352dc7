/* Cooley-Tukey, decimation in time, on half the size: even samples are the real, odd samples the
 * imaginary parts, and their spectra are taken apart by symmetry. */
#include "base/fft_double.h"

#include <math.h>

#include "base/mem.h"

struct attune_fft_double {
    size_t half;             /* points of the complex transform */
    double complex *z;       /* (half,) */
    double complex *twiddle; /* (half,) e^(-2 pi i k / (2 half)) */
};

struct attune_fft_double *attune_fft_double_new(size_t size)
{
    struct attune_fft_double *fft = attune_alloc(1, sizeof *fft);
    if (!fft) {
        return NULL;
    }
    fft->half = size / 2;
    fft->z = attune_alloc(fft->half, sizeof *fft->z);
    fft->twiddle = attune_alloc(fft->half, sizeof *fft->twiddle);
    if (!fft->z || !fft->twiddle) {
        attune_fft_double_free(fft);
        return NULL;
    }
    for (size_t k = 0; k < fft->half; k++) {
        const double angle = -2.0 * M_PI * (double)k / (double)size;
        fft->twiddle[k] = cos(angle) + I * sin(angle);
    }
    return fft;
}

void attune_fft_double_free(struct attune_fft_double *fft)
{
    if (fft) {
        attune_release(fft->z);
        attune_release(fft->twiddle);
        attune_release(fft);
    }
}

/* The samples in pairs, in the order of reversed bits. */
static void load_reversed(struct attune_fft_double *fft, const double *x)
{
    size_t reversed = 0;
    for (size_t i = 0; i < fft->half; i++) {
        fft->z[reversed] = x[2 * i] + I * x[2 * i + 1];
        size_t bit = fft->half / 2;
        for (; bit && reversed & bit; bit /= 2) {
            reversed ^= bit;
        }
        reversed |= bit;
    }
}

/* Spelled out: C's own product minds infinities, at ten times the cost. */
static inline double complex product(double complex a, double complex b)
{
    return (creal(a) * creal(b) - cimag(a) * cimag(b)) +
           I * (creal(a) * cimag(b) + cimag(a) * creal(b));
}

static void transform(struct attune_fft_double *fft)
{
    for (size_t span = 1; span < fft->half; span *= 2) {
        const size_t stride = fft->half / span; /* of the twiddles, which go round in 2 half */
        for (size_t start = 0; start < fft->half; start += 2 * span) {
            double complex *restrict a = fft->z + start, *restrict b = a + span;
            for (size_t k = 0; k < span; k++) {
                const double complex t = product(b[k], fft->twiddle[k * stride]);
                b[k] = a[k] - t;
                a[k] += t;
            }
        }
    }
}

static double squared(double complex x)
{
    return creal(x) * creal(x) + cimag(x) * cimag(x);
}

void attune_fft_double_power(struct attune_fft_double *fft, const double *x, double *power)
{
    const size_t n = fft->half;
    load_reversed(fft, x);
    transform(fft);
    for (size_t k = 0; k < n; k++) {
        const double complex here = fft->z[k], mirror = conj(fft->z[k ? n - k : 0]);
        const double complex even = 0.5 * (here + mirror), rest = 0.5 * (here - mirror);
        const double complex odd = cimag(rest) - I * creal(rest);
        power[k] = squared(even + product(fft->twiddle[k], odd));
    }
    const double last = creal(fft->z[0]) - cimag(fft->z[0]);
    power[n] = last * last;
}
