/* Squared maximum mean discrepancy between two sets, Gaussian kernel, unbiased (Gretton et al.
 * 2012, eq. 3):
 *
 *     sum_{i != j} k(x_i, x_j) / (n (n-1)) + sum_{i != j} k(y_i, y_j) / (m (m-1)) - 2 mean k(x_i,
 * y_j) k(x, y) = exp(-|x - y|^2 / (2 s^2))
 *
 * Distances come in single-precision tiles, sums are double. May be negative. */
#ifndef ATTUNE_METRICS_SET_KERNEL_H
#define ATTUNE_METRICS_SET_KERNEL_H

#include "metrics/set/points.h"

struct attune_mmd {
    double square;      /* the discrepancy */
    double bandwidth;   /* s */
    /* Influence of each item: the derivative of the discrepancy with respect to its weight, but for
     * a constant. Their resampled means give the bootstrap (Hajek projection). */
    double *influence_x; /* (n,) 2 (mean_j k(x_i, x_j) - mean_j k(x_i, y_j)) */
    double *influence_y; /* (m,) */
};

void attune_mmd_release(struct attune_mmd *mmd);

/* n, m >= 2. bandwidth > 0. ATTUNE_E_MEMORY. */
enum attune_code attune_mmd_compute(const struct attune_points *x, const struct attune_points *y,
                                    double bandwidth, size_t n_threads, struct attune_mmd *out,
                                    struct attune_err *err);

#endif
