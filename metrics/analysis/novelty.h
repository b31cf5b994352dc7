/* Novelty of a sample's harmony over time, the boundaries where it peaks, and the sections between
 * them. */
#ifndef ATTUNE_METRICS_ANALYSIS_NOVELTY_H
#define ATTUNE_METRICS_ANALYSIS_NOVELTY_H

#include "metrics/analysis/analysis.h"

struct attune_section {
    double start_s, end_s;
    char label; /* 'a' .. 'z'; equal labels sound alike */
};

struct attune_novelty {
    const char *why;
    size_t n;
    double rate_hz;
    const double *curve;    /* (n,) in [0, 1] */
    double median;
    size_t n_boundaries;
    const size_t *boundary; /* (n_boundaries,) indices into curve */
    size_t n_sections;      /* n_boundaries + 1 */
    const struct attune_section *sections;
};

const struct attune_novelty *attune_analysis_novelty(struct attune_analysis *analysis);

/* Novelty of rows (n, 12): the checkerboard kernel of half-width `radius` frames with Gaussian
 * taper, along the diagonal of the rows' dot products, divided by the sum of its absolute values
 * (FMP 4.4.1). The kernel is an outer product, so that the sum over the matrix is a squared norm
 * and the matrix is never made. Frames beyond the ends count as zeros when `padded`, else repeat
 * the first and last row. curve (n,). */
void attune_novelty_curve(const double *rows, size_t n, size_t radius, int padded, double *curve);

#endif
