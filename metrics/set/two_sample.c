/* All permutations at once, tile by tile: with labels l of 0 and 1 as the rows of a matrix L, the
 * sums over pairs that a kernel distance needs are l^T K l and l^T K 1, so a tile of K costs one
 * matrix product with L and is then forgotten. */
#include "metrics/set/two_sample.h"

#include <math.h>

#include "base/linalg.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "metrics/set/exp2.h"
#include "metrics/set/frechet.h"
#include "metrics/set/moments.h"
#include "metrics/set/points.h"

enum { FEWEST_PAIRS = 5, N_KERNELS = 2 };

/* Two statistics that differ by less, relative to their largest part, are equal: what single
 * precision leaves of a swap that changes nothing. */
static const double tie = 2e-6;

const char *const attune_two_sample_names[ATTUNE_N_TWO_SAMPLE] = {"mmd2", "energy", "fad"};

struct test {
    const struct attune_two_sample_options *options;
    struct attune_points points; /* of both sets, a before b */
    float *rows;                 /* (n, d) the same, not centred */
    size_t n, n_a, n_b;
    float factor;                /* -log2(e) / (2 s^2) */
    size_t n_labels;             /* 1 + permutations; label 0 is what was found */
    float *label;                /* (n_labels, n) in column blocks: 1 for a, 0 for b */
    double *within;              /* (N_KERNELS, n_blocks, n_labels) sum over pairs i < j in a */
    double *row_sum;             /* (N_KERNELS, n) sums of a row over all others */
    double *col_sum;             /* (N_KERNELS, n_blocks, n) */
    float **product;             /* (n_blocks,) scratch (n_labels, ATTUNE_TILE_ROWS), or NULL */
    size_t n_blocks;
};

/* Labels lie in blocks of ATTUNE_TILE_COLS columns, each (n_labels, its columns). */
static float *label_block(const struct test *t, size_t col, size_t *n_cols)
{
    *n_cols = t->n - col < ATTUNE_TILE_COLS ? t->n - col : ATTUNE_TILE_COLS;
    return t->label + col * t->n_labels;
}

static float label_at(const struct test *t, size_t label, size_t i)
{
    size_t n_cols;
    const size_t col = i / ATTUNE_TILE_COLS * ATTUNE_TILE_COLS;
    return label_block(t, col, &n_cols)[label * n_cols + i - col];
}

static void set_label(struct test *t, size_t label, size_t i, bool in_a)
{
    size_t n_cols;
    const size_t col = i / ATTUNE_TILE_COLS * ATTUNE_TILE_COLS;
    label_block(t, col, &n_cols)[label * n_cols + i - col] = in_a;
}

/* One permutation, from a stream of its own. order: (n,) scratch. */
static void permute(struct test *t, size_t label, const uint32_t *pair, size_t *order)
{
    struct attune_rng rng;
    attune_rng_init(&rng, t->options->seed, label);
    for (size_t i = 0; i < t->n; i++) {
        order[i] = i;
        set_label(t, label, i, i < t->n_a);
    }
    if (label == 0) {
        return;
    }
    if (!pair) {
        attune_rng_shuffle(&rng, order, t->n);
        for (size_t i = 0; i < t->n; i++) {
            set_label(t, label, order[i], i < t->n_a);
        }
        return;
    }
    for (size_t i = 0; i < t->n_a; i++) {
        if (pair[i] != UINT32_MAX) {
            const bool swap = attune_rng_below(&rng, 2) == 1;
            set_label(t, label, i, !swap);
            set_label(t, label, t->n_a + pair[i], swap);
        }
    }
}

/* The tile's squared distances become values of a kernel, each pair once: 0 elsewhere. */
static void to_kernel(const struct test *t, const struct attune_tile *tile, int kernel,
                      float *restrict out)
{
    for (size_t i = 0; i < tile->n_rows; i++) {
        const size_t beyond = tile->row + i + 1;
        const size_t from = beyond <= tile->col                  ? 0
                            : beyond - tile->col < tile->n_cols ? beyond - tile->col
                                                                 : tile->n_cols;
        const float *restrict square = tile->square + i * tile->n_cols;
        float *restrict row = out + i * tile->n_cols;
        for (size_t j = 0; j < from; j++) {
            row[j] = 0.0f;
        }
        for (size_t j = from; j < tile->n_cols; j++) {
            row[j] = kernel == 0 ? attune_exp2_negative(square[j] * t->factor) : -sqrtf(square[j]);
        }
    }
}

