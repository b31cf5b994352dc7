/* Mel filters. Slaney 1998, Auditory Toolbox, technical report 1998-010. */
#include "metrics/analysis/mel.h"

#include <math.h>

#include "base/mem.h"

/* The scale's three constants: Hz per mel in the linear part, and the logarithmic part's start and
 * step. */
static const double HZ_PER_MEL = 200.0 / 3.0;
static const double LOG_START_HZ = 1000.0;

static double log_step(void)
{
    return log(6.4) / 27.0;
}

double attune_mel_from_hz(double hz)
{
    return hz < LOG_START_HZ ? hz / HZ_PER_MEL
                             : LOG_START_HZ / HZ_PER_MEL + log(hz / LOG_START_HZ) / log_step();
}

double attune_mel_to_hz(double mel)
{
    const double start = LOG_START_HZ / HZ_PER_MEL;
    return mel < start ? mel * HZ_PER_MEL : LOG_START_HZ * exp(log_step() * (mel - start));
}

/* Height at f of the triangle over lo..mid..hi with unit area. */
static double triangle(double f, double lo, double mid, double hi)
{
    const double rise = (f - lo) / (mid - lo);
    const double fall = (hi - f) / (hi - mid);
    const double height = rise < fall ? rise : fall;
    return height > 0.0 ? height * 2.0 / (hi - lo) : 0.0;
}

enum attune_code attune_mel_init(struct attune_mel *mel, size_t n_bands, size_t fft_size,
                                 double rate_hz, struct attune_err *err)
{
    const size_t n_bins = fft_size / 2 + 1;
    *mel = (struct attune_mel){
        .n_bands = n_bands,
        .first = attune_alloc(n_bands, sizeof *mel->first),
        .n_bins = attune_alloc(n_bands, sizeof *mel->n_bins),
        .offset = attune_alloc(n_bands, sizeof *mel->offset),
        .weights = attune_alloc(2 * n_bins + n_bands, sizeof *mel->weights),
    };
    if (!mel->first || !mel->n_bins || !mel->offset || !mel->weights) {
        attune_mel_release(mel);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu mel filters", n_bands);
    }
    const double step = attune_mel_from_hz(rate_hz / 2) / (double)(n_bands + 1);
    size_t used = 0;
    for (size_t b = 0; b < n_bands; b++) {
        const double lo = attune_mel_to_hz(step * (double)b);
        const double mid = attune_mel_to_hz(step * (double)(b + 1));
        const double hi = attune_mel_to_hz(step * (double)(b + 2));
        mel->offset[b] = used;
        for (size_t k = 0; k < n_bins; k++) {
            const double w = triangle((double)k * rate_hz / (double)fft_size, lo, mid, hi);
            if (w > 0.0) {
                mel->first[b] = mel->n_bins[b] ? mel->first[b] : k;
                mel->n_bins[b]++;
                mel->weights[used++] = (float)w;
            }
        }
    }
    return ATTUNE_OK;
}

void attune_mel_release(struct attune_mel *mel)
{
    attune_release(mel->first);
    attune_release(mel->n_bins);
    attune_release(mel->offset);
    attune_release(mel->weights);
    *mel = (struct attune_mel){0};
}

void attune_mel_apply(const struct attune_mel *mel, const float *restrict power,
                      float *restrict bands)
{
    for (size_t b = 0; b < mel->n_bands; b++) {
        const float *w = mel->weights + mel->offset[b];
        const float *p = power + mel->first[b];
        const size_t n = mel->n_bins[b];
        /* Four sums in a fixed order: the compiler may not reorder one. */
        float sum[4] = {0};
        size_t k = 0;
        for (; k + 4 <= n; k += 4) {
            for (size_t j = 0; j < 4; j++) {
                sum[j] += w[k + j] * p[k + j];
            }
        }
        for (; k < n; k++) {
            sum[0] += w[k] * p[k];
        }
        bands[b] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
}
