/* Tiles of squared distances through single-precision matrix products. */
#include "metrics/set/points.h"


#include "base/linalg.h"
#include "base/mem.h"
#include "base/thread.h"

enum attune_code attune_points_init(struct attune_points *points, const float *rows, size_t n,
                                    size_t d, const double *centre, struct attune_err *err)
{
    *points = (struct attune_points){
        .v = attune_alloc_aligned(n * d, sizeof(float)),
        .square = attune_alloc_aligned(n, sizeof(float)),
        .n = n, .d = d,
    };
    if (!points->v || !points->square) {
        attune_points_release(points);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu embeddings", n);
    }
    for (size_t i = 0; i < n; i++) {
        float *row = points->v + i * d;
        double square = 0.0;
        for (size_t j = 0; j < d; j++) {
            row[j] = (float)(rows[i * d + j] - centre[j]);
            square += (double)row[j] * row[j];
        }
        points->square[i] = (float)square;
    }
    return ATTUNE_OK;
}

void attune_points_release(struct attune_points *points)
{
    attune_release(points->v);
    attune_release(points->square);
    *points = (struct attune_points){0};
}

double attune_points_square_distance(const struct attune_points *a, size_t i,
                                     const struct attune_points *b, size_t j)
{
    const float *x = a->v + i * a->d, *y = b->v + j * b->d;
    double sum = 0.0;
    for (size_t k = 0; k < a->d; k++) {
        const double difference = (double)x[k] - y[k];
        sum += difference * difference;
    }
    return sum;
}

struct loop {
    const struct attune_points *a, *b;
    bool symmetric;
    attune_tile_fn *fn;
    void *context;
    float **product; /* (n_threads,) a tile each */
};

/* |a|^2 + |b|^2 - 2 ab over a tile of products, in place. */
static void to_squares(float *restrict tile, const float *restrict row_square,
                       const float *restrict col_square, size_t n_rows, size_t n_cols)
{
    for (size_t i = 0; i < n_rows; i++) {
        float *restrict row = tile + i * n_cols;
        const float own = row_square[i];
        for (size_t j = 0; j < n_cols; j++) {
            const float square = own + col_square[j] - 2.0f * row[j];
            row[j] = square > 0.0f ? square : 0.0f;
        }
    }
}

static void run_block(void *context, size_t block, size_t worker)
{
    const struct loop *loop = context;
    const struct attune_points *a = loop->a, *b = loop->b;
    const size_t row = block * ATTUNE_TILE_ROWS;
    const size_t n_rows = a->n - row < ATTUNE_TILE_ROWS ? a->n - row : ATTUNE_TILE_ROWS;
    for (size_t col = 0; col < b->n; col += ATTUNE_TILE_COLS) {
        const size_t n_cols = b->n - col < ATTUNE_TILE_COLS ? b->n - col : ATTUNE_TILE_COLS;
        if (loop->symmetric && col + n_cols <= row) {
            continue;
        }
        float *tile = loop->product[worker];
        attune_product_nt_f(a->v + row * a->d, b->v + col * b->d, tile, n_rows, n_cols, a->d);
        to_squares(tile, a->square + row, b->square + col, n_rows, n_cols);
        loop->fn(loop->context, &(struct attune_tile){row, col, n_rows, n_cols, block, tile});
    }
}

enum attune_code attune_points_tiles(const struct attune_points *a, const struct attune_points *b,
                                     bool symmetric, size_t n_threads, attune_tile_fn *fn,
                                     void *context, struct attune_err *err)
{
    n_threads = n_threads < 1 ? 1 : n_threads;
    enum attune_code code = ATTUNE_OK;
    float **product = attune_alloc(n_threads, sizeof *product);
    for (size_t i = 0; product && i < n_threads; i++) {
        product[i] = attune_alloc_aligned(ATTUNE_TILE_ROWS * ATTUNE_TILE_COLS, sizeof **product);
        if (!product[i]) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for pairwise distances");
        }
    }
    if (!product) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for pairwise distances");
    }
    if (!code) {
        struct loop loop = {a, b, symmetric, fn, context, product};
        attune_parallel_for(attune_tile_blocks(a->n), n_threads, run_block, &loop);
    }
    for (size_t i = 0; i < n_threads; i++) {
        attune_release(product[i]);
    }
    attune_release(product);
    return code;
}
