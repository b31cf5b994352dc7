/* Mean and covariance of a set in double precision. */
#ifndef ATTUNE_METRICS_SET_MOMENTS_H
#define ATTUNE_METRICS_SET_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { ATTUNE_MOMENTS_BLOCK = 256 };

/* Of rows (n, d), or of the n_index rows that index names (repetitions count). The covariance
 * divides by the number of rows - 1. mean (d,), cov (d, d); scratch (ATTUNE_MOMENTS_BLOCK, d). At
 * least 2 rows. */
void attune_moments(const float *rows, size_t n, size_t d, const uint32_t *index, double *mean,
                    double *cov, double *scratch);

/* The mean alone. */
void attune_moments_mean(const float *rows, size_t n, size_t d, const uint32_t *index,
                         double *mean);

#endif
