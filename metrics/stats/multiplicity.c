/* Step-down and step-up adjustments. */
#include "metrics/stats/multiplicity.h"

#include <math.h>

#include "base/mem.h"

struct ranked {
    double p;
    size_t index;
};

static int by_p(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->p != y->p) {
        return x->p < y->p ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

static struct ranked *sorted(const double *p, size_t n, struct attune_err *err)
{
    struct ranked *order = attune_alloc(n, sizeof *order);
    if (!order) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu p-values", n);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = (struct ranked){p[i], i};
    }
    qsort(order, n, sizeof *order, by_p);
    return order;
}

enum attune_code attune_holm(double *p, size_t n, struct attune_err *err)
{
    struct ranked *order = sorted(p, n, err);
    if (!order) {
        return ATTUNE_E_MEMORY;
    }
    double worst = 0.0;
    for (size_t i = 0; i < n; i++) {
        worst = fmax(worst, fmin(1.0, order[i].p * (double)(n - i)));
        p[order[i].index] = worst;
    }
    attune_release(order);
    return ATTUNE_OK;
}

enum attune_code attune_benjamini_hochberg(double *p, size_t n, struct attune_err *err)
{
    struct ranked *order = sorted(p, n, err);
    if (!order) {
        return ATTUNE_E_MEMORY;
    }
    double best = 1.0;
    for (size_t i = n; i-- > 0;) {
        best = fmin(best, order[i].p * (double)n / (double)(i + 1));
        p[order[i].index] = best;
    }
    attune_release(order);
    return ATTUNE_OK;
}
