/* Quantiles of the bootstrap distribution of a mean by the Cornish-Fisher expansion.
 *
 * The replicate mean of n units has variance m2 / n, skewness g = m3 / (m2^(3/2) sqrt n) and excess
 * kurtosis k = (m4 / m2^2 - 3) / n, with the central moments m of the units; its quantile at the
 * normal quantile z is
 *
 *     mean + sqrt(m2 / n) (z + g (z^2 - 1)/6 + k (z^3 - 3z)/24 - g^2 (2 z^3 - 5z)/36)
 *
 * (Cornish & Fisher 1937; Hall 1992, ch. 2 and 3.1). With |g| and |k| up to LARGEST the terms left
 * out are below .001 standard errors; quantiles of 10,000 drawn replicates are off by .027. Values
 * on a lattice (0 or 1) come out without the steps of their mean. For BCa z0 and the acceleration
 * are both g / 6, up to the same order.
 *
 * Undefined units: a drawn replicate averages over as many defined units as it happens to draw,
 * which widens the variance by (1 - q)/n, q being the share of defined units. */
#include "metrics/stats/bootstrap_expansion.h"

#include <math.h>

#include "metrics/stats/distribution.h"

static const double LARGEST = 0.1;
enum { LEAST_DEFINED = 100 };

/* mean, m2, m3, m4 of the defined units, and their number. */
static size_t moments(const struct attune_columns *table, size_t column, double m[4])
{
    const double *value = table->value + column * table->n_units;
    const unsigned char *defined = table->defined + column * table->n_units;
    size_t n = 0;
    m[0] = attune_column_mean(table, column, &n);
    m[1] = m[2] = m[3] = 0.0;
    for (size_t u = 0; u < table->n_units; u++) {
        const double d = defined[u] ? value[u] - m[0] : 0.0;
        m[1] += d * d;
        m[2] += d * d * d;
        m[3] += d * d * d * d;
    }
    for (int i = 1; i < 4; i++) {
        m[i] /= n ? (double)n : 1.0;
    }
    return n;
}

bool attune_bootstrap_expand(const struct attune_bootstrap *how, const struct attune_columns *table,
                             size_t column, struct attune_interval *out)
{
    double m[4];
    if (table->n_units < ATTUNE_BOOTSTRAP_DRAWN) {
        return false;
    }
    const size_t n_defined = moments(table, column, m);
    if (n_defined < LEAST_DEFINED) {
        return false;
    }
    if (m[1] <= 0.0) {
        *out = (struct attune_interval){.low = m[0], .high = m[0]};
        return true;
    }
    const double n = (double)n_defined;
    const double g = m[2] / (m[1] * sqrt(m[1] * n)), k = (m[3] / (m[1] * m[1]) - 3.0) / n;
    if (!(fabs(g) <= LARGEST && fabs(k) <= LARGEST)) {
        return false;
    }
    const double se = sqrt(m[1] / n * (1.0 + (1.0 - n / (double)table->n_units) / n));
    double bound[2];
    for (int side = 0; side < 2; side++) {
        double z = attune_normal_quantile(0.5 * (1.0 + (side ? how->level : -how->level)));
        if (how->bca) {
            const double z0 = g / 6.0, stretch = 1.0 - g / 6.0 * (z0 + z);
            z = z0 + (z0 + z) / stretch;
        }
        const double w = z + g * (z * z - 1.0) / 6.0 + k * (z * z * z - 3.0 * z) / 24.0 -
                         g * g * (2.0 * z * z * z - 5.0 * z) / 36.0;
        bound[side] = m[0] + se * w;
    }
    *out = (struct attune_interval){.low = bound[0], .high = bound[1]};
    return true;
}
