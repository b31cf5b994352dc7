/* Correlations and the area under the ROC curve by mid-ranks. */
#include "metrics/stats/association.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/stats/order.h"

double attune_pearson(const double *x, const double *y, size_t n)
{
    if (n < 2) {
        return NAN;
    }
    const double mean_x = attune_mean(x, n), mean_y = attune_mean(y, n);
    double xy = 0.0, xx = 0.0, yy = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double dx = x[i] - mean_x, dy = y[i] - mean_y;
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
    }
    return xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : NAN;
}

enum attune_code attune_spearman(const double *x, const double *y, size_t n, double *rho,
                                 struct attune_err *err)
{
    double *rank = attune_alloc(2 * n, sizeof *rank);
    size_t *scratch = attune_alloc(n, sizeof *scratch);
    enum attune_code code = ATTUNE_OK;
    if (rank && scratch) {
        attune_midranks(x, n, rank, scratch);
        attune_midranks(y, n, rank + n, scratch);
        *rho = attune_pearson(rank, rank + n, n);
    } else {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the ranks of %zu values", n);
    }
    attune_release(rank);
    attune_release(scratch);
    return code;
}

enum attune_code attune_auc(const double *positive, size_t n, const double *negative, size_t m,
                            double *auc, struct attune_err *err)
{
    double *value = attune_alloc(n + m, 2 * sizeof *value), sum = 0.0;
    size_t *scratch = attune_alloc(n + m, sizeof *scratch);
    enum attune_code code = ATTUNE_OK;
    if (value && scratch) {
        double *rank = value + n + m;
        memcpy(value, positive, n * sizeof *value);
        memcpy(value + n, negative, m * sizeof *value);
        attune_midranks(value, n + m, rank, scratch);
        for (size_t i = 0; i < n; i++) {
            sum += rank[i];
        }
        const double pairs = (double)n * (double)m, least = (double)n * ((double)n + 1.0) / 2.0;
        *auc = pairs > 0.0 ? (sum - least) / pairs : NAN;
    } else {
        code =
            attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the ranks of %zu values", n + m);
    }
    attune_release(value);
    attune_release(scratch);
    return code;
}
