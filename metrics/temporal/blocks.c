/* Blocks of harmony and sound. */
#include "metrics/temporal/blocks.h"

#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/internal.h"
#include "metrics/temporal/contour.h"

enum { LOUDNESS = 12, BRIGHTNESS = 13, DENSITY = 14, COLUMNS = ATTUNE_BLOCK_COLUMNS };

/* Differences below these are not heard; a column that varies less is scaled by them. */
static const double LEAST_SD[COLUMNS] = {
    [LOUDNESS] = 0.5, [BRIGHTNESS] = 0.05, [DENSITY] = 0.05};

struct grid {
    double length_s;
    size_t n;
    double *rows;  /* (n, COLUMNS) */
    double *count; /* (n, COLUMNS) what was added up per cell */
};

static void add(const struct grid *grid, double time_s, size_t column, double value, double weight)
{
    const size_t block = (size_t)(time_s / grid->length_s);
    if (block < grid->n) {
        grid->rows[block * COLUMNS + column] += weight * value;
        grid->count[block * COLUMNS + column] += weight;
    }
}

static void add_chroma(const struct grid *grid, const struct attune_chroma *chroma)
{
    for (size_t i = 0; i < chroma->n_frames; i++) {
        if (!chroma->silent[i]) {
            const double mid_s = 0.5 * (chroma->time_s[i] + chroma->time_s[i + 1]);
            const double weight = chroma->time_s[i + 1] - chroma->time_s[i];
            for (size_t pc = 0; pc < 12; pc++) {
                add(grid, mid_s, pc, (double)chroma->frames[12 * i + pc], weight);
            }
        }
    }
}

static void add_contour(const struct grid *grid, const struct attune_contour *contour,
                        size_t column)
{
    for (size_t i = 0; i < contour->n; i++) {
        add(grid, contour->time_s[i], column, contour->value[i], 1.0);
    }
}

/* Mean of each cell; blocks without sound are taken out. Returns the number of blocks kept. */
static size_t average(const struct grid *grid)
{
    size_t n = 0;
    for (size_t b = 0; b < grid->n; b++) {
        const double *sum = grid->rows + b * COLUMNS, *count = grid->count + b * COLUMNS;
        if (count[0] > 0.0 && count[LOUDNESS] > 0.0 && count[BRIGHTNESS] > 0.0) {
            double *row = grid->rows + n++ * COLUMNS;
            for (size_t c = 0; c < COLUMNS; c++) {
                row[c] = count[c] > 0.0 ? sum[c] / count[c] : 0.0;
            }
        }
    }
    return n;
}

static void standardise(double *rows, size_t n)
{
    double mean[COLUMNS] = {0.0}, variance[COLUMNS] = {0.0}, harmony = 0.0;
    for (size_t i = 0; i < n * COLUMNS; i++) {
        mean[i % COLUMNS] += rows[i] / (double)n;
    }
    for (size_t i = 0; i < n * COLUMNS; i++) {
        const double d = rows[i] - mean[i % COLUMNS];
        variance[i % COLUMNS] += d * d / (double)n;
    }
    for (size_t c = 0; c < 12; c++) {
        harmony += variance[c];
    }
    const double harmony_sd = fmax(sqrt(harmony / 3.0), 0.01);
    for (size_t i = 0; i < n * COLUMNS; i++) {
        const size_t c = i % COLUMNS;
        const double least = c == DENSITY ? LEAST_SD[c] * fabs(mean[c]) : LEAST_SD[c];
        const double sd = c < 12 ? harmony_sd : fmax(sqrt(variance[c]), least);
        rows[i] = sd > 0.0 ? (rows[i] - mean[c]) / sd : 0.0;
    }
}

struct attune_blocks attune_blocks_make(struct attune_analysis *a)
{
    const struct attune_chroma *chroma = attune_analysis_chroma(a);
    const struct attune_onset *onset = attune_analysis_onset(a);
    struct attune_blocks blocks = {.why = chroma->why ? chroma->why : onset->why};
    const struct attune_contour loudness = attune_contour_make(a, ATTUNE_CONTOUR_LOUDNESS);
    const struct attune_contour brightness = attune_contour_make(a, ATTUNE_CONTOUR_BRIGHTNESS);
    blocks.why = blocks.why ? blocks.why : loudness.why ? loudness.why : brightness.why;
    if (blocks.why) {
        return blocks;
    }
    const double duration_s = attune_analysis_duration_s(a);
    struct grid grid = {.length_s = fmax(1.0, duration_s / ATTUNE_MAX_BLOCKS)};
    grid.n = (size_t)(duration_s / grid.length_s);
    grid.rows = attune_arena_alloc(&a->scratch, grid.n * COLUMNS, sizeof *grid.rows);
    grid.count = attune_arena_alloc(&a->scratch, grid.n * COLUMNS, sizeof *grid.count);
    if (!grid.rows || !grid.count) {
        attune_analysis_oom(a);
        blocks.why = "out of memory";
        return blocks;
    }
    add_chroma(&grid, chroma);
    add_contour(&grid, &loudness, LOUDNESS);
    add_contour(&grid, &brightness, BRIGHTNESS);
    for (size_t i = 0; i < onset->n_frames; i++) {
        add(&grid, (double)i / onset->rate_hz, DENSITY, (double)onset->env[i], 1.0);
    }
    blocks.n = average(&grid);
    standardise(grid.rows, blocks.n);
    blocks.rows = grid.rows;
    return blocks;
}
