/* Nearest-neighbour manifolds of two sets (Kynkaanniemi et al. 2019; Naeem et al. 2020): the union
 * of balls around the points of a set, each reaching to its k-th nearest other point of the same
 * set; a point lies in a ball when it is strictly nearer than the radius.
 *
 * Distances are filtered in single precision; whatever lies within the rounding error of a radius,
 * and the radii themselves, are computed again in double precision, so that the counts are exact.
 */
#ifndef ATTUNE_METRICS_SET_NEIGHBOURS_H
#define ATTUNE_METRICS_SET_NEIGHBOURS_H

#include <stdint.h>

#include "metrics/set/points.h"

enum { ATTUNE_NEIGHBOURS_MAX_K = 100 };

struct attune_neighbours {
    double *recalled;  /* (n,) 1 where the reference point lies in a ball of the candidates */
    double *covered;   /* (n,) 1 where the reference point's own ball holds a candidate */
    double *precise;   /* (m,) 1 where the candidate lies in a ball of the reference */
    double *density;   /* (m,) reference balls that hold the candidate, over k */
};

void attune_neighbours_release(struct attune_neighbours *neighbours);

/* 1 <= k < n, m; k <= ATTUNE_NEIGHBOURS_MAX_K. ATTUNE_E_MEMORY. */
enum attune_code attune_neighbours_compute(const struct attune_points *reference,
                                           const struct attune_points *candidate, size_t k,
                                           size_t n_threads, struct attune_neighbours *out,
                                           struct attune_err *err);

/* Squared distance of every point to its k-th nearest other point: square (n,), exact. 1 <= k < n,
 * k <= ATTUNE_NEIGHBOURS_MAX_K. ATTUNE_E_MEMORY. */
enum attune_code attune_neighbour_squares(const struct attune_points *points, size_t k,
                                          size_t n_threads, double *square, struct attune_err *err);

/* Squared distance from each row of a to the nearest row of b: out (a->n,), single precision. */
enum attune_code attune_nearest_squares(const struct attune_points *a,
                                        const struct attune_points *b, size_t n_threads, float *out,
                                        struct attune_err *err);

#endif