static void add_tile(void *context, const struct attune_tile *tile)
{
    const struct test *t = context;
    size_t n_cols;
    const float *labels = label_block(t, tile->col, &n_cols);
    float *product = t->product[tile->block], *k = product + t->n_labels * ATTUNE_TILE_ROWS;
    for (int kernel = 0; kernel < N_KERNELS; kernel++) {
        to_kernel(t, tile, kernel, k);
        double *within = t->within + ((size_t)kernel * t->n_blocks + tile->block) * t->n_labels;
        double *row_sum = t->row_sum + (size_t)kernel * t->n + tile->row;
        double *col_sum =
            t->col_sum + ((size_t)kernel * t->n_blocks + tile->block) * t->n + tile->col;
        for (size_t i = 0; i < tile->n_rows; i++) {
            double sum = 0.0;
            for (size_t j = 0; j < n_cols; j++) {
                sum += k[i * n_cols + j];
                col_sum[j] += k[i * n_cols + j];
            }
            row_sum[i] += sum;
        }
        attune_product_nt_f(labels, k, product, t->n_labels, tile->n_rows, n_cols);
        for (size_t p = 0; p < t->n_labels; p++) {
            double sum = 0.0;
            for (size_t i = 0; i < tile->n_rows; i++) {
                sum += label_at(t, p, tile->row + i) * product[p * tile->n_rows + i];
            }
            within[p] += sum;
        }
    }
}

/* The statistics of one kernel under all labels, value (n_labels,), and the size of their parts. */
static void to_statistics(const struct test *t, int kernel, double *value, double *scale)
{
    double *row_sum = t->row_sum + (size_t)kernel * t->n, total = 0.0;
    for (size_t b = 0; b < t->n_blocks; b++) {
        for (size_t i = 0; i < t->n; i++) {
            row_sum[i] += t->col_sum[((size_t)kernel * t->n_blocks + b) * t->n + i];
        }
    }
    for (size_t i = 0; i < t->n; i++) {
        total += row_sum[i]; /* ordered pairs */
    }
    const double n_a = (double)t->n_a, n_b = (double)t->n_b;
    for (size_t p = 0; p < t->n_labels; p++) {
        double in_a = 0.0, from_a = 0.0;
        for (size_t b = 0; b < t->n_blocks; b++) {
            in_a += 2.0 * t->within[((size_t)kernel * t->n_blocks + b) * t->n_labels + p];
        }
        for (size_t i = 0; i < t->n; i++) {
            from_a += label_at(t, p, i) * row_sum[i];
        }
        const double across = from_a - in_a, in_b = total - from_a - across;
        value[p] = in_a / (n_a * (n_a - 1.0)) + in_b / (n_b * (n_b - 1.0)) -
                   2.0 * across / (n_a * n_b);
        if (p == 0) {
            *scale = 2.0 * fabs(across) / (n_a * n_b);
        }
    }
}

/* The share of permutations that are at least as far apart as what was found. */
static double p_value(const double *value, size_t n_labels, double scale)
{
    size_t n = 0;
    for (size_t p = 0; p < n_labels; p++) {
        n += value[p] >= value[0] - tie * scale;
    }
    return (double)n / (double)n_labels;
}

/* ---- the Frechet distance */

struct frechet {
    const struct test *t;
    double *value;                        /* (n_labels,) */
    struct attune_frechet_work **work;    /* (n_threads,) */
    uint32_t **index;                     /* (n_threads,) each (n,) */
    enum attune_code *code;               /* (n_labels,) */
};

static void fad_item(void *context, size_t label, size_t worker)
{
    struct frechet *f = context;
    const struct test *t = f->t;
    uint32_t *index = f->index[worker];
    size_t n_a = 0, n_b = 0;
    struct attune_frechet result;
    for (size_t i = 0; i < t->n; i++) {
        if (label_at(t, label, i) > 0.5f) {
            index[n_a++] = (uint32_t)i;
        } else {
            index[t->n_a + n_b++] = (uint32_t)i;
        }
    }
    f->code[label] = attune_frechet_rows(
        f->work[worker], &(struct attune_frechet_side){t->rows, n_a, index},
        &(struct attune_frechet_side){t->rows, n_b, index + n_a}, &result, NULL);
    f->value[label] = result.distance;
}

