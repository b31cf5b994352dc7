/* Repetition structure of a sample: the fittest segments of its scape plot by length.
 *
 * A piece of up to 200 s is one excerpt. Of a longer piece three excerpts of 150 s are taken, at
 * its beginning, middle and end, and values are means over them: the cost of the scape plot grows
 * with the fourth power of the length. */
#ifndef ATTUNE_METRICS_ANALYSIS_STRUCTURE_H
#define ATTUNE_METRICS_ANALYSIS_STRUCTURE_H

#include "metrics/analysis/analysis.h"

enum attune_structure_range {
    ATTUNE_STRUCTURE_SHORT, /* 3 to 8 s */
    ATTUNE_STRUCTURE_MID,   /* 8 to 15 s */
    ATTUNE_STRUCTURE_LONG,  /* 15 s and more */
    ATTUNE_N_STRUCTURE_RANGES,
};

struct attune_structure {
    const char *why;
    double duration_s; /* of the piece */
    /* maximum over segments of the range; 0 where none fits */
    double fitness[ATTUNE_N_STRUCTURE_RANGES];
    double repetition; /* coverage of the fittest segment of any range, 0 when its fitness is 0 */
};

const struct attune_structure *attune_analysis_structure(struct attune_analysis *analysis);

/* Lower bound of a range in seconds. */
double attune_structure_low_s(enum attune_structure_range range);

/* The maxima of one self-similarity matrix (n, n) at rate_hz, without computing segments that
 * cannot beat what was found. Returns 0 when out of memory. */
int attune_structure_of_matrix(const double *matrix, size_t n, double rate_hz,
                               struct attune_arena *scratch, struct attune_structure *out);

#endif
