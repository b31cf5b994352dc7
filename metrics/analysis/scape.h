/* Fitness of every segment of a piece (Müller, Jiang & Grosche 2013; FMP section 4.3).
 *
 * The fitness of a segment is the harmonic mean of how well and how much of the piece its
 * repetitions cover: the optimal path family over the segment's columns of the self-similarity
 * matrix has a score and a coverage, and with the segment's own trivial share taken off, both are
 * normalised. Cells hold the values of the direct dynamic programme and its backtracking, bit for
 * bit (tests/unit/scape_direct.h).
 *
 * Score and path are carried forward together, so that nothing is stored or traced back, and
 * several segments of one length are computed side by side. The arithmetic is float where that is
 * exact: for matrices whose entries are multiples of 2^-14 in [-2, 1], sums of up to 512 of them
 * have no rounding in float. Other matrices are computed in double, at half the speed. */
#ifndef ATTUNE_METRICS_ANALYSIS_SCAPE_H
#define ATTUNE_METRICS_ANALYSIS_SCAPE_H

#include <stddef.h>

#include "base/mem.h"

enum { ATTUNE_SCAPE_MIN = 3, ATTUNE_SCAPE_MAX = 512, ATTUNE_SCAPE_BLOCK = 16 };

struct attune_scape_cell {
    double score;    /* of the optimal path family, not normalised */
    double fitness;  /* at least 0; 1 is never reached */
    double coverage; /* share of the piece under the path family, the segment itself included */
};

/* A matrix made ready; all memory belongs to the arena it was made from. */
struct attune_scape {
    size_t n;
    const float *f32;  /* NULL when float would not be exact */
    const double *f64; /* NULL when float is exact */
    void *rows;
};

/* Rounds values to multiples of 2^-14; those outside [-2, 1] are clipped. */
void attune_scape_quantise(double *values, size_t n);

/* matrix (n, n): diagonal 1, no value above 1; ATTUNE_SCAPE_MIN <= n <= ATTUNE_SCAPE_MAX. Returns
 * 0 when out of memory. */
int attune_scape_init(struct attune_scape *scape, const double *matrix, size_t n,
                      struct attune_arena *arena);

/* All segments of one length, 1 <= length <= n: cells (n - length + 1,), by start. */
void attune_scape_row(const struct attune_scape *scape, size_t length,
                      struct attune_scape_cell *cells);

/* Some segments of one length: those from start on, as many as are computed side by side. Returns
 * how many cells were filled, at most ATTUNE_SCAPE_BLOCK. */
size_t attune_scape_block(const struct attune_scape *scape, size_t length, size_t start,
                          struct attune_scape_cell *cells);

/* The whole plot: fitness (n, n), row length - 1, column start, 0 where no segment is. Returns 0
 * when out of memory (the arena is used, not reset). */
int attune_scape_all(const double *matrix, size_t n, struct attune_arena *arena, double *fitness);

/* Upper bound of the fitness of any segment of this length. */
double attune_scape_bound(size_t n, size_t length);

#endif
