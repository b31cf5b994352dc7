/* Trends over time. */
#ifndef ATTUNE_METRICS_TEMPORAL_SLOPE_H
#define ATTUNE_METRICS_TEMPORAL_SLOPE_H

#include <stddef.h>

/* Slope of the least-squares line through (x, y); 0 when all x are equal. n > 0. */
double attune_slope(const double *x, const double *y, size_t n);

#endif
