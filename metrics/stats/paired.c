/* Paired tests. */
#include "metrics/stats/paired.h"

#include <math.h>
#include <string.h>

#include "metrics/stats/distribution.h"
#include "metrics/stats/order.h"

double attune_paired_difference(double a, double b)
{
    const double scale = fmax(1.0, fmax(fabs(a), fabs(b)));
    return fabs(a - b) <= 1e-9 * scale ? 0.0 : a - b;
}

static int sign_of(double x)
{
    return (x > 0.0) - (x < 0.0);
}

enum { WILCOXON_SUMS = ATTUNE_WILCOXON_EXACT * (ATTUNE_WILCOXON_EXACT + 1) + 1 };

size_t attune_wilcoxon_scratch(size_t n)
{
    return 2 * n > n + WILCOXON_SUMS ? 2 * n : n + WILCOXON_SUMS;
}

/* P(doubled V >= observed) and P(<=), the smaller doubled: counts the sign patterns by their
 * rank sum, one rank after another. doubled_rank (n,) are integers; ways (WILCOXON_SUMS,). */
static double exact_wilcoxon(const int *doubled_rank, size_t n, long observed, double *ways)
{
    long top = 0;
    for (size_t i = 0; i < n; i++) {
        top += doubled_rank[i];
    }
    memset(ways, 0, (size_t)(top + 1) * sizeof *ways);
    ways[0] = 1.0;
    long reached = 0;
    for (size_t i = 0; i < n; i++) {
        const long r = doubled_rank[i];
        reached += r;
        for (long s = reached; s >= r; s--) {
            /* Halved at each step, so that the counts are probabilities and never overflow. */
            ways[s] = 0.5 * (ways[s] + ways[s - r]);
        }
        for (long s = r - 1; s >= 0; s--) {
            ways[s] *= 0.5;
        }
    }
    const long extreme = observed > top - observed ? observed : top - observed;
    double tail = 0.0;
    for (long s = extreme; s <= top; s++) {
        tail += ways[s];
    }
    return fmin(1.0, 2.0 * tail);
}

struct attune_test attune_wilcoxon(const double *d, size_t n, double *scratch)
{
    /* |d| and the sign in one sortable key: the bits of |d| leave the top bit free. */
    uint64_t *key = (void *)scratch;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (d[i] != 0.0) {
            const double size = fabs(d[i]);
            uint64_t bits;
            memcpy(&bits, &size, sizeof bits);
            key[m++] = bits << 1 | (d[i] > 0.0);
        }
    }
    struct attune_test test = {.p = 1.0, .n = m};
    if (m == 0) {
        return test;
    }
    attune_sort_keys(key, key + m, m);

    int doubled[ATTUNE_WILCOXON_EXACT];
    double doubled_v = 0.0, ties = 0.0;
    for (size_t i = 0; i < m;) {
        size_t end = i, n_positive = 0;
        while (end < m && key[end] >> 1 == key[i] >> 1) {
            n_positive += key[end] & 1;
            end++;
        }
        const double t = (double)(end - i);
        ties += t * t * t - t;
        doubled_v += (double)n_positive * (double)(i + 1 + end);
        for (size_t j = i; j < end && m <= ATTUNE_WILCOXON_EXACT; j++) {
            doubled[j] = (int)(i + 1 + end);
        }
        i = end;
    }
    const double n_ = (double)m, mean = n_ * (n_ + 1.0) / 4.0;
    test.statistic = 0.5 * doubled_v;
    test.sign = sign_of(test.statistic - mean);
    if (m <= ATTUNE_WILCOXON_EXACT) {
        test.p = exact_wilcoxon(doubled, m, (long)doubled_v, scratch + m);
        return test;
    }
    const double sd = sqrt(n_ * (n_ + 1.0) * (2.0 * n_ + 1.0) / 24.0 - ties / 48.0);
    const double z = fmax(0.0, fabs(test.statistic - mean) - 0.5) / sd;
    test.p = fmin(1.0, 2.0 * attune_normal_upper(z));
    return test;
}

struct attune_test attune_mcnemar(size_t n_first, size_t n_second)
{
    const size_t n = n_first + n_second, most = n_first > n_second ? n_first : n_second;
    struct attune_test test = {.p = 1.0,
                               .n = n,
                               .statistic = (double)n_first,
                               .sign = (n_first > n_second) - (n_first < n_second)};
    if (n > 0) {
        test.p = fmin(1.0, 2.0 * attune_beta_cdf(0.5, (double)most, (double)(n - most + 1)));
    }
    return test;
}
