/* Weighted sums of standardised scores. */
#include "metrics/stats/composite.h"

#include <math.h>
#include <stdint.h>

/* Adds weight z(x) where composite is defined. */
static void add_standardised(const double *x, double weight, size_t n, double *composite)
{
    double mean = 0.0, squares = 0.0;
    size_t n_defined = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(composite[i])) {
            mean += (x[i] - mean) / (double)++n_defined;
        }
    }
    for (size_t i = 0; i < n; i++) {
        squares += isnan(composite[i]) ? 0.0 : (x[i] - mean) * (x[i] - mean);
    }
    const double sd = sqrt(squares / (double)n_defined);
    /* Equal scores leave a standard deviation of rounding errors only. */
    for (size_t i = 0; i < n && sd > 1e-13 * fabs(mean); i++) {
        composite[i] += weight * (x[i] - mean) / sd;
    }
}

void attune_composite(const double *x, const double *weight, size_t n_scores, size_t n,
                      double *composite)
{
    for (size_t i = 0; i < n; i++) {
        composite[i] = 0.0;
        for (size_t k = 0; k < n_scores; k++) {
            composite[i] = isfinite(x[k * n + i]) ? composite[i] : NAN;
        }
    }
    for (size_t k = 0; k < n_scores; k++) {
        add_standardised(x + k * n, weight[k], n, composite);
    }
}

size_t attune_first_best(const double *x, size_t n, size_t *n_tied)
{
    double largest = -INFINITY;
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, x[i]);
    }
    *n_tied = 0;
    for (size_t i = 0; i < n; i++) {
        if (x[i] >= largest - 1e-9) {
            first = first == SIZE_MAX ? i : first;
            (*n_tied)++;
        }
    }
    return first;
}
