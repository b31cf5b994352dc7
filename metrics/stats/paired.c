/* Paired tests. */
#include "metrics/stats/paired.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/rng.h"
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

/* Sums that differ by rounding alone count as equal: a permutation that gives the observed
 * difference again must be counted, whatever the order of its additions. */
static double slack(const double *d, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += fabs(d[i]);
    }
    return 1e-12 * sum;
}

/* What a sign pattern's sum is compared with: both sides, or the upper one. sense (d + shift) is
 * what changes its sign. */
struct flips {
    const double *d;
    size_t n;
    double shift, sense, bar;
    bool one_sided;
};

static double term(const struct flips *f, size_t i)
{
    return f->sense * (f->d[i] + f->shift);
}

static bool reaches(const struct flips *f, double sum)
{
    return (f->one_sided ? sum : fabs(sum)) >= f->bar;
}

static double exact_share(const struct flips *f)
{
    /* Walks all sign patterns in Gray-code order, one sign changed per step. */
    double sum = 0.0;
    int sign[ATTUNE_PERMUTATION_EXACT];
    for (size_t i = 0; i < f->n; i++) {
        sum += term(f, i);
        sign[i] = 1;
    }
    const uint64_t n_patterns = (uint64_t)1 << f->n;
    uint64_t hits = reaches(f, sum);
    for (uint64_t step = 1; step < n_patterns; step++) {
        const int flip = __builtin_ctzll(step);
        sign[flip] = -sign[flip];
        sum += 2.0 * sign[flip] * term(f, (size_t)flip);
        hits += reaches(f, sum);
    }
    return (double)hits / (double)n_patterns;
}

static double random_share(const struct flips *f, size_t n_draws, uint64_t seed)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, f->n);
    uint64_t hits = 1;
    for (size_t draw = 0; draw < n_draws; draw++) {
        double sum = 0.0;
        for (size_t i = 0; i < f->n; i += 64) {
            uint64_t bits = attune_rng_u64(&rng);
            for (size_t j = i; j < f->n && j < i + 64; j++, bits >>= 1) {
                const double x = term(f, j);
                sum += bits & 1 ? x : -x;
            }
        }
        hits += reaches(f, sum);
    }
    return (double)hits / (double)(n_draws + 1);
}

static double flip_share(const struct flips *f, size_t n_draws, uint64_t seed)
{
    return f->n <= ATTUNE_PERMUTATION_EXACT ? exact_share(f) : random_share(f, n_draws, seed);
}

struct attune_test attune_permutation_paired(const double *d, size_t n, size_t n_draws,
                                             uint64_t seed)
{
    struct attune_test test = {.p = 1.0, .n = n};
    if (n == 0) {
        return test;
    }
    test.statistic = attune_mean(d, n);
    const double rounding = slack(d, n);
    const struct flips f = {d, n, 0.0, 1.0, fabs(test.statistic * (double)n) - rounding, false};
    if (f.bar > rounding) {
        test.sign = sign_of(test.statistic);
        test.p = flip_share(&f, n_draws, seed);
    }
    return test;
}

static double one_sided(const double *d, size_t n, double shift, double sense, size_t n_draws,
                        uint64_t seed)
{
    const double rounding = slack(d, n) + 1e-12 * fabs(shift) * (double)n;
    const double sum = n ? sense * (attune_mean(d, n) + shift) * (double)n : 0.0;
    const struct flips f = {d, n, shift, sense, sum - rounding, true};
    return f.bar > rounding ? flip_share(&f, n_draws, seed) : 1.0;
}

double attune_permutation_upper(const double *d, size_t n, double shift, size_t n_draws,
                                uint64_t seed)
{
    return one_sided(d, n, shift, 1.0, n_draws, seed);
}

double attune_permutation_lower(const double *d, size_t n, double shift, size_t n_draws,
                                uint64_t seed)
{
    return one_sided(d, n, shift, -1.0, n_draws, seed);
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
