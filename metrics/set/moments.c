/* Two passes: the mean, then A^T A of centred blocks by a symmetric rank-k update. */
#include "metrics/set/moments.h"

#include "base/linalg.h"

void attune_moments_mean(const float *rows, size_t n, size_t d, const uint32_t *index, double *mean)
{
    memset(mean, 0, d * sizeof *mean);
    for (size_t i = 0; i < n; i++) {
        const float *restrict row = rows + (index ? index[i] : i) * d;
        for (size_t j = 0; j < d; j++) {
            mean[j] += row[j];
        }
    }
    for (size_t j = 0; j < d; j++) {
        mean[j] /= (double)n;
    }
}

void attune_moments(const float *rows, size_t n, size_t d, const uint32_t *index, double *mean,
                    double *cov, double *scratch)
{
    attune_moments_mean(rows, n, d, index, mean);
    memset(cov, 0, d * d * sizeof *cov);
    for (size_t begin = 0; begin < n; begin += ATTUNE_MOMENTS_BLOCK) {
        const size_t n_block = n - begin < ATTUNE_MOMENTS_BLOCK ? n - begin : ATTUNE_MOMENTS_BLOCK;
        for (size_t i = 0; i < n_block; i++) {
            const float *restrict row = rows + (index ? index[begin + i] : begin + i) * d;
            double *restrict centred = scratch + i * d;
            for (size_t j = 0; j < d; j++) {
                centred[j] = row[j] - mean[j];
            }
        }
        attune_gram_add(scratch, n_block, d, cov);
    }
    const double scale = 1.0 / ((double)n - 1.0);
    for (size_t i = 0; i < d; i++) {
        for (size_t j = i; j < d; j++) {
            cov[i * d + j] *= scale;
        }
    }
    attune_symmetrise(cov, d);
}
