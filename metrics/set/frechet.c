/* Frechet distance by symmetric eigenvalues. */
#include "metrics/set/frechet.h"

#include <math.h>

#include "base/linalg.h"
#include "base/mem.h"
#include "metrics/set/moments.h"

struct attune_frechet_work {
    size_t d;
    double *mean[2];   /* (d,) */
    double *factor[2]; /* (d, d) covariance, then factor of at most d rows */
    double *product;   /* (d, d) */
    double *square;    /* (d, d) */
    double *eigen;     /* (d,) */
    double *block;     /* (ATTUNE_MOMENTS_BLOCK, d) */
};

struct attune_frechet_work *attune_frechet_work_new(size_t d, struct attune_err *err)
{
    struct attune_frechet_work *w = attune_alloc(1, sizeof *w);
    if (w) {
        w->d = d;
        for (int side = 0; side < 2; side++) {
            w->mean[side] = attune_alloc(d, sizeof(double));
            w->factor[side] = attune_alloc_aligned(d * d, sizeof(double));
        }
        w->product = attune_alloc_aligned(d * d, sizeof(double));
        w->square = attune_alloc_aligned(d * d, sizeof(double));
        w->eigen = attune_alloc(d, sizeof(double));
        w->block = attune_alloc_aligned(ATTUNE_MOMENTS_BLOCK * d, sizeof(double));
    }
    if (!w || !w->mean[0] || !w->mean[1] || !w->factor[0] || !w->factor[1] || !w->product ||
        !w->square || !w->eigen || !w->block) {
        attune_frechet_work_free(w);
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a Frechet distance in %zu dimensions",
                    d);
        return NULL;
    }
    return w;
}

void attune_frechet_work_free(struct attune_frechet_work *w)
{
    if (w) {
        for (int side = 0; side < 2; side++) {
            attune_release(w->mean[side]);
            attune_release(w->factor[side]);
        }
        attune_release(w->product);
        attune_release(w->square);
        attune_release(w->eigen);
        attune_release(w->block);
        attune_release(w);
    }
}

static double trace(const double *s, size_t d)
{
    double sum = 0.0;
    for (size_t i = 0; i < d; i++) {
        sum += s[i * d + i];
    }
    return sum;
}

static double sum_of_squares(const double *v, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += v[i] * v[i];
    }
    return sum;
}

/* Singular values of F1 F2^T, their sum into out->trace_root. */
static enum attune_code add_root(struct attune_frechet_work *w, struct attune_frechet *out,
                                 struct attune_err *err)
{
    const size_t r1 = out->rank_first, r2 = out->rank_second;
    if (r1 == 0 || r2 == 0) { /* a set of equal rows: the product is zero */
        out->trace_root = out->clipped = 0.0;
        return ATTUNE_OK;
    }
    attune_product_nt(w->factor[0], w->factor[1], w->product, r1, r2, w->d);
    memset(w->square, 0, r2 * r2 * sizeof *w->square);
    attune_gram_add(w->product, r1, r2, w->square);
    attune_symmetrise(w->square, r2);
    enum attune_code code = attune_eigenvalues(w->square, r2, w->eigen, err);
    double roots = 0.0, positive = 0.0, negative = 0.0;
    for (size_t i = 0; !code && i < r2; i++) {
        if (w->eigen[i] > 0.0) {
            roots += sqrt(w->eigen[i]);
            positive += w->eigen[i];
        } else {
            negative -= w->eigen[i];
        }
    }
    out->trace_root = roots;
    out->clipped = positive > 0.0 ? negative / positive : 0.0;
    return code;
}

static void finish(struct attune_frechet_work *w, const double *mean_first,
                   const double *mean_second, struct attune_frechet *out)
{
    out->mean_term = 0.0;
    for (size_t j = 0; j < w->d; j++) {
        const double difference = mean_first[j] - mean_second[j];
        out->mean_term += difference * difference;
    }
    out->distance = out->mean_term + out->trace_first + out->trace_second - 2.0 * out->trace_root;
}

/* The covariance in w->factor[side] becomes its factor. */
static enum attune_code take_covariance(struct attune_frechet_work *w, int side, double *tr,
                                        size_t *rank, struct attune_err *err)
{
    *tr = trace(w->factor[side], w->d);
    return attune_factor(w->factor[side], w->d, w->square, rank, err);
}

enum attune_code attune_frechet_moments(struct attune_frechet_work *w, const double *mean_first,
                                        const double *cov_first, const double *mean_second,
                                        const double *cov_second, struct attune_frechet *out,
                                        struct attune_err *err)
{
    *out = (struct attune_frechet){0};
    memcpy(w->factor[0], cov_first, w->d * w->d * sizeof(double));
    memcpy(w->factor[1], cov_second, w->d * w->d * sizeof(double));
    enum attune_code code = take_covariance(w, 0, &out->trace_first, &out->rank_first, err);
    if (!code) {
        code = take_covariance(w, 1, &out->trace_second, &out->rank_second, err);
    }
    if (!code) {
        code = add_root(w, out, err);
    }
    if (!code) {
        finish(w, mean_first, mean_second, out);
    }
    return code;
}

/* The factor of one side: its centred rows over sqrt(n - 1) where they are at most d, else the
 * Cholesky factor of the covariance. Both are at most d rows, so everything fits the scratch. */
static enum attune_code take_rows(struct attune_frechet_work *w, int side,
                                  const struct attune_frechet_side *set, double *tr, size_t *rank,
                                  struct attune_err *err)
{
    if (set->n > w->d) {
        attune_moments(set->rows, set->n, w->d, set->index, w->mean[side], w->factor[side],
                       w->block);
        return take_covariance(w, side, tr, rank, err);
    }
    const double scale = 1.0 / sqrt((double)set->n - 1.0);
    attune_moments_mean(set->rows, set->n, w->d, set->index, w->mean[side]);
    for (size_t i = 0; i < set->n; i++) {
        const float *row = set->rows + (set->index ? set->index[i] : i) * w->d;
        for (size_t j = 0; j < w->d; j++) {
            w->factor[side][i * w->d + j] = (row[j] - w->mean[side][j]) * scale;
        }
    }
    *tr = sum_of_squares(w->factor[side], set->n * w->d);
    *rank = set->n;
    return ATTUNE_OK;
}

enum attune_code attune_frechet_rows(struct attune_frechet_work *w,
                                     const struct attune_frechet_side *first,
                                     const struct attune_frechet_side *second,
                                     struct attune_frechet *out, struct attune_err *err)
{
    *out = (struct attune_frechet){0};
    enum attune_code code = take_rows(w, 0, first, &out->trace_first, &out->rank_first, err);
    if (!code) {
        code = take_rows(w, 1, second, &out->trace_second, &out->rank_second, err);
    }
    if (!code) {
        code = add_root(w, out, err);
    }
    if (!code) {
        finish(w, w->mean[0], w->mean[1], out);
        /* n centred rows span n - 1 dimensions at most. */
        out->rank_first -= first->n <= w->d;
        out->rank_second -= second->n <= w->d;
    }
    return code;
}
