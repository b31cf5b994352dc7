/* Sums of a Gaussian kernel over all pairs, row by row and column by column. */
#include "metrics/set/kernel.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/set/exp2.h"
#include "metrics/stats/order.h"

struct sums {
    float factor;     /* -log2(e) / (2 s^2) */
    bool symmetric;
    size_t n_cols;
    double *row;      /* (n,) */
    double *col;      /* (n_blocks, m): one row per block, so that threads do not meet */
};

static double sum_of(const float *v, size_t n)
{
    enum { LANES = 8 };
    double lane[LANES] = {0};
    size_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        for (size_t l = 0; l < LANES; l++) {
            lane[l] += v[j + l];
        }
    }
    for (; j < n; j++) {
        lane[0] += v[j];
    }
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
           ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

static void add_tile(void *context, const struct attune_tile *tile)
{
    const struct sums *s = context;
    double *restrict col = s->col + tile->block * s->n_cols + tile->col;
    const float factor = s->factor;
    for (size_t i = 0; i < tile->n_rows; i++) {
        float *restrict k = tile->square + i * tile->n_cols;
        size_t from = 0; /* symmetric: columns right of the diagonal, each pair once */
        if (s->symmetric && tile->row + i + 1 > tile->col) {
            from = tile->row + i + 1 - tile->col;
        }
        for (size_t j = from; j < tile->n_cols; j++) {
            k[j] = attune_exp2_negative(k[j] * factor);
            col[j] += k[j];
        }
        if (from < tile->n_cols) {
            s->row[tile->row + i] += sum_of(k + from, tile->n_cols - from);
        }
    }
}

/* Kernel sums of every row of a over b and of every column. row (n,), col (m,). */
static enum attune_code sum_kernel(const struct attune_points *a, const struct attune_points *b,
                                   double bandwidth, size_t n_threads, double *row, double *col,
                                   struct attune_err *err)
{
    const size_t n_blocks = attune_tile_blocks(a->n);
    struct sums s = {.factor = (float)(-M_LOG2E / (2.0 * bandwidth * bandwidth)),
                     .symmetric = a == b,
                     .n_cols = b->n,
                     .row = row,
                     .col = attune_alloc(n_blocks * b->n, sizeof(double))};
    if (!s.col) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for kernel sums");
    }
    enum attune_code code = attune_points_tiles(a, b, s.symmetric, n_threads, add_tile, &s, err);
    for (size_t block = 0; block < n_blocks; block++) {
        for (size_t j = 0; j < b->n; j++) {
            col[j] += s.col[block * b->n + j];
        }
    }
    attune_release(s.col);
    return code;
}

/* The mean of k within one set, and every item's own mean into own (n,), which begins as zeros. */
static enum attune_code within(const struct attune_points *points, double bandwidth,
                               size_t n_threads, double *own, double *mean, struct attune_err *err)
{
    double *col = attune_alloc(points->n, sizeof *col);
    if (!col) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for kernel sums");
    }
    enum attune_code code = sum_kernel(points, points, bandwidth, n_threads, own, col, err);
    for (size_t i = 0; i < points->n; i++) {
        own[i] = (own[i] + col[i]) / ((double)points->n - 1.0);
    }
    *mean = attune_mean(own, points->n);
    attune_release(col);
    return code;
}

void attune_mmd_release(struct attune_mmd *mmd)
{
    attune_release(mmd->influence_x);
    attune_release(mmd->influence_y);
    *mmd = (struct attune_mmd){0};
}

enum attune_code attune_mmd_compute(const struct attune_points *x, const struct attune_points *y,
                                    double bandwidth, size_t n_threads, struct attune_mmd *out,
                                    struct attune_err *err)
{
    *out = (struct attune_mmd){.bandwidth = bandwidth,
                               .influence_x = attune_alloc(x->n, sizeof(double)),
                               .influence_y = attune_alloc(y->n, sizeof(double))};
    double *cross_x = attune_alloc(x->n, sizeof *cross_x),
           *cross_y = attune_alloc(y->n, sizeof *cross_y);
    enum attune_code code = ATTUNE_OK;
    double mean_x = 0.0, mean_y = 0.0;
    if (!out->influence_x || !out->influence_y || !cross_x || !cross_y) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for kernel sums");
        goto out;
    }
    code = within(x, bandwidth, n_threads, out->influence_x, &mean_x, err);
    if (!code) {
        code = within(y, bandwidth, n_threads, out->influence_y, &mean_y, err);
    }
    if (!code) {
        code = sum_kernel(x, y, bandwidth, n_threads, cross_x, cross_y, err);
    }
    if (!code) {
        out->square = mean_x + mean_y - 2.0 * attune_mean(cross_x, x->n) / (double)y->n;
        for (size_t i = 0; i < x->n; i++) {
            out->influence_x[i] = 2.0 * (out->influence_x[i] - cross_x[i] / (double)y->n);
        }
        for (size_t j = 0; j < y->n; j++) {
            out->influence_y[j] = 2.0 * (out->influence_y[j] - cross_y[j] / (double)x->n);
        }
    }
out:
    attune_release(cross_x);
    attune_release(cross_y);
    if (code) {
        attune_mmd_release(out);
    }
    return code;
}
