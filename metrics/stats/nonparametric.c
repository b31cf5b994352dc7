/* Mann-Whitney and Friedman. */
#include "metrics/stats/nonparametric.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/stats/distribution.h"
#include "metrics/stats/order.h"

/* P(rank sum of n_x drawn ranks is at least as far from its mean as observed): counts subsets by
 * size and doubled sum. doubled (n,) are the doubled mid-ranks of all values. */
static double exact_rank_sum(const double *rank, size_t n, size_t n_x, double observed)
{
    size_t top = 0;
    for (size_t i = 0; i < n; i++) {
        top += (size_t)(2.0 * rank[i]);
    }
    double *ways = attune_alloc(n_x + 1, (top + 1) * sizeof *ways); /* (n_x + 1, top + 1) */
    if (!ways) {
        return NAN;
    }
    ways[0] = 1.0;
    for (size_t i = 0; i < n; i++) {
        const size_t r = (size_t)(2.0 * rank[i]);
        for (size_t size = i + 1 < n_x ? i + 1 : n_x; size > 0; size--) {
            const double *from = ways + (size - 1) * (top + 1);
            double *to = ways + size * (top + 1);
            for (size_t sum = top; sum >= r; sum--) {
                to[sum] += from[sum - r];
            }
        }
    }
    const double centre = (double)n_x * (double)(n + 1);
    const double distance = fabs(2.0 * observed - centre);
    double all = 0.0, beyond = 0.0;
    for (size_t sum = 0; sum <= top; sum++) {
        const double w = ways[n_x * (top + 1) + sum];
        all += w;
        beyond += fabs((double)sum - centre) >= distance - 0.25 ? w : 0.0;
    }
    attune_release(ways);
    return beyond / all;
}

enum attune_code attune_mann_whitney(const double *x, size_t n_x, const double *y, size_t n_y,
                                     struct attune_test *out, struct attune_err *err)
{
    const size_t n = n_x + n_y;
    *out = (struct attune_test){.p = 1.0, .n = n};
    if (n_x == 0 || n_y == 0) {
        return ATTUNE_OK;
    }
    enum attune_code code = ATTUNE_OK;
    double *all = attune_alloc(2 * n, sizeof *all);
    size_t *index = attune_alloc(n, sizeof *index);
    if (!all || !index) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a rank test");
        goto out;
    }
    double *rank = all + n;
    memcpy(all, x, n_x * sizeof *x);
    memcpy(all + n_x, y, n_y * sizeof *y);
    const double ties = attune_midranks(all, n, rank, index);
    double sum = 0.0;
    for (size_t i = 0; i < n_x; i++) {
        sum += rank[i];
    }
    const double a = (double)n_x, b = (double)n_y, m = (double)n;
    out->statistic = sum - a * (a + 1.0) / 2.0;
    const double off = out->statistic - a * b / 2.0;
    out->sign = (off > 0.0) - (off < 0.0);
    if (n <= ATTUNE_MANN_WHITNEY_EXACT) {
        out->p = exact_rank_sum(rank, n, n_x, sum);
        if (isnan(out->p)) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a rank test");
        }
        goto out;
    }
    const double variance = a * b / 12.0 * (m + 1.0 - ties / (m * (m - 1.0)));
    if (variance > 0.0) {
        const double z = fmax(0.0, fabs(off) - 0.5) / sqrt(variance);
        out->p = fmin(1.0, 2.0 * attune_normal_upper(z));
    }
out:
    attune_release(all);
    attune_release(index);
    return code;
}

enum attune_code attune_friedman(const double *value, size_t n_models, size_t n_prompts,
                                 double alpha, double *mean_rank, struct attune_friedman *out,
                                 struct attune_err *err)
{
    if (n_models < 2 || n_prompts < 2) {
        return attune_fail(err, ATTUNE_E_INCONCLUSIVE,
                           "Friedman's test of %zu models over %zu prompts: 2 and 2 are needed",
                           n_models, n_prompts);
    }
    double *row = attune_alloc(2 * n_models, sizeof *row);
    size_t *index = attune_alloc(n_models, sizeof *index);
    enum attune_code code = ATTUNE_OK;
    if (!row || !index) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a rank test");
        goto out;
    }
    double *rank = row + n_models;
    double ties = 0.0;
    for (size_t m = 0; m < n_models; m++) {
        mean_rank[m] = 0.0;
    }
    for (size_t p = 0; p < n_prompts; p++) {
        for (size_t m = 0; m < n_models; m++) {
            row[m] = -value[m * n_prompts + p];
        }
        ties += attune_midranks(row, n_models, rank, index);
        for (size_t m = 0; m < n_models; m++) {
            mean_rank[m] += rank[m] / (double)n_prompts;
        }
    }
    const double k = (double)n_models, n = (double)n_prompts;
    double square = 0.0;
    for (size_t m = 0; m < n_models; m++) {
        square += (mean_rank[m] - (k + 1.0) / 2.0) * (mean_rank[m] - (k + 1.0) / 2.0);
    }
    const double correction = 1.0 - ties / (n * k * (k * k - 1.0));
    out->chi2 = correction > 0.0 ? 12.0 * n / (k * (k + 1.0)) * square / correction : 0.0;
    out->p = attune_chi2_upper(out->chi2, k - 1.0);
    const double rest = n * (k - 1.0) - out->chi2;
    out->f = rest > 0.0 ? (n - 1.0) * out->chi2 / rest : INFINITY;
    const double df1 = k - 1.0, df2 = (k - 1.0) * (n - 1.0);
    out->p_f = rest > 0.0 ? attune_beta_cdf(df2 / (df2 + df1 * out->f), 0.5 * df2, 0.5 * df1) : 0.0;
    out->critical_difference = attune_range_quantile(1.0 - alpha, (int)n_models) * M_SQRT1_2 *
                               sqrt(k * (k + 1.0) / (6.0 * n));
out:
    attune_release(row);
    attune_release(index);
    return code;
}
