/* Windowed autocorrelation. The lags asked for are so few that the direct sums beat a transform. */
#include "metrics/analysis/tempogram.h"

#include <math.h>
#include <string.h>

enum { WINDOW = ATTUNE_TEMPOGRAM_WINDOW, LONG_WINDOW = 1280, LANES = 16 };

static double dot(const float *restrict a, const float *restrict b, size_t n)
{
    float sum[LANES] = {0.0f};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            sum[j] += a[i + j] * b[i + j];
        }
    }
    for (; i < n; i++) {
        sum[0] += a[i] * b[i];
    }
    double total = 0.0;
    for (size_t j = 0; j < LANES; j++) {
        total += (double)sum[j];
    }
    return total;
}

int attune_tempogram_column(const float *env, size_t n, size_t n_lags, double *ac)
{
    float x[WINDOW];
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)env[i];
    }
    for (size_t i = 0; i < n; i++) {
        x[i] = env[i] - (float)(sum / (double)n);
    }
    const double power = dot(x, x, n);
    if (!(power > 1e-12)) {
        return 0;
    }
    for (size_t lag = 0; lag < n_lags; lag++) {
        ac[lag] = lag < n ? dot(x, x + lag, n - lag) / power : 0.0;
    }
    return 1;
}

void attune_tempogram_mean(const float *env, size_t n_frames, size_t n_lags, double *mean)
{
    double ac[ATTUNE_TEMPOGRAM_MAX_LAGS];
    memset(mean, 0, n_lags * sizeof *mean);
    size_t n_windows = 0;
    for (size_t start = 0; start == 0 || start + WINDOW <= n_frames; start += WINDOW / 4) {
        const size_t n = n_frames < WINDOW ? n_frames : WINDOW;
        if (!attune_tempogram_column(env + start, n, n_lags, ac)) {
            continue;
        }
        for (size_t lag = 0; lag < n_lags; lag++) {
            mean[lag] += ac[lag];
        }
        n_windows++;
    }
    for (size_t lag = 0; lag < n_lags && n_windows; lag++) {
        mean[lag] /= (double)n_windows;
    }
}

/* Band b of the window at start, mean-free, to x (n,). */
static void take_band(const float *bands, size_t n_bands, size_t b, size_t start, size_t n,
                      float *x)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        x[i] = bands[(start + i) * n_bands + b];
        sum += (double)x[i];
    }
    const float mean = (float)(sum / (double)n);
    for (size_t i = 0; i < n; i++) {
        x[i] -= mean;
    }
}

void attune_tempogram_bands(const float *bands, size_t n_frames, size_t n_bands, size_t n_lags,
                            double *mean)
{
    double sum[ATTUNE_TEMPOGRAM_MAX_LAGS] = {0.0};
    memset(mean, 0, n_lags * sizeof *mean);
    size_t n_windows = 0;
    for (size_t start = 0; start == 0 || start + LONG_WINDOW <= n_frames;
         start += LONG_WINDOW / 2) {
        const size_t n = n_frames < LONG_WINDOW ? n_frames : LONG_WINDOW;
        memset(sum, 0, sizeof sum);
        for (size_t b = 0; b < n_bands; b++) {
            float x[LONG_WINDOW];
            take_band(bands, n_bands, b, start, n, x);
            for (size_t lag = 0; lag < n_lags && lag < n; lag++) {
                sum[lag] += dot(x, x + lag, n - lag);
            }
        }
        if (!(sum[0] > 1e-9)) {
            continue;
        }
        for (size_t lag = 0; lag < n_lags && lag < n; lag++) {
            mean[lag] += sum[lag] / sum[0] * (double)n / (double)(n - lag);
        }
        n_windows++;
    }
    for (size_t lag = 0; lag < n_lags && n_windows; lag++) {
        mean[lag] /= (double)n_windows;
    }
}

double attune_autocorrelation(const float *env, size_t n_frames, size_t lag)
{
    const size_t n = n_frames - lag;
    double sum_a = 0.0, sum_b = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum_a += (double)env[i];
        sum_b += (double)env[i + lag];
    }
    const double mean_a = sum_a / (double)n, mean_b = sum_b / (double)n;
    double aa = 0.0, bb = 0.0, ab = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double a = (double)env[i] - mean_a, b = (double)env[i + lag] - mean_b;
        aa += a * a;
        bb += b * b;
        ab += a * b;
    }
    return aa > 1e-12 && bb > 1e-12 ? ab / sqrt(aa * bb) : 0.0;
}
