/* Long-range drift: how far the end of a piece has moved away from its beginning.
 *
 *     D(first third, last third) / mean of D(adjacent thirds) over 64 shuffled orders of the piece
 *
 * D  square root of the energy distance 2 E|a - b| - E|a - a'| - E|b - b'| between the blocks of
 * two
 *    thirds (blocks.h: pitch classes, loudness, brightness, onset density)
 * About 1 for a piece whose first and last thirds are drawn from the same stock; the shuffles
 * measure what thirds of this length differ by chance. The orders are seeded and the same for every
 * sample. Source of D: Szekely & Rizzo 2013. Undefined below 12 sounding blocks, or when all blocks
 * are alike. */
#include <math.h>

#include "base/rng.h"
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/temporal/blocks.h"

enum { MIN_BLOCKS = 12, N_SHUFFLES = 64, SEED = 1 };

/* distance: (n, n) between blocks. */
static void fill_distances(const struct attune_blocks *blocks, double *distance)
{
    for (size_t i = 0; i < blocks->n; i++) {
        for (size_t j = 0; j < i; j++) {
            const double *a = blocks->rows + i * ATTUNE_BLOCK_COLUMNS;
            const double *b = blocks->rows + j * ATTUNE_BLOCK_COLUMNS;
            double sum = 0.0;
            for (size_t c = 0; c < ATTUNE_BLOCK_COLUMNS; c++) {
                sum += (a[c] - b[c]) * (a[c] - b[c]);
            }
            distance[i * blocks->n + j] = distance[j * blocks->n + i] = sqrt(sum);
        }
    }
}

/* Mean distance between the blocks order[a..a+n) and order[b..b+n). */
static double mean_between(const double *distance, size_t n_blocks, const size_t *order, size_t a,
                           size_t b, size_t n)
{
    double sum = 0.0;
    for (size_t i = a; i < a + n; i++) {
        const double *row = distance + order[i] * n_blocks;
        for (size_t j = b; j < b + n; j++) {
            sum += row[order[j]];
        }
    }
    return sum / ((double)n * (double)n);
}

static double energy_distance(double between, double within_a, double within_b)
{
    return sqrt(fmax(2.0 * between - within_a - within_b, 0.0));
}

static double drift(const double *distance, size_t n_blocks, size_t *order)
{
    const size_t n = n_blocks / 3, last = n_blocks - n;
    for (size_t i = 0; i < n_blocks; i++) {
        order[i] = i;
    }
    const double piece = energy_distance(mean_between(distance, n_blocks, order, 0, last, n),
                                         mean_between(distance, n_blocks, order, 0, 0, n),
                                         mean_between(distance, n_blocks, order, last, last, n));
    struct attune_rng rng;
    attune_rng_init(&rng, SEED, 0);
    double chance = 0.0;
    for (size_t s = 0; s < N_SHUFFLES; s++) {
        attune_rng_shuffle(&rng, order, n_blocks);
        double within[3];
        for (size_t t = 0; t < 3; t++) {
            within[t] = mean_between(distance, n_blocks, order, t * n, t * n, n);
        }
        for (size_t t = 0; t < 2; t++) {
            const double between =
                mean_between(distance, n_blocks, order, t * n, (t + 1) * n, n);
            chance += energy_distance(between, within[t], within[t + 1]) / (2.0 * N_SHUFFLES);
        }
    }
    return chance > 1e-9 ? piece / chance : -1.0;
}

static struct attune_value measure(struct attune_analysis *a)
{
    const struct attune_blocks blocks = attune_blocks_make(a);
    if (blocks.why) {
        return attune_undefined(blocks.why);
    }
    if (blocks.n < MIN_BLOCKS) {
        return attune_undefined("fewer than 12 blocks with sound");
    }
    double *distance = attune_arena_alloc(&a->scratch, blocks.n * blocks.n, sizeof *distance);
    size_t *order = attune_arena_alloc(&a->scratch, blocks.n, sizeof *order);
    if (!distance || !order) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    fill_distances(&blocks, distance);
    const double value = drift(distance, blocks.n, order);
    return value < 0.0 ? attune_undefined("all blocks are alike") : attune_defined(value);
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_value value = measure(a);
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_temporal_long_range_drift = {
    .id = "temporal.long_range_drift",
    .version = 2,
    .title = "Long-range drift",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "distance of the last third of the piece from the first, against chance",
    .formula =
        "energy distance of the blocks of the first and the last third, over the mean of that"
        " of adjacent thirds in 64 shuffled orders",
    .source = "energy distance: Szekely & Rizzo 2013",
    .undefined_when = "fewer than 12 seconds with sound, or all of them alike",
    .eval = eval,
};