static enum attune_code run_frechet(const struct test *t, size_t n_labels, double *value,
                                    struct attune_err *err)
{
    const size_t n_threads = t->options->n_threads < 1 ? 1 : t->options->n_threads;
    enum attune_code code = ATTUNE_OK;
    struct frechet f = {.t = t, .value = value,
                        .work = attune_alloc(n_threads, sizeof(struct attune_frechet_work *)),
                        .index = attune_alloc(n_threads, sizeof(uint32_t *)),
                        .code = attune_alloc(n_labels, sizeof *f.code)};
    if (!f.work || !f.index || !f.code) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a permutation test");
    }
    for (size_t i = 0; i < n_threads && !code; i++) {
        f.index[i] = attune_alloc(t->n, sizeof(uint32_t));
        f.work[i] = attune_frechet_work_new(t->points.d, err);
        if (!f.index[i] || !f.work[i]) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a permutation test");
        }
    }
    if (!code) {
        attune_parallel_for(n_labels, n_threads, fad_item, &f);
    }
    for (size_t p = 0; p < n_labels && !code; p++) {
        code = f.code[p] ? attune_fail(err, f.code[p], "a Frechet distance failed") : ATTUNE_OK;
    }
    for (size_t i = 0; i < n_threads; i++) {
        if (f.index) {
            attune_release(f.index[i]);
        }
        if (f.work) {
            attune_frechet_work_free(f.work[i]);
        }
    }
    attune_release(f.work);
    attune_release(f.index);
    attune_release(f.code);
    return code;
}

/* ---- one way to swap */

static enum attune_code alloc_sums(struct test *t, struct attune_err *err)
{
    t->label = attune_alloc_aligned(t->n_labels * t->n, sizeof *t->label);
    t->within = attune_alloc(N_KERNELS * t->n_blocks * t->n_labels, sizeof *t->within);
    t->row_sum = attune_alloc(N_KERNELS * t->n, sizeof *t->row_sum);
    t->col_sum = attune_alloc(N_KERNELS * t->n_blocks * t->n, sizeof *t->col_sum);
    t->product = attune_alloc(t->n_blocks, sizeof(float *));
    bool failed = !t->label || !t->within || !t->row_sum || !t->col_sum || !t->product;
    for (size_t b = 0; b < t->n_blocks && !failed; b++) {
        t->product[b] = attune_alloc_aligned((t->n_labels + ATTUNE_TILE_COLS) * ATTUNE_TILE_ROWS,
                                             sizeof **t->product);
        failed = !t->product[b];
    }
    return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a permutation test")
                  : ATTUNE_OK;
}

static void free_sums(struct test *t)
{
    for (size_t b = 0; t->product && b < t->n_blocks; b++) {
        attune_release(t->product[b]);
    }
    attune_release(t->product);
    attune_release(t->label);
    attune_release(t->within);
    attune_release(t->row_sum);
    attune_release(t->col_sum);
}

static enum attune_code run_labels(struct test *t, const uint32_t *pair,
                                   double p[ATTUNE_N_TWO_SAMPLE],
                                   double found[ATTUNE_N_TWO_SAMPLE], struct attune_err *err)
{
    double *value = attune_alloc(t->n_labels, sizeof *value), scale = 0.0;
    size_t *order = attune_alloc(t->n, sizeof *order);
    enum attune_code code = alloc_sums(t, err);
    if (!code && (!value || !order)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a permutation test");
    }
    for (size_t label = 0; label < t->n_labels && !code; label++) {
        permute(t, label, pair, order);
    }
    if (!code) {
        code = attune_points_tiles(&t->points, &t->points, true, t->options->n_threads, add_tile,
                                   t, err);
    }
    for (int kernel = 0; kernel < N_KERNELS && !code; kernel++) {
        to_statistics(t, kernel, value, &scale);
        found[kernel] = value[0];
        p[kernel] = p_value(value, t->n_labels, scale);
    }
    const size_t n_fad =
        1 + (t->options->n_fad_permutations < t->n_labels - 1 ? t->options->n_fad_permutations
                                                               : t->n_labels - 1);
    if (!code) {
        code = run_frechet(t, n_fad, value, err);
    }
    if (!code) {
        found[ATTUNE_TWO_SAMPLE_FAD] = value[0];
        p[ATTUNE_TWO_SAMPLE_FAD] = p_value(value, n_fad, 1e-4 * value[0]);
    }
    free_sums(t);
    attune_release(value);
    attune_release(order);
    return code;
}

