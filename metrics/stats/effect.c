/* Effect sizes and sample sizes. */
#include "metrics/stats/effect.h"

#include <math.h>

#include "metrics/stats/distribution.h"
#include "metrics/stats/order.h"

double attune_cohen_dz(const double *d, size_t n)
{
    if (n < 2) {
        return NAN;
    }
    const double mean = attune_mean(d, n), sd = attune_sd(d, n);
    /* Equal differences leave a standard deviation of rounding errors only. */
    if (sd <= 1e-13 * fabs(mean)) {
        return mean == 0.0 ? 0.0 : copysign(INFINITY, mean);
    }
    return mean / sd;
}

double attune_improvement(const double *d, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += d[i] > 0.0 ? 1.0 : d[i] == 0.0 ? 0.5 : 0.0;
    }
    return n ? sum / (double)n : NAN;
}

double attune_cliff_delta(const double *x, size_t n_x, const double *y, size_t n_y)
{
    double sum = 0.0;
    for (size_t i = 0; i < n_x; i++) {
        for (size_t j = 0; j < n_y; j++) {
            sum += (x[i] > y[j]) - (x[i] < y[j]);
        }
    }
    return n_x && n_y ? sum / ((double)n_x * (double)n_y) : NAN;
}

static double needed(double dz, double z_alpha, double power)
{
    if (dz == 0.0) {
        return INFINITY;
    }
    const double z = z_alpha + attune_normal_quantile(power);
    return ceil(z * z / (dz * dz) + 0.5 * z_alpha * z_alpha);
}

double attune_prompts_needed(double dz, double alpha, double power)
{
    return needed(dz, attune_normal_quantile(1.0 - 0.5 * alpha), power);
}

double attune_prompts_needed_one_sided(double dz, double alpha, double power)
{
    return needed(dz, attune_normal_quantile(1.0 - alpha), power);
}

double attune_power(double dz, double n, double alpha)
{
    const double z_alpha = attune_normal_quantile(1.0 - 0.5 * alpha);
    const double effective = n - 0.5 * z_alpha * z_alpha;
    return effective <= 0.0 ? 0.0 : attune_normal_cdf(fabs(dz) * sqrt(effective) - z_alpha);
}
