/* Normal, chi-squared, t, beta and studentised range distributions.
 *
 * Incomplete gamma and beta: series and Lentz's continued fractions (Abramowitz & Stegun 6.5.29,
 * 6.5.31, 26.5.8). Normal quantile: Abramowitz & Stegun 26.2.23, refined by Halley steps on erfc
 * to full precision. Studentised range: k * integral of phi(z) (Phi(z) - Phi(z - q))^(k-1),
 * trapezoid rule, which converges geometrically for an integrand that decays like a Gaussian. */
#include "metrics/stats/distribution.h"

#include <math.h>

static const double tiny = 1e-300, epsilon = 1e-15;

double attune_normal_upper(double z)
{
    return 0.5 * erfc(z * M_SQRT1_2);
}

double attune_normal_cdf(double z)
{
    return attune_normal_upper(-z);
}

static double normal_density(double z)
{
    return exp(-0.5 * z * z) * (M_SQRT1_2 * M_2_SQRTPI / 2.0);
}

double attune_normal_quantile(double p)
{
    if (p <= 0.0 || p >= 1.0) {
        return p <= 0.0 ? -INFINITY : INFINITY;
    }
    const double tail = p < 0.5 ? p : 1.0 - p;
    const double t = sqrt(-2.0 * log(tail));
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                       (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int i = 0; i < 3; i++) { /* solves P(Z > z) = tail */
        const double step = (attune_normal_upper(z) - tail) / normal_density(z);
        z += step / (1.0 - 0.5 * step * z);
    }
    return p < 0.5 ? -z : z;
}

/* Continued fractions by the modified Lentz method keep numerator and denominator apart from 0. */
static double away_from_zero(double x)
{
    return fabs(x) < tiny ? tiny : x;
}

static double gamma_upper(double a, double x)
{
    if (x <= 0.0) {
        return 1.0;
    }
    const double front = exp(a * log(x) - x - lgamma(a));
    if (x < a + 1.0) {
        double term = 1.0 / a, sum = term;
        for (int n = 1; n < 10000 && fabs(term) > fabs(sum) * epsilon; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return 1.0 - sum * front;
    }
    double b = x + 1.0 - a, c = 1.0 / tiny, d = 1.0 / b, h = d;
    for (int n = 1; n < 10000; n++) {
        const double an = -n * (n - a);
        b += 2.0;
        d = 1.0 / away_from_zero(an * d + b);
        c = away_from_zero(b + an / c);
        h *= d * c;
        if (fabs(d * c - 1.0) < epsilon) {
            break;
        }
    }
    return front * h;
}

double attune_chi2_upper(double x, double df)
{
    return gamma_upper(0.5 * df, 0.5 * x);
}

static double beta_fraction(double x, double a, double b)
{
    double c = 1.0, d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0)), h = d;
    for (int m = 1; m < 10000; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        h *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        h *= d * c;
        if (fabs(d * c - 1.0) < epsilon) {
            break;
        }
    }
    return h;
}

double attune_beta_cdf(double x, double a, double b)
{
    if (x <= 0.0 || x >= 1.0) {
        return x <= 0.0 ? 0.0 : 1.0;
    }
    const double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1.0) / (a + b + 2.0) ? front * beta_fraction(x, a, b) / a
                                         : 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

double attune_t_upper(double t, double df)
{
    const double tail = 0.5 * attune_beta_cdf(df / (df + t * t), 0.5 * df, 0.5);
    return t >= 0.0 ? tail : 1.0 - tail;
}

/* The argument at which a growing function reaches p. */
static double bisect(double (*cdf)(double x, double parameter), double parameter, double p,
                     double low, double high)
{
    for (int i = 0; i < 200 && high - low > 1e-14 * fmax(1.0, fabs(low)); i++) {
        const double middle = 0.5 * (low + high);
        if (cdf(middle, parameter) < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 0.5 * (low + high);
}

static double t_cdf(double t, double df)
{
    return attune_t_upper(-t, df);
}

double attune_t_quantile(double p, double df)
{
    if (p <= 0.0 || p >= 1.0) {
        return p <= 0.0 ? -INFINITY : INFINITY;
    }
    double bound = 10.0;
    while (t_cdf(-bound, df) > fmin(p, 1.0 - p)) {
        bound *= 2.0;
    }
    return bisect(t_cdf, df, p, -bound, bound);
}

static double range_cdf(double q, double k)
{
    if (q <= 0.0) {
        return 0.0;
    }
    const double step = 1.0 / 64.0;
    double sum = 0.0;
    for (int i = -64 * 9; i <= 64 * 9; i++) {
        const double z = i * step;
        const double inside = attune_normal_cdf(z) - attune_normal_cdf(z - q);
        sum += normal_density(z) * pow(inside, k - 1.0);
    }
    return fmin(1.0, k * sum * step);
}

double attune_range_cdf(double q, int k)
{
    return range_cdf(q, k);
}

double attune_range_quantile(double p, int k)
{
    return bisect(range_cdf, k, p, 0.0, 40.0);
}
