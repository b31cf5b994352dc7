#include "metrics/stats/pareto.h"

#include <math.h>

#include "base/mem.h"

static bool is_finite(struct attune_point p)
{
    return isfinite(p.x) && isfinite(p.y);
}

static bool dominates(struct attune_point a, struct attune_point b)
{
    return a.x >= b.x && a.y >= b.y && (a.x > b.x || a.y > b.y);
}

void attune_pareto_front(const struct attune_point *points, size_t n, bool *on_front)
{
    for (size_t i = 0; i < n; i++) {
        on_front[i] = is_finite(points[i]);
        for (size_t k = 0; k < n && on_front[i]; k++) {
            on_front[i] = !(is_finite(points[k]) && dominates(points[k], points[i]));
        }
    }
}

static int by_x_falling(const void *a, const void *b)
{
    const double x = ((const struct attune_point *)a)->x, y = ((const struct attune_point *)b)->x;
    return (x < y) - (x > y);
}

enum attune_code attune_hypervolume(const struct attune_point *points, size_t n,
                                    struct attune_point reference, double *area,
                                    struct attune_err *err)
{
    struct attune_point *sorted = attune_alloc(n + 1, sizeof *sorted);
    if (!sorted) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a Pareto front");
    }
    size_t n_sorted = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_finite(points[i]) && points[i].x > reference.x && points[i].y > reference.y) {
            sorted[n_sorted++] = points[i];
        }
    }
    qsort(sorted, n_sorted, sizeof *sorted, by_x_falling);
    /* From the right to the left, each point adds the strip above the highest before it. */
    double top = reference.y;
    *area = 0.0;
    for (size_t i = 0; i < n_sorted; i++) {
        if (sorted[i].y > top) {
            *area += (sorted[i].x - reference.x) * (sorted[i].y - top);
            top = sorted[i].y;
        }
    }
    attune_release(sorted);
    return ATTUNE_OK;
}
