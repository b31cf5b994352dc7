#include "models/align/overoptimisation.h"

#include <math.h>

/* The factor of b: R = a d + b z. */
static double second(enum attune_overopt_form form, double d)
{
    return form == ATTUNE_OVEROPT_BEST_OF_N ? -d * d : -d * log(d);
}

double attune_overopt_value(enum attune_overopt_form form, const struct attune_overopt_fit *fit,
                            double d)
{
    return d > 0.0 ? fit->a * d + fit->b * second(form, d) : 0.0;
}

enum attune_code attune_overopt_fit(enum attune_overopt_form form, const double *d,
                                    const double *reward, size_t n, struct attune_overopt_fit *fit,
                                    struct attune_err *err)
{
    double dd = 0.0, dz = 0.0, zz = 0.0, dr = 0.0, zr = 0.0, mean = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!(d[i] > 0.0)) {
            return attune_fail(err, ATTUNE_E_USAGE, "point %zu: sqrt(KL) is %g, not above 0", i,
                               d[i]);
        }
        double z = second(form, d[i]);
        dd += d[i] * d[i];
        dz += d[i] * z;
        zz += z * z;
        dr += d[i] * reward[i];
        zr += z * reward[i];
        mean += reward[i] / (double)n;
    }
    double determinant = dd * zz - dz * dz;
    if (n < 3 || !(determinant > 1e-12 * dd * zz)) {
        return attune_fail(
            err, ATTUNE_E_INCONCLUSIVE,
            "a fit of two parameters needs at least 3 points of different KL, got %zu", n);
    }
    *fit = (struct attune_overopt_fit){.a = (dr * zz - zr * dz) / determinant,
                                       .b = (zr * dd - dr * dz) / determinant};
    double residual = 0.0, total = 0.0;
    for (size_t i = 0; i < n; i++) {
        double e = reward[i] - attune_overopt_value(form, fit, d[i]);
        residual += e * e;
        total += (reward[i] - mean) * (reward[i] - mean);
    }
    fit->r2 = total > 0.0 ? 1.0 - residual / total : 0.0;
    fit->turns = fit->b > 0.0 && (form == ATTUNE_OVEROPT_RL || fit->a > 0.0);
    if (fit->turns) {
        fit->turning_d = form == ATTUNE_OVEROPT_BEST_OF_N ? fit->a / (2.0 * fit->b)
                                                          : exp(fit->a / fit->b - 1.0);
        fit->turning_reward = attune_overopt_value(form, fit, fit->turning_d);
    }
    return ATTUNE_OK;
}
