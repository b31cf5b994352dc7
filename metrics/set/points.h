/* Pairwise squared distances between two sets of points, tile by tile, never a whole matrix in
 * memory. */
#ifndef ATTUNE_METRICS_SET_POINTS_H
#define ATTUNE_METRICS_SET_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Points in single precision with their squared norms. Centred near the origin by whoever makes
 * them: the distance is computed as |a|^2 + |b|^2 - 2 ab, which loses digits far from it. */
struct attune_points {
    float *v;       /* (n, d) */
    float *square;  /* (n,) squared norms */
    size_t n, d;
};

enum attune_code attune_points_init(struct attune_points *points, const float *rows, size_t n,
                                    size_t d, const double *centre, struct attune_err *err);
void attune_points_release(struct attune_points *points);

/* Squared distance of two points in double precision. */
double attune_points_square_distance(const struct attune_points *a, size_t i,
                                     const struct attune_points *b, size_t j);

enum { ATTUNE_TILE_ROWS = 512, ATTUNE_TILE_COLS = 512 };

/* Rows row .. row + n_rows - 1 of a against columns col .. of b. */
struct attune_tile {
    size_t row, col, n_rows, n_cols;
    size_t block;    /* row / ATTUNE_TILE_ROWS: the item of the parallel loop */
    float *square;   /* (n_rows, n_cols) squared distances >= 0; may be overwritten */
};
typedef void attune_tile_fn(void *context, const struct attune_tile *tile);

/* Calls fn for all tiles: row blocks in parallel, the tiles of one row block in order of columns on
 * one thread. symmetric: a is b, and tiles wholly below the diagonal are left out; elements below
 * the diagonal within the others are not. Same bits for any number of threads if fn writes per row
 * or per block. */
enum attune_code attune_points_tiles(const struct attune_points *a, const struct attune_points *b,
                                     bool symmetric, size_t n_threads, attune_tile_fn *fn,
                                     void *context, struct attune_err *err);

static inline size_t attune_tile_blocks(size_t n)
{
    return (n + ATTUNE_TILE_ROWS - 1) / ATTUNE_TILE_ROWS;
}

/* The element of the given rank (0: smallest) among the n (n - 1)/2 distances between different
 * points: exact, in one pass after a seeded sample has bracketed it. n >= 2. */
enum attune_code attune_points_quantile(const struct attune_points *points, double rank_share,
                                        size_t n_threads, double *distance, struct attune_err *err);

#endif
