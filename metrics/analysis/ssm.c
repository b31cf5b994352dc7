/* The enhanced self-similarity matrix: cosine similarities, maximised over transpositions, tempi
 * and the two directions of diagonal smoothing, then thresholded by density and scaled (FMP 4.2;
 * the parameters are MusDr's, Wu & Yang 2020).
 *
 * A relative tempo t resamples the columns to ceil(n / t) by nearest neighbours, smooths along the
 * main diagonal direction, and resamples back. Smoothing is a sum of L products S(i + k, j + k), k
 * = 0 .. L-1, over L, beyond the matrix zero: with P the running sums along diagonals it is
 * P(i+L-1, j+L-1) - P(i-1, j-1) forwards and P(i, j) - P(i-L, j-L) backwards. */
#include "metrics/analysis/ssm.h"

#include <math.h>
#include <string.h>

#include "metrics/analysis/internal.h"
#include "metrics/analysis/scape.h"

struct attune_ssm_options attune_ssm_default_options(void)
{
    /* exp(linspace(ln 1/2, ln 2, 7)): steps of a third of an octave */
    static const double tempi[7] = {0.5, 0.6299605249474366, 0.7937005259840997, 1.0,
                                    1.259921049894873, 1.5874010519681994, 2.0};
    return (struct attune_ssm_options){.smooth_frames = 16,
                                       .tempi = tempi,
                                       .n_tempi = 7,
                                       .n_shifts = 12,
                                       .density = 0.25,
                                       .penalty = -2.0};
}

struct work {
    size_t n, max_columns;
    double *similarity; /* (n, n) of one transposition */
    double *running;    /* (n + 1, max_columns + 1) sums along diagonals, first row and column 0 */
    size_t *index;      /* (max_columns,) */
    double *sorted;     /* (n * n,) */
};

/* similarity(i, j) = <row i moved up by shift semitones, row j>. */
static void compare_rows(const double *rows, size_t n, size_t shift, double *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        double moved[12];
        for (size_t c = 0; c < 12; c++) {
            moved[(c + shift) % 12] = rows[i * 12 + c];
        }
        for (size_t j = 0; j < n; j++) {
            double sum = 0.0;
            for (size_t c = 0; c < 12; c++) {
                sum += moved[c] * rows[j * 12 + c];
            }
            out[i * n + j] = sum;
        }
    }
}

/* index[i] of `to` positions spread over `from`: round((i + 1) * from / to) - 1, half to even. */
static void resampling(size_t from, size_t to, size_t *index)
{
    for (size_t i = 0; i < to; i++) {
        const double position = rint((double)(i + 1) / (double)to * (double)from) - 1.0;
        index[i] = position > 0.0 ? (size_t)position : 0;
    }
}

/* Running sums along the diagonals of the similarity with its columns resampled. */
static void accumulate(const struct work *w, size_t n_columns)
{
    const size_t width = w->max_columns + 1;
    memset(w->running, 0, width * sizeof *w->running);
    for (size_t i = 0; i < w->n; i++) {
        const double *restrict row = w->similarity + i * w->n;
        const double *restrict before = w->running + i * width;
        double *restrict out = w->running + (i + 1) * width;
        out[0] = 0.0;
        for (size_t j = 0; j < n_columns; j++) {
            out[j + 1] = before[j] + row[w->index[j]];
        }
    }
}

/* The larger of forward and backward smoothing at (i, j) of the resampled matrix, times L. running
 * is shifted by one: running(i + 1, j + 1) ends at (i, j). */
static inline double smoothed(const struct work *w, size_t n_columns, size_t length, size_t i,
                              size_t j)
{
    const size_t width = w->max_columns + 1;
    size_t ahead = length;
    ahead = ahead < w->n - i ? ahead : w->n - i;
    ahead = ahead < n_columns - j ? ahead : n_columns - j;
    const double forward = w->running[(i + ahead) * width + j + ahead] - w->running[i * width + j];
    size_t back = length;
    back = back < i + 1 ? back : i + 1;
    back = back < j + 1 ? back : j + 1;
    const double backward = w->running[(i + 1) * width + j + 1] -
                            w->running[(i + 1 - back) * width + j + 1 - back];
    return forward > backward ? forward : backward;
}

/* Maximum over tempi and directions of the current similarity, into matrix. */
static void enhance(const struct work *w, const struct attune_ssm_options *options,
                    double *restrict matrix)
{
    const double scale = 1.0 / (double)options->smooth_frames;
    for (size_t t = 0; t < options->n_tempi; t++) {
        const size_t n_columns = (size_t)ceil((double)w->n / options->tempi[t]);
        resampling(w->n, n_columns, w->index);
        accumulate(w, n_columns);
        resampling(n_columns, w->n, w->index);
        for (size_t i = 0; i < w->n; i++) {
            for (size_t j = 0; j < w->n; j++) {
                const double v =
                    scale * smoothed(w, n_columns, options->smooth_frames, i, w->index[j]);
                matrix[i * w->n + j] = v > matrix[i * w->n + j] ? v : matrix[i * w->n + j];
            }
        }
    }
}

