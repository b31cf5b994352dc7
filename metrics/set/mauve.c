/* MAUVE between reference and candidates.
 *
 *     rows scaled to length 1, principal components of both sets together up to 90 % of the
 * variance, k-means into min(n, m) / 10 buckets (at least 2), histograms p (reference) and q
 * (candidates), area of their divergence curve (mauve.h)
 *
 * Detail mad = -ln mauve is linear where the area saturates. The buckets depend on the seed
 * (k-means++, best of 3 runs), as with the published tool, whose clustering is another: compare
 * values of one tool only. Interval: bootstrap of both histograms over fixed buckets (interval.h
 * says how it is placed), cut to [0, 1]. Undefined with fewer than 20 rows on a side or when a row
 * is zero.
 */
#include "metrics/set/mauve.h"

#include "base/linalg.h"
#include "base/mem.h"
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"
#include "metrics/set/kmeans.h"
#include "metrics/set/moments.h"

enum { FEWEST = 20, PER_BUCKET = 10, RUNS = 3, ITERATIONS = 100, WEIGHTS = 25 };

/* KL(p | w p + (1 - w) other), natural logarithm. */
static double divergence(const double *p, const double *other, size_t n, double weight)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += p[i] > 0.0 ? p[i] * log(p[i] / (weight * p[i] + (1.0 - weight) * other[i])) : 0.0;
    }
    return sum;
}

double attune_mauve_area(const double *p, const double *q, size_t n)
{
    enum { SCALE = 5, POINTS = WEIGHTS + 2 };
    double x[POINTS], y[POINTS];
    for (size_t i = 0; i < WEIGHTS; i++) {
        const double weight = 1e-6 + (1.0 - 2e-6) * (double)i / (WEIGHTS - 1);
        x[i + 1] = exp(-SCALE * divergence(q, p, n, 1.0 - weight));
        y[i + 1] = exp(-SCALE * divergence(p, q, n, weight));
    }
    x[0] = 1.0;
    y[0] = 0.0;
    x[POINTS - 1] = 0.0;
    y[POINTS - 1] = 1.0;
    /* x falls and y rises along the curve, so both integrals run over the same segments. */
    double area = 0.0;
    for (size_t i = 1; i < POINTS; i++) {
        area += 0.25 * (fabs(x[i - 1] - x[i]) * (y[i - 1] + y[i]) +
                        fabs(y[i] - y[i - 1]) * (x[i - 1] + x[i]));
    }
    return area;
}

/* Rows of both sets at length 1, the reference's first: (n, d). False when a row is zero. */
static bool scale_rows(const struct attune_set_pair *pair, float *rows)
{
    const struct attune_set *sets[2] = {&pair->reference, &pair->candidate};
    const size_t d = pair->reference.d;
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sets[s]->n; i++, rows += d) {
            const float *row = sets[s]->rows + i * d;
            double square = 0.0;
            for (size_t j = 0; j < d; j++) {
                square += (double)row[j] * row[j];
            }
            for (size_t j = 0; j < d; j++) {
                rows[j] = (float)(row[j] / sqrt(square));
            }
            if (!(square > 0.0)) {
                return false;
            }
        }
    }
    return true;
}

/* Projects rows (n, d) on their principal components, in place in the first *n_kept columns' worth
 * of memory: rows becomes (n, *n_kept). */
static enum attune_code project(float *rows, size_t n, size_t d, size_t *n_kept,
                                struct attune_err *err)
{
    double *mean = attune_alloc(d, sizeof *mean), *cov = attune_alloc(d * d, sizeof *cov);
    double *eigen = attune_alloc(d, sizeof *eigen);
    double *block = attune_alloc(ATTUNE_MOMENTS_BLOCK * d, sizeof *block);
    double *product = attune_alloc(ATTUNE_MOMENTS_BLOCK * d, sizeof *product);
    enum attune_code code = ATTUNE_OK;
    if (!mean || !cov || !eigen || !block || !product) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for principal components");
        goto out;
    }
    attune_moments(rows, n, d, NULL, mean, cov, block);
    code = attune_eigenvectors(cov, d, eigen, err);
    double total = 0.0, kept = 0.0;
    for (size_t i = 0; i < d; i++) {
        total += eigen[i] > 0.0 ? eigen[i] : 0.0;
    }
    *n_kept = 0;
    while (*n_kept < d && (*n_kept == 0 || kept < 0.9 * total)) {
        kept += eigen[d - ++*n_kept];
    }
    const double *axes = cov + (d - *n_kept) * d; /* (n_kept, d), the largest last */
    for (size_t begin = 0; begin < n && !code; begin += ATTUNE_MOMENTS_BLOCK) {
        const size_t n_block = n - begin < ATTUNE_MOMENTS_BLOCK ? n - begin : ATTUNE_MOMENTS_BLOCK;
        for (size_t i = 0; i < n_block * d; i++) {
            block[i] = rows[begin * d + i] - mean[i % d];
        }
        attune_product_nt(block, axes, product, n_block, *n_kept, d);
        for (size_t i = 0; i < n_block * *n_kept; i++) {
            rows[begin * *n_kept + i] = (float)product[i]; /* never beyond the rows already read */
        }
    }
out:
    attune_release(mean);
    attune_release(cov);
    attune_release(eigen);
    attune_release(block);
    attune_release(product);
    return code;
}

