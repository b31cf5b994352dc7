/* FFTW behind base/fft.h. The planner is not thread-safe, so one mutex guards it. */
#include <pthread.h>

#include "base/fft.h"
#include "base/mem.h"

#include <fftw3.h>

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

struct attune_fft {
    size_t size;
    float *time;                  /* (size,) */
    float complex *spectrum;      /* (size/2 + 1,) */
    fftwf_plan forward, inverse;
};

struct attune_fft *attune_fft_new(size_t size, struct attune_err *err)
{
    if (size < 2 || size > (1u << 24) || size % 2) {
        attune_fail(err, ATTUNE_E_USAGE, "FFT size %zu: allowed are even sizes 2 .. 2^24", size);
        return NULL;
    }
    struct attune_fft *fft = attune_alloc(1, sizeof *fft);
    if (!fft) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an FFT of size %zu", size);
        return NULL;
    }
    pthread_mutex_lock(&planner);
    fft->size = size;
    fft->time = attune_alloc_aligned(size, sizeof *fft->time);
    fft->spectrum = attune_alloc_aligned(size / 2 + 1, sizeof *fft->spectrum);
    if (fft->time && fft->spectrum) {
        const int n = (int)size;
        fft->forward = fftwf_plan_dft_r2c_1d(n, fft->time, fft->spectrum, FFTW_ESTIMATE);
        fft->inverse = fftwf_plan_dft_c2r_1d(n, fft->spectrum, fft->time, FFTW_ESTIMATE);
    }
    pthread_mutex_unlock(&planner);
    if (!fft->forward || !fft->inverse) {
        attune_fft_free(fft);
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an FFT of size %zu", size);
        return NULL;
    }
    return fft;
}

void attune_fft_free(struct attune_fft *fft)
{
    if (!fft) {
        return;
    }
    pthread_mutex_lock(&planner);
    fftwf_destroy_plan(fft->forward);
    fftwf_destroy_plan(fft->inverse);
    attune_release(fft->time);
    attune_release(fft->spectrum);
    pthread_mutex_unlock(&planner);
    attune_release(fft);
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

void attune_fft_forward(struct attune_fft *fft)
{
    fftwf_execute(fft->forward);
}

void attune_fft_inverse(struct attune_fft *fft)
{
    fftwf_execute(fft->inverse);
}

const char *attune_fft_backend(void)
{
    return fftwf_version;
}
