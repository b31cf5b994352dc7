/* COSIATEC (Meredith 2013): a point set as a list of translational equivalence classes (TECs), each
 * a pattern and the translators that move it about, chosen greedily.
 *
 * The best TEC of the points left is the one with the highest compression ratio
 * |covered| / (|pattern| + |translators| - 1); ties go to the more compact pattern (its share of
 * all points of the piece in its bounding box), then to the larger coverage, the larger pattern,
 * the smaller width and the smaller area. Patterns are the maximal translatable patterns of all
 * vectors, the zero vector among them: when nothing compresses, what is left is one TEC of one
 * translator. As omnisia does by default, redundant translators stay and conjugate TECs are not
 * tried.
 */
#ifndef ATTUNE_METRICS_SYMBOLIC_COSIATEC_H
#define ATTUNE_METRICS_SYMBOLIC_COSIATEC_H

#include <stdint.h>

#include "metrics/analysis/analysis.h"

/* Points beyond this many, in the order of onsets, are left out: the cost grows with the square. */
enum { ATTUNE_COSIATEC_MAX_POINTS = 2000 };

struct attune_point {
    int32_t x; /* onset, >= 0 */
    int32_t y; /* pitch, 0..127 */
};

struct attune_cosiatec {
    const char *why;
    size_t n_points; /* that were encoded */
    size_t length;   /* sum over TECs of |pattern| + |translators| - 1 */
    size_t n_tecs;
};

/* points: (n_points,) distinct, ascending by x, then y; at most ATTUNE_COSIATEC_MAX_POINTS. Returns
 * 0 when out of memory (scratch is used, not reset). */
int attune_cosiatec_encode(const struct attune_point *points, size_t n_points,
                           struct attune_arena *scratch, struct attune_cosiatec *out);

/* The encoding of a sample: distinct (onset in ticks over their common divisor, pitch), drums
 * included, computed once. */
const struct attune_cosiatec *attune_analysis_cosiatec(struct attune_analysis *analysis);

#endif
