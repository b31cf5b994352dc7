/* What each bar holds, both modalities, as vectors that can be compared: who plays which note where
 * in the bar. Without bar lines, blocks of 2 s take their place.
 *
 * symbolic  pattern  notes in 16 positions x (12 pitch classes, drums by pitch modulo 12)
 *           texture  notes by family of instruments (16 and drums) and octave (11)
 * audio     pattern  mean chroma of each quarter of the bar (4 x 12) and the onset profile (16),
 *                    each of length 1, the profile weighted by 1/2: estimated bar lines move it
 *                    more than the harmony
 *           texture  mean onset flux in 16 bands of the spectrum
 * A row is (pattern | texture), each part of length 1; an empty bar is zero. */
#ifndef ATTUNE_METRICS_TEMPORAL_BAR_CONTENT_H
#define ATTUNE_METRICS_TEMPORAL_BAR_CONTENT_H

#include <stdbool.h>

#include "metrics/analysis/analysis.h"

struct attune_bar_content {
    const char *why;
    size_t n;              /* bars or blocks */
    size_t width, pattern; /* of a row and of its first part, multiples of 8 */
    float *rows;           /* (n, width) */
    const bool *empty;     /* (n,) no pattern */
};

/* From the scratch arena: valid until it is reset, which is the caller's to do. */
struct attune_bar_content attune_bar_content_make(struct attune_analysis *analysis);

/* The bars from the first to the last with content: n of them from first on. */
void attune_bar_content_span(const struct attune_bar_content *content, size_t *first, size_t *n);

/* Squared distance of two bars, 0 to 4. */
double attune_bar_content_distance(const struct attune_bar_content *content, size_t b, size_t c);

/* Inner product of two rows' first n columns; n is a multiple of 8. */
double attune_bar_content_dot(const float *restrict a, const float *restrict b, size_t n);

#endif
