/* Gaussian kernel densities of many distances on a common grid, by linear binning: the distances
 * are shared out between their two neighbours on the grid, and the counts are convolved with the
 * kernel (Wand 1994). Bandwidth as in Scott's rule, n^(-1/5) times the standard deviation. */
#ifndef ATTUNE_METRICS_SET_DENSITY_H
#define ATTUNE_METRICS_SET_DENSITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ATTUNE_DENSITY_POINTS = 1024 };

/* Distances between two lists of pieces; NaN where one of the two lacks the feature. */
struct attune_distances {
    const double *v; /* (n_rows, n_cols) */
    size_t n_rows, n_cols;
    bool within;     /* rows and columns are the same pieces: a piece and itself are no pair */
};

struct attune_spread {
    double n, mean, sd, low, high; /* n: ordered pairs, as each piece is left out in its turn */
    double bandwidth;              /* 0: there is none, as the distances do not vary */
};

/* Of the pairs of the pieces that rows and cols name; NULL: all in order. */
struct attune_spread attune_distances_spread(const struct attune_distances *distances,
                                             const uint32_t *rows, size_t n_rows,
                                             const uint32_t *cols, size_t n_cols);

struct attune_density_grid {
    double low, step;
};

/* Shares of mass at the points of the grid, sum 1, into out (ATTUNE_DENSITY_POINTS,). scratch
 * (2 * ATTUNE_DENSITY_POINTS,). */
void attune_density(const struct attune_distances *distances, const uint32_t *rows, size_t n_rows,
                    const uint32_t *cols, size_t n_cols, double bandwidth,
                    const struct attune_density_grid *grid, double *scratch, double *out);

#endif