/* The k-th smallest of n values (quickselect; reorders them). */
static double kth_smallest(double *values, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        const double pivot = values[lo + (hi - lo) / 2];
        size_t i = lo, j = hi + 1; /* j is one past, so that it never goes below 0 */
        while (i < j) {
            while (values[i] < pivot) {
                i++;
            }
            while (values[j - 1] > pivot) {
                j--;
            }
            if (i < j) {
                const double swap = values[i];
                values[i++] = values[j - 1];
                values[--j] = swap;
            }
        }
        if (k < j) {
            hi = j - 1;
        } else if (k >= i) {
            lo = i;
        } else {
            break;
        }
    }
    return values[k];
}

/* Keeps the densest share of the cells, scales what is kept to [0, 1], puts the penalty elsewhere.
 */
static void threshold(const struct work *w, const struct attune_ssm_options *options,
                      double *matrix)
{
    const size_t n_cells = w->n * w->n;
    const size_t n_below = (size_t)rint((double)n_cells * (1.0 - options->density));
    double bar = INFINITY;
    if (n_below < n_cells) {
        memcpy(w->sorted, matrix, n_cells * sizeof *matrix);
        bar = kth_smallest(w->sorted, n_cells, n_below);
    }
    double lowest = INFINITY, highest = 0.0;
    for (size_t i = 0; i < n_cells; i++) {
        matrix[i] = matrix[i] < bar ? 0.0 : matrix[i];
        lowest = matrix[i] > 0.0 && matrix[i] < lowest ? matrix[i] : lowest;
        highest = matrix[i] > highest ? matrix[i] : highest;
    }
    for (size_t i = 0; i < n_cells; i++) {
        const int kept = matrix[i] > 0.0 && highest > lowest;
        matrix[i] = kept ? (matrix[i] - lowest) / (highest - lowest) : options->penalty;
    }
    for (size_t i = 0; i < w->n; i++) {
        matrix[i * w->n + i] = 1.0;
    }
}

int attune_ssm_compute(const double *rows, size_t n, const struct attune_ssm_options *options,
                       struct attune_arena *scratch, double *matrix)
{
    struct work w = {.n = n, .max_columns = n};
    for (size_t t = 0; t < options->n_tempi; t++) {
        const size_t n_columns = (size_t)ceil((double)n / options->tempi[t]);
        w.max_columns = n_columns > w.max_columns ? n_columns : w.max_columns;
    }
    w.similarity = attune_arena_alloc(scratch, n * n, sizeof *w.similarity);
    w.running =
        attune_arena_alloc(scratch, (n + 1) * (w.max_columns + 1), sizeof *w.running);
    w.index = attune_arena_alloc(scratch, w.max_columns, sizeof *w.index);
    w.sorted = attune_arena_alloc(scratch, n * n, sizeof *w.sorted);
    if (!w.similarity || !w.running || !w.index || !w.sorted) {
        return 0;
    }
    memset(matrix, 0, n * n * sizeof *matrix);
    for (size_t shift = 0; shift < options->n_shifts; shift++) {
        compare_rows(rows, n, shift, w.similarity);
        enhance(&w, options, matrix);
    }
    threshold(&w, options, matrix);
    return 1;
}

static struct attune_ssm *compute(struct attune_analysis *analysis)
{
    struct attune_ssm *ssm = attune_arena_alloc(&analysis->arena, 1, sizeof *ssm);
    if (!ssm) {
        return NULL;
    }
    const struct attune_harmony_sequence *sequence = attune_analysis_harmony_sequence(analysis);
    if (sequence->why || sequence->n < ATTUNE_SCAPE_MIN) {
        ssm->why = sequence->why ? sequence->why : "shorter than 1.5 s";
        return ssm;
    }
    const size_t step = (sequence->n + ATTUNE_SSM_MAX - 1) / ATTUNE_SSM_MAX;
    const size_t n = sequence->n / step;
    attune_arena_reset(&analysis->scratch);
    double *rows = attune_arena_alloc(&analysis->scratch, n, 12 * sizeof *rows);
    double *matrix = attune_arena_alloc(&analysis->arena, n * n, sizeof *matrix);
    if (!rows || !matrix) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        double norm = 0.0;
        for (size_t c = 0; c < 12; c++) {
            for (size_t k = 0; k < step; k++) {
                rows[i * 12 + c] += sequence->rows[(i * step + k) * 12 + c];
            }
            norm += rows[i * 12 + c] * rows[i * 12 + c];
        }
        for (size_t c = 0; c < 12 && step > 1 && norm > 0.0; c++) {
            rows[i * 12 + c] /= sqrt(norm);
        }
    }
    const struct attune_ssm_options options = attune_ssm_default_options();
    if (!attune_ssm_compute(rows, n, &options, &analysis->scratch, matrix)) {
        return NULL;
    }
    attune_scape_quantise(matrix, n * n);
    *ssm =
        (struct attune_ssm){.n = n, .rate_hz = sequence->rate_hz / (double)step, .matrix = matrix};
    return ssm;
}

const struct attune_ssm *attune_analysis_ssm(struct attune_analysis *analysis)
{
    static const struct attune_ssm none = {.why = "out of memory"};
    if (!analysis->ssm) {
        analysis->ssm = compute(analysis);
    }
    if (!analysis->ssm) {
        attune_analysis_oom(analysis);
        return &none;
    }
    return analysis->ssm;
}
