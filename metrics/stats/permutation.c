/* Sign-change tests. */
#include "metrics/stats/permutation.h"

#include <math.h>

#include "base/rng.h"
#include "metrics/stats/order.h"

enum { BYTE = 8, PATTERNS = 256 }; /* a random pattern is looked up eight signs at a time */

size_t attune_permutation_scratch(size_t n)
{
    const size_t n_exact = n < ATTUNE_PERMUTATION_EXACT ? n : ATTUNE_PERMUTATION_EXACT;
    const size_t sums = (size_t)4 << ((n_exact + 1) / 2);
    const size_t tables = (n + BYTE - 1) / BYTE * PATTERNS;
    return n <= ATTUNE_PERMUTATION_EXACT || sums > tables ? sums : tables;
}

/* How many patterns reach a bar: sums of +-sense (d + shift), at least bar. */
struct flips {
    const double *d;
    size_t n;
    double shift, sense, bar;
};

static double term(const struct flips *f, size_t i)
{
    return f->sense * (f->d[i] + f->shift);
}

/* All sums of +-terms first .. end - 1, ascending: each term doubles the list, which stays sorted
 * by merging its lower and its upper copy. Returns the one of a, b (2^(end - first),) that holds
 * it. */
static const double *sorted_sums(const struct flips *f, size_t first, size_t end, double *a,
                                 double *b)
{
    a[0] = 0.0;
    for (size_t i = first, n = 1; i < end; i++, n *= 2) {
        const double t = fabs(term(f, i));
        size_t low = 0, high = 0;
        for (size_t k = 0; k < 2 * n; k++) {
            const bool take_low = high == n || (low < n && a[low] - t <= a[high] + t);
            b[k] = take_low ? a[low++] - t : a[high++] + t;
        }
        double *swap = a;
        a = b;
        b = swap;
    }
    return a;
}

static double exact_share(const struct flips *f, double *scratch)
{
    const size_t half = f->n / 2, n_a = (size_t)1 << half, n_b = (size_t)1 << (f->n - half);
    const double *a = sorted_sums(f, 0, half, scratch, scratch + n_b);
    const double *b = sorted_sums(f, half, f->n, scratch + 2 * n_b, scratch + 3 * n_b);
    uint64_t hits = 0;
    for (size_t i = 0, j = n_b; i < n_a; i++) {
        while (j > 0 && a[i] + b[j - 1] >= f->bar) {
            j--;
        }
        hits += n_b - j;
    }
    return (double)hits / ((double)n_a * (double)n_b);
}

/* Sums of every pattern of signs of terms first .. first + 7; terms past the last are 0. */
static void tabulate(const struct flips *f, size_t first, double table[PATTERNS])
{
    table[0] = 0.0;
    for (size_t i = 0; i < BYTE && first + i < f->n; i++) {
        table[0] -= term(f, first + i);
    }
    for (size_t bit = 0; bit < BYTE; bit++) {
        const double step = first + bit < f->n ? 2.0 * term(f, first + bit) : 0.0;
        for (size_t k = 0; k < (size_t)1 << bit; k++) {
            table[k + ((size_t)1 << bit)] = table[k] + step;
        }
    }
}

static double random_share(const struct flips *f, size_t n_draws, uint64_t seed, double *tables)
{
    const size_t n_bytes = (f->n + BYTE - 1) / BYTE;
    for (size_t k = 0; k < n_bytes; k++) {
        tabulate(f, k * BYTE, tables + k * PATTERNS);
    }
    struct attune_rng rng;
    attune_rng_init(&rng, seed, f->n);
    uint64_t hits = 1;
    for (size_t draw = 0; draw < n_draws; draw++) {
        double sum = 0.0;
        uint64_t bits = 0;
        for (size_t k = 0; k < n_bytes; k++, bits >>= BYTE) {
            bits = k % sizeof bits ? bits : attune_rng_u64(&rng);
            sum += tables[k * PATTERNS + (bits & (PATTERNS - 1))];
        }
        hits += sum >= f->bar;
    }
    return (double)hits / (double)(n_draws + 1);
}

/* p of the patterns whose sum reaches that of d + shift. Sums that differ by rounding alone count
 * as equal: a pattern that gives the observed sum again must be counted, whatever the order of its
 * additions. 1 when the observed sum is not above 0. */
static double share(const double *d, size_t n, double shift, double sense, size_t n_draws,
                    uint64_t seed, double *scratch)
{
    double size = fabs(shift) * (double)n;
    for (size_t i = 0; i < n; i++) {
        size += fabs(d[i]);
    }
    const double rounding = 1e-12 * size;
    const double sum = n ? sense * (attune_mean(d, n) + shift) * (double)n : 0.0;
    const struct flips f = {d, n, shift, sense, sum - rounding};
    if (f.bar <= rounding) {
        return 1.0;
    }
    return n <= ATTUNE_PERMUTATION_EXACT ? exact_share(&f, scratch)
                                         : random_share(&f, n_draws, seed, scratch);
}

struct attune_test attune_permutation_paired(const double *d, size_t n, size_t n_draws,
                                             uint64_t seed, double *scratch)
{
    struct attune_test test = {.p = 1.0, .n = n, .statistic = n ? attune_mean(d, n) : 0.0};
    const double sense = test.statistic < 0.0 ? -1.0 : 1.0;
    const double one_sided = share(d, n, 0.0, sense, n_draws, seed, scratch);
    if (one_sided < 1.0) { /* every pattern's opposite is as likely: both tails are one doubled */
        test.sign = (int)sense;
        test.p = fmin(1.0, 2.0 * one_sided);
    }
    return test;
}

double attune_permutation_upper(const double *d, size_t n, double shift, size_t n_draws,
                                uint64_t seed, double *scratch)
{
    return share(d, n, shift, 1.0, n_draws, seed, scratch);
}

double attune_permutation_lower(const double *d, size_t n, double shift, size_t n_draws,
                                uint64_t seed, double *scratch)
{
    return share(d, n, shift, -1.0, n_draws, seed, scratch);
}
