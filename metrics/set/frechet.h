/* The Frechet distance between two Gaussians fitted to sets of embeddings (Dowson & Landau 1982; as
 * a distance of audio sets, Kilgour et al. 2019):
 *
 *     |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)
 *
 * The last trace is the sum of the singular values of F1 F2^T for any factors S = F^T F: Cholesky
 * factors of the covariances, or the centred rows themselves where a set has fewer rows than
 * columns. They come as square roots of the eigenvalues of a symmetric matrix; negative ones are
 * rounding and count as zero. */
#ifndef ATTUNE_METRICS_SET_FRECHET_H
#define ATTUNE_METRICS_SET_FRECHET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct attune_frechet {
    double distance, mean_term, trace_first, trace_second, trace_root;
    size_t rank_first, rank_second; /* of the covariances; from rows: at most n - 1 */
    /* sum of the magnitudes of negative eigenvalues over the sum of the positive ones */
    double clipped;
};

/* Scratch for d dimensions, four (d, d) matrices; one per thread. */
struct attune_frechet_work;
struct attune_frechet_work *attune_frechet_work_new(size_t d, struct attune_err *err);
void attune_frechet_work_free(struct attune_frechet_work *work);

/* A side of the comparison: n rows (n, d), or those that index (n,) names. */
struct attune_frechet_side {
    const float *rows;
    size_t n;
    const uint32_t *index; /* NULL: all */
};

/* n >= 2 on both sides. */
enum attune_code attune_frechet_rows(struct attune_frechet_work *work,
                                     const struct attune_frechet_side *first,
                                     const struct attune_frechet_side *second,
                                     struct attune_frechet *out, struct attune_err *err);

/* From given moments, mean (d,) and covariance (d, d). */
enum attune_code attune_frechet_moments(struct attune_frechet_work *work, const double *mean_first,
                                        const double *cov_first, const double *mean_second,
                                        const double *cov_second, struct attune_frechet *out,
                                        struct attune_err *err);

#endif
