/* Least-squares slope. */
#include "metrics/temporal/slope.h"

#include "metrics/stats/order.h"

double attune_slope(const double *x, const double *y, size_t n)
{
    const double mean_x = attune_mean(x, n), mean_y = attune_mean(y, n);
    double xx = 0.0, xy = 0.0;
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xx > 0.0 ? xy / xx : 0.0;
}
