/* Two goals at once: which points no other beats in both, and how much of the plane they beat.
 * Larger is better in both coordinates. */
#ifndef ATTUNE_METRICS_STATS_PARETO_H
#define ATTUNE_METRICS_STATS_PARETO_H

#include <stdbool.h>

#include "base/err.h"

struct attune_point {
    double x, y;
};

/* on_front (n,): whether no other point is at least as good in both and better in one. Points
 * that are not finite are not. */
void attune_pareto_front(const struct attune_point *points, size_t n, bool *on_front);

/* The area that the points dominate above a reference point (Zitzler & Thiele 1998), exact; points
 * that are not better than the reference in both add nothing. ATTUNE_E_MEMORY. */
enum attune_code attune_hypervolume(const struct attune_point *points, size_t n,
                                    struct attune_point reference, double *area,
                                    struct attune_err *err);

#endif