/* The bucket of every row of both sets: (n,). */
static enum attune_code find_buckets(const struct attune_set_pair *pair, size_t n_buckets,
                                     uint32_t *bucket, bool *possible, struct attune_err *err)
{
    const size_t n = pair->reference.n + pair->candidate.n, d = pair->reference.d;
    size_t n_kept = 0;
    struct attune_points points = {0};
    float *rows = attune_alloc_aligned(n * d, sizeof *rows);
    double *origin = attune_alloc(d, sizeof *origin);
    enum attune_code code = ATTUNE_OK;
    if (!rows || !origin) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for set.mauve");
        goto out;
    }
    *possible = scale_rows(pair, rows);
    if (!*possible) {
        goto out;
    }
    code = project(rows, n, d, &n_kept, err);
    if (!code) {
        code = attune_points_init(&points, rows, n, n_kept, origin, err);
    }
    if (!code) {
        const struct attune_kmeans how = {.k = n_buckets,
                                          .n_runs = RUNS,
                                          .n_iterations = ITERATIONS,
                                          .seed = pair->options.seed,
                                          .n_threads = pair->options.n_threads};
        code = attune_kmeans_run(&how, &points, bucket, err);
    }
out:
    attune_points_release(&points);
    attune_release(rows);
    attune_release(origin);
    return code;
}

/* Histograms of the rows that index names (NULL: all) of each set. */
static double area_of(const struct attune_set_pair *pair, const uint32_t *bucket,
                      const uint32_t *const index[2], size_t n_buckets, double *histogram)
{
    const size_t size[2] = {pair->reference.n, pair->candidate.n};
    memset(histogram, 0, 2 * n_buckets * sizeof *histogram);
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < size[s]; i++) {
            const size_t row = (s ? size[0] : 0) + (index[s] ? index[s][i] : i);
            histogram[s * n_buckets + bucket[row]] += 1.0 / (double)size[s];
        }
    }
    return attune_mauve_area(histogram, histogram + n_buckets, n_buckets);
}

static enum attune_code add_interval(const struct attune_set_pair *pair, const uint32_t *bucket,
                                     size_t n_buckets, double *histogram,
                                     struct attune_set_value *out, struct attune_err *err)
{
    const size_t n_replicates = pair->options.n_replicates;
    double *replicates = attune_alloc(n_replicates, sizeof *replicates);
    uint32_t *first = attune_alloc(pair->reference.n, sizeof *first);
    uint32_t *second = attune_alloc(pair->candidate.n, sizeof *second);
    enum attune_code code = ATTUNE_OK;
    if (!replicates || !first || !second) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the bootstrap");
    }
    for (size_t r = 0; r < n_replicates && !code; r++) {
        attune_set_resample(first, &pair->reference, pair->options.seed, r, 0);
        attune_set_resample(second, &pair->candidate, pair->options.seed, r, 1);
        const uint32_t *const index[2] = {first, second};
        replicates[r] = area_of(pair, bucket, index, n_buckets, histogram);
    }
    if (!code) {
        attune_set_interval(out, replicates, n_replicates, pair->options.level);
        out->ci_low = fmax(out->ci_low, 0.0);
        out->ci_high = fmin(out->ci_high, 1.0);
    }
    attune_release(replicates);
    attune_release(first);
    attune_release(second);
    return code;
}

static enum attune_code final(struct attune_set_pair *pair, struct attune_set_value *out,
                              struct attune_err *err)
{
    const size_t n = pair->reference.n, m = pair->candidate.n, fewer = n < m ? n : m;
    if (fewer < FEWEST) {
        out->value = attune_undefined("fewer than 20 rows");
        return ATTUNE_OK;
    }
    const size_t n_buckets = (fewer + PER_BUCKET / 2) / PER_BUCKET;
    uint32_t *bucket = attune_alloc(n + m, sizeof *bucket);
    double *histogram = attune_alloc(2 * n_buckets, sizeof *histogram);
    bool possible = false;
    enum attune_code code =
        bucket && histogram ? find_buckets(pair, n_buckets, bucket, &possible, err)
                            : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for set.mauve");
    if (!code && !possible) {
        out->value = attune_undefined("a row is zero");
    } else if (!code) {
        const uint32_t *const all[2] = {NULL, NULL};
        const double area = area_of(pair, bucket, all, n_buckets, histogram);
        out->value = attune_defined(fmin(area, 1.0));
        attune_set_detail(out, "mad", area > 0.0 ? fmax(-log(area), 0.0) : INFINITY);
        attune_set_detail(out, "n_buckets", (double)n_buckets);
        code = add_interval(pair, bucket, n_buckets, histogram, out, err);
    }
    attune_release(bucket);
    attune_release(histogram);
    return code;
}

const struct attune_set_metric attune_set_metric_mauve = {
    .id = "set.mauve",
    .version = 1,
    .title = "MAUVE",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0.0,
    .hi = 1.0,
    .needs_reference = true,
    .summary = "area under the divergence curve of the two sets' histograms over common clusters",
    .formula =
        "k-means histograms p, q; area of (exp(-5 KL(q|R)), exp(-5 KL(p|R))), R = w p + (1 - w) q",
    .source = "Pillutla et al. 2021",
    .undefined_when = "fewer than 20 rows on a side, or a row is zero",
    .final = final,
};
