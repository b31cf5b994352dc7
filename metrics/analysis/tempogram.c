/* Windowed autocorrelation. The lags asked for are so few that the direct sums beat a transform. */
#include "metrics/analysis/tempogram.h"

#include <math.h>
#include <string.h>

enum { WINDOW = ATTUNE_TEMPOGRAM_WINDOW, LANES = 8 };

static double dot(const float *restrict a, const float *restrict b, size_t n)
{
    double sum[LANES] = {0.0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            sum[j] += (double)(a[i + j] * b[i + j]);
        }
    }
    for (; i < n; i++) {
        sum[0] += (double)(a[i] * b[i]);
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

void attune_tempogram_mean(const float *env, size_t n_frames, size_t n_lags, double *mean)
{
    memset(mean, 0, n_lags * sizeof *mean);
    size_t n_windows = 0;
    for (size_t start = 0; start == 0 || start + WINDOW <= n_frames; start += WINDOW / 4) {
        const size_t n = n_frames < WINDOW ? n_frames : WINDOW;
        float x[WINDOW];
        double sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            sum += (double)env[start + i];
        }
        for (size_t i = 0; i < n; i++) {
            x[i] = env[start + i] - (float)(sum / (double)n);
        }
        const double power = dot(x, x, n);
        if (!(power > 1e-12)) {
            continue;
        }
        for (size_t lag = 0; lag < n_lags && lag < n; lag++) {
            mean[lag] += dot(x, x + lag, n - lag) / power;
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
