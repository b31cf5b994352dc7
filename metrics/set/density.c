#include "metrics/set/density.h"

#include <math.h>
#include <string.h>

/* Distances whose spread is below this share of their size vary by rounding only. */
static const double least_spread = 1e-6;

enum { REACH = 8 }; /* of the kernel, in bandwidths */

static double pick(const struct attune_distances *d, const uint32_t *rows, size_t i,
                   const uint32_t *cols, size_t j)
{
    const size_t row = rows ? rows[i] : i, col = cols ? cols[j] : j;
    return d->within && row == col ? NAN : d->v[row * d->n_cols + col];
}

struct attune_spread attune_distances_spread(const struct attune_distances *distances,
                                             const uint32_t *rows, size_t n_rows,
                                             const uint32_t *cols, size_t n_cols)
{
    struct attune_spread s = {.low = INFINITY, .high = -INFINITY};
    double squares = 0.0;
    for (size_t i = 0; i < n_rows; i++) {
        for (size_t j = 0; j < n_cols; j++) {
            const double x = pick(distances, rows, i, cols, j);
            if (!isnan(x)) { /* Welford's update keeps the digits of nearly equal distances */
                const double step = x - s.mean;
                s.n += 1.0;
                s.mean += step / s.n;
                squares += step * (x - s.mean);
                s.low = x < s.low ? x : s.low;
                s.high = x > s.high ? x : s.high;
            }
        }
    }
    s.sd = s.n > 1.0 ? sqrt(squares / (s.n - 1.0)) : 0.0;
    s.bandwidth = s.sd > least_spread * s.high ? s.sd * pow(s.n, -0.2) : 0.0;
    return s;
}

static void count(const struct attune_distances *distances, const uint32_t *rows, size_t n_rows,
                  const uint32_t *cols, size_t n_cols, const struct attune_density_grid *grid,
                  double *bin)
{
    memset(bin, 0, ATTUNE_DENSITY_POINTS * sizeof *bin);
    for (size_t i = 0; i < n_rows; i++) {
        for (size_t j = 0; j < n_cols; j++) {
            const double x = pick(distances, rows, i, cols, j);
            if (!isnan(x)) {
                const double at = (x - grid->low) / grid->step;
                size_t left = at > 0.0 ? (size_t)at : 0;
                left = left > ATTUNE_DENSITY_POINTS - 2 ? ATTUNE_DENSITY_POINTS - 2 : left;
                bin[left] += 1.0 - (at - (double)left);
                bin[left + 1] += at - (double)left;
            }
        }
    }
}

void attune_density(const struct attune_distances *distances, const uint32_t *rows, size_t n_rows,
                    const uint32_t *cols, size_t n_cols, double bandwidth,
                    const struct attune_density_grid *grid, double *scratch, double *out)
{
    enum { N = ATTUNE_DENSITY_POINTS };
    double *restrict bin = scratch, *restrict kernel = scratch + N, total = 0.0;
    count(distances, rows, n_rows, cols, n_cols, grid, bin);
    const double wanted = ceil(REACH * bandwidth / grid->step);
    const size_t reach = wanted < N - 1 ? (size_t)wanted : N - 1;
    for (size_t k = 0; k <= reach; k++) {
        const double z = (double)k * grid->step / bandwidth;
        kernel[k] = exp(-0.5 * z * z);
    }
    memset(out, 0, N * sizeof *out);
    for (size_t j = 0; j < N; j++) {
        if (bin[j] == 0.0) {
            continue;
        }
        const size_t right = j + reach < N ? reach : N - 1 - j, left = reach < j ? reach : j;
        double *restrict at = out + j;
        for (size_t k = 0; k <= right; k++) {
            at[k] += bin[j] * kernel[k];
        }
        for (size_t k = 1; k <= left; k++) {
            out[j - k] += bin[j] * kernel[k];
        }
    }
    for (size_t j = 0; j < N; j++) {
        total += out[j];
    }
    for (size_t j = 0; j < N; j++) {
        out[j] /= total;
    }
}
