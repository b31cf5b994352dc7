/* Kendall's tau-b and the area under the ROC curve by counting pairs. */
#include "metrics/stats/association.h"

#include <math.h>

static int sign(double x)
{
    return (x > 0.0) - (x < 0.0);
}

double attune_kendall_tau_b(const double *x, const double *y, size_t n)
{
    double score = 0.0, untied_x = 0.0, untied_y = 0.0;
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            const int a = sign(x[i] - x[j]), b = sign(y[i] - y[j]);
            score += a * b;
            untied_x += a != 0;
            untied_y += b != 0;
        }
    }
    return untied_x > 0.0 && untied_y > 0.0 ? score / sqrt(untied_x * untied_y) : 0.0;
}

double attune_auc(const double *positive, size_t n, const double *negative, size_t m)
{
    double wins = 0.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < m; j++) {
            wins += 0.5 * (1 + sign(positive[i] - negative[j]));
        }
    }
    return n && m ? wins / ((double)n * (double)m) : 0.5;
}
