/* The area under the divergence curve of two histograms (Pillutla et al. 2021). */
#ifndef ATTUNE_METRICS_SET_MAUVE_H
#define ATTUNE_METRICS_SET_MAUVE_H

#include <stddef.h>

/* p, q (n,) sum to 1. With R = w p + (1 - w) q the curve runs through (exp(-5 KL(q|R)), exp(-5
 * KL(p|R))) for 25 weights w, evenly from 1e-6 to 1 - 1e-6, and ends in (1, 0) and (0, 1); mean of
 * the areas by trapezoids over either axis. In (0, 1], 1 for equal histograms. */
double attune_mauve_area(const double *p, const double *q, size_t n);

#endif