/* Both sets as one, centred on their mean, and the bandwidth. */
static enum attune_code join(struct test *t, const struct attune_set *a, const struct attune_set *b,
                             double *bandwidth, struct attune_err *err)
{
    const size_t d = a->d;
    t->rows = attune_alloc_aligned(t->n * d, sizeof *t->rows);
    double *mean = attune_alloc(d, sizeof *mean);
    enum attune_code code =
        t->rows && mean ? ATTUNE_OK
                        : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a permutation test");
    if (!code) {
        memcpy(t->rows, a->rows, a->n * d * sizeof *t->rows);
        memcpy(t->rows + a->n * d, b->rows, b->n * d * sizeof *t->rows);
        attune_moments_mean(t->rows, t->n, d, NULL, mean);
        code = attune_points_init(&t->points, t->rows, t->n, d, mean, err);
    }
    if (!code) {
        code = attune_points_quantile(&t->points, 0.5, t->options->n_threads, bandwidth, err);
    }
    attune_release(mean);
    return code;
}

static void take(struct attune_two_sample *out, const struct attune_two_sample_options *options,
                 const double *found, const double *p, bool pairs)
{
    for (int i = 0; i < ATTUNE_N_TWO_SAMPLE; i++) {
        out->of[i].value = found[i];
        *(pairs ? &out->of[i].p_pairs : &out->of[i].p) = p[i];
        out->of[i].n_permutations =
            i == ATTUNE_TWO_SAMPLE_FAD && options->n_fad_permutations < options->n_permutations
                ? options->n_fad_permutations
                : options->n_permutations;
    }
}

enum attune_code attune_two_sample_test(const struct attune_set *a, const struct attune_set *b,
                                        const uint32_t *pair,
                                        const struct attune_two_sample_options *options,
                                        struct attune_two_sample *out, struct attune_err *err)
{
    double found[ATTUNE_N_TWO_SAMPLE], p[ATTUNE_N_TWO_SAMPLE];
    *out = (struct attune_two_sample){0};
    for (int i = 0; i < ATTUNE_N_TWO_SAMPLE; i++) {
        out->of[i].value = out->of[i].p = out->of[i].p_pairs = NAN;
    }
    for (size_t i = 0; pair && i < a->n; i++) {
        out->n_pairs += pair[i] != UINT32_MAX;
    }
    if (a->n < 2 || b->n < 2) {
        out->why = "fewer than 2 samples with an embedding";
        return ATTUNE_OK;
    }
    if (a->d != b->d) {
        return attune_fail(err, ATTUNE_E_INPUT, "embeddings of %zu and %zu dimensions", a->d, b->d);
    }
    struct test t = {.options = options, .n = a->n + b->n, .n_a = a->n, .n_b = b->n,
                     .n_labels = 1 + options->n_permutations};
    t.n_blocks = attune_tile_blocks(t.n);
    enum attune_code code = join(&t, a, b, &out->bandwidth, err);
    if (!code && !(out->bandwidth > 0.0)) {
        out->why = "half of all samples are equal";
    } else if (!code) {
        t.factor = (float)(-M_LOG2E / (2.0 * out->bandwidth * out->bandwidth));
        code = run_labels(&t, NULL, p, found, err);
    }
    if (!code && !out->why) {
        take(out, options, found, p, false);
    }
    if (!code && !out->why && out->n_pairs >= FEWEST_PAIRS) {
        code = run_labels(&t, pair, p, found, err);
        if (!code) {
            take(out, options, found, p, true);
        }
    }
    attune_points_release(&t.points);
    attune_release(t.rows);
    return code;
}
