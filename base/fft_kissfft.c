/* KissFFT behind base/fft.h: the permissively licensed backend, and FFTW's oracle in the tests. */
#include "base/fft.h"
#include "base/mem.h"

#include <kissfft/kiss_fftr.h>

struct attune_fft {
    size_t size;
    float *time;             /* (size,) */
    float complex *spectrum; /* (size/2 + 1,) */
    kiss_fftr_cfg forward, inverse;
};

struct attune_fft *attune_fft_new(size_t size, struct attune_err *err)
{
    if (size < 2 || size > (1u << 24) || size % 2) {
        attune_fail(err, ATTUNE_E_USAGE, "FFT size %zu: allowed are even sizes 2 .. 2^24", size);
        return NULL;
    }
    struct attune_fft *fft = attune_alloc(1, sizeof *fft);
    if (fft) {
        fft->size = size;
        fft->time = attune_alloc_aligned(size, sizeof *fft->time);
        fft->spectrum = attune_alloc_aligned(size / 2 + 1, sizeof *fft->spectrum);
        fft->forward = kiss_fftr_alloc((int)size, 0, NULL, NULL);
        fft->inverse = kiss_fftr_alloc((int)size, 1, NULL, NULL);
    }
    if (!fft || !fft->time || !fft->spectrum || !fft->forward || !fft->inverse) {
        attune_fft_free(fft);
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an FFT of size %zu", size);
        return NULL;
    }
    return fft;
}

void attune_fft_free(struct attune_fft *fft)
{
    if (fft) {
        attune_release(fft->time);
        attune_release(fft->spectrum);
        kiss_fftr_free(fft->forward);
        kiss_fftr_free(fft->inverse);
        attune_release(fft);
    }
}

size_t attune_fft_size(const struct attune_fft *fft)
{
    return fft->size;
}

float *attune_fft_time(struct attune_fft *fft)
{
    return fft->time;
}

float complex *attune_fft_spectrum(struct attune_fft *fft)
{
    return fft->spectrum;
}

/* kiss_fft_cpx {float r, i} and C11 float complex have the same layout (C11 6.2.5 p13). */
void attune_fft_forward(struct attune_fft *fft)
{
    kiss_fftr(fft->forward, fft->time, (kiss_fft_cpx *)fft->spectrum);
}

void attune_fft_inverse(struct attune_fft *fft)
{
    kiss_fftri(fft->inverse, (const kiss_fft_cpx *)fft->spectrum, fft->time);
}

const char *attune_fft_backend(void)
{
    return "kissfft";
}
