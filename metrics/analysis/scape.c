/* The fitness scape plot: see scape.h for what, scape_lanes.inc for how. */
#include "metrics/analysis/scape.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined __AVX512F__
#include <immintrin.h>
#define VECTOR_BYTES 64
#elif defined __AVX2__
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#define QUANTUM 16384.0 /* 2^14 */
#define MARGIN 1e-3     /* beyond the rounding of what a path may gain */

enum { GROUP = 8 }; /* columns */

/* The groups of columns from 3 on that have to be computed for the next two rows, one bit each.
 * alive: those of the two rows before from which a path may still win; two rows lead one to four
 * columns on, so into the same group or the next. The paths must also reach the last column: two
 * columns in each of the rows_left, which count from the row before. */
static uint64_t needed_groups(uint64_t alive, size_t length, size_t rows_left)
{
    if (length < 3) {
        return 0;
    }
    const size_t n_groups = (length - 2 + GROUP - 1) / GROUP;
    uint64_t needed = (alive | alive << 1 | 1) & ~(uint64_t)0 >> (64 - n_groups);
    if (length > 3 + 2 * rows_left) {
        needed &= ~(uint64_t)0 << (length - 2 * rows_left - 3) / GROUP;
    }
    return needed;
}

/* Normalised score and coverage and their harmonic mean, in the reference's order of operations
 * (whose 1e-16 beside n and the path length changes no double). */
static struct attune_scape_cell make_cell(double score, double path_length, double coverage,
                                          size_t length, size_t n)
{
    const double tiny = 1e-16;
    const double score_n = (score - (double)length) / (path_length + tiny);
    const double coverage_n = (coverage - (double)length) / ((double)n + tiny);
    return (struct attune_scape_cell){
        .score = score,
        .fitness = 2.0 * score_n * coverage_n / (score_n + coverage_n + tiny),
        .coverage = coverage / (double)n,
    };
}

#if defined __AVX512F__
#define BLEND(x, y)                                                                                \
    .score = _mm512_max_pd(x.score, y.score),                                                      \
    .path = (f64_path)_mm512_mask_blend_epi64(_mm512_cmp_pd_mask(x.score, y.score, _CMP_GT_OQ),    \
                                              (__m512i)y.path, (__m512i)x.path)
#define LARGER _mm512_max_pd
#endif
#define SCORE double
#define MASK int64_t
#define PATH uint64_t
#define NAME(name) f64_##name
#include "metrics/analysis/scape_lanes.inc"
#undef SCORE
#undef MASK
#undef PATH
#undef NAME
#undef BLEND
#undef LARGER

#if defined __AVX512F__
#define BLEND(x, y)                                                                                \
    .score = _mm512_max_ps(x.score, y.score),                                                      \
    .path = (f32_path)_mm512_mask_blend_epi32(_mm512_cmp_ps_mask(x.score, y.score, _CMP_GT_OQ),    \
                                              (__m512i)y.path, (__m512i)x.path)
#define LARGER _mm512_max_ps
#endif
#define SCORE float
#define MASK int32_t
#define PATH uint32_t
#define NAME(name) f32_##name
#include "metrics/analysis/scape_lanes.inc"

void attune_scape_quantise(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double v = values[i] < -2.0 ? -2.0 : values[i] > 1.0 ? 1.0 : values[i];
        values[i] = rint(v * QUANTUM) / QUANTUM;
    }
}

static int exact_in_float(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double scaled = values[i] * QUANTUM;
        if (scaled != rint(scaled) || values[i] < -2.0 || values[i] > 1.0) {
            return 0;
        }
    }
    return 1;
}

int attune_scape_init(struct attune_scape *scape, const double *matrix, size_t n,
                      struct attune_arena *arena)
{
    *scape = (struct attune_scape){.n = n};
    if (exact_in_float(matrix, n * n)) {
        scape->f32 = f32_pad(matrix, n, arena);
        scape->rows = attune_arena_alloc(arena, 2 * (n + 2), sizeof(struct f32_cell));
    } else {
        scape->f64 = f64_pad(matrix, n, arena);
        scape->rows = attune_arena_alloc(arena, 2 * (n + 2), sizeof(struct f64_cell));
    }
    return (scape->f32 || scape->f64) && scape->rows;
}

size_t attune_scape_block(const struct attune_scape *scape, size_t length, size_t start,
                          struct attune_scape_cell *cells)
{
    return scape->f32 ? f32_block(scape->f32, scape->n, length, start, scape->rows, cells)
                      : f64_block(scape->f64, scape->n, length, start, scape->rows, cells);
}

void attune_scape_row(const struct attune_scape *scape, size_t length,
                      struct attune_scape_cell *cells)
{
    for (size_t start = 0; start + length <= scape->n;) {
        start += attune_scape_block(scape, length, start, cells + start);
    }
}

int attune_scape_all(const double *matrix, size_t n, struct attune_arena *arena, double *fitness)
{
    struct attune_scape scape;
    struct attune_scape_cell *cells = attune_arena_alloc(arena, n, sizeof *cells);
    if (!cells || !attune_scape_init(&scape, matrix, n, arena)) {
        return 0;
    }
    memset(fitness, 0, n * n * sizeof *fitness);
    for (size_t length = 1; length <= n; length++) {
        attune_scape_row(&scape, length, cells);
        for (size_t start = 0; start + length <= n; start++) {
            fitness[(length - 1) * n + start] = cells[start].fitness;
        }
    }
    return 1;
}

/* Every row of the piece holds at most one cell of the paths, so that their score is at most n and
 * the normalised score at most 1 - length/n. Coverage is at most n, but for one row that the
 * corner D(n,2) of the programme may count twice in each of at most 2 n/length paths. */
double attune_scape_bound(size_t n, size_t length)
{
    const double score = 1.0 - (double)length / (double)n;
    const double coverage = score + 2.0 / (double)length;
    return score > 0.0 ? 2.0 * score * coverage / (score + coverage) : 0.0;
}
