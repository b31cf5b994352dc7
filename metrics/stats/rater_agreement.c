/* Krippendorff's alpha and split halves. */
#include "metrics/stats/rater_agreement.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats/association.h"

static int by_unit(const void *x, const void *y)
{
    const struct attune_rated *a = x, *b = y;
    if (a->unit != b->unit) {
        return a->unit < b->unit ? -1 : 1;
    }
    return a->value < b->value ? -1 : a->value > b->value;
}

static int by_value(const void *x, const void *y)
{
    const struct attune_rated *a = x, *b = y;
    return a->value < b->value ? -1 : a->value > b->value;
}

/* Sum of the distances of all ordered pairs; for labels the values are sorted. */
static double distances(const struct attune_rated *r, size_t n, enum attune_level level)
{
    double sum = 0.0, squares = 0.0, alike = 0.0;
    if (level == ATTUNE_INTERVAL) { /* around the first value, so that digits are kept */
        for (size_t i = 0; i < n; i++) {
            const double x = r[i].value - r[0].value;
            sum += x;
            squares += x * x;
        }
        return 2.0 * ((double)n * squares - sum * sum);
    }
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && r[to].value == r[from].value; to++) {
        }
        alike += (double)(to - from) * (double)(to - from);
    }
    return (double)n * (double)n - alike;
}

/* Sorts by unit and drops units with one value; returns how many values are left. */
static size_t pairable(struct attune_rated *r, size_t n)
{
    size_t kept = 0;
    if (n) {
        qsort(r, n, sizeof *r, by_unit);
    }
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && r[to].unit == r[from].unit; to++) {
        }
        for (size_t i = from; i < to && to - from > 1; i++) {
            r[kept++] = r[i];
        }
    }
    return kept;
}

double attune_krippendorff(struct attune_rated *r, size_t n, enum attune_level level)
{
    double within = 0.0;
    n = pairable(r, n);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && r[to].unit == r[from].unit; to++) {
        }
        within += distances(r + from, to - from, level) / (double)(to - from - 1);
    }
    if (n) {
        qsort(r, n, sizeof *r, by_value);
    }
    const double all = n > 1 ? distances(r, n, level) / (double)(n - 1) : 0.0;
    return all > 0.0 ? 1.0 - within / all : NAN;
}

/* Means of the two halves of every unit; n_units receives their number. */
static void split(struct attune_rated *r, size_t n, struct attune_rng *rng, double *one,
                  double *two, size_t *n_units)
{
    *n_units = 0;
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && r[to].unit == r[from].unit; to++) {
        }
        const size_t half = (to - from) / 2;
        double sum[2] = {0.0, 0.0};
        for (size_t i = from; i < to; i++) { /* Fisher-Yates on the unit's values */
            const size_t j = i + attune_rng_below(rng, to - i);
            const struct attune_rated kept = r[i];
            r[i] = r[j];
            r[j] = kept;
            sum[i - from >= half] += r[i].value;
        }
        one[*n_units] = sum[0] / (double)half;
        two[(*n_units)++] = sum[1] / (double)(to - from - half);
    }
}

enum attune_code attune_split_half(struct attune_rated *r, size_t n, size_t n_splits, uint64_t seed,
                                   double *reliability, struct attune_err *err)
{
    double *one = attune_alloc(2 * n, sizeof *one), sum = 0.0;
    size_t n_units = 0, n_used = 0;
    if (!one) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu ratings", n);
    }
    n = pairable(r, n);
    for (size_t k = 0; k < n_splits; k++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, k);
        split(r, n, &rng, one, one + n, &n_units);
        const double c = attune_pearson(one, one + n, n_units);
        if (n_units >= 3 && isfinite(c) && c > -1.0) {
            sum += 2.0 * c / (1.0 + c);
            n_used++;
        }
    }
    *reliability = n_used ? sum / (double)n_used : NAN;
    attune_release(one);
    return ATTUNE_OK;
}
