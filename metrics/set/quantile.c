/* An exact order statistic of the pairwise distances without a second pass or a matrix in memory: a
 * sample of pairs brackets it, then one pass counts what lies below the bracket and keeps what lies
 * inside. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/set/points.h"
#include "metrics/stats/order.h"

enum { SAMPLE = 1 << 16, SEED = 19 };

/* Squared distances of seeded random pairs: (SAMPLE,). */
static void draw_sample(const struct attune_points *points, double *sample)
{
    struct attune_rng rng;
    attune_rng_init(&rng, SEED, points->n);
    for (size_t i = 0; i < SAMPLE; i++) {
        const size_t a = attune_rng_below(&rng, points->n);
        size_t b = attune_rng_below(&rng, points->n - 1);
        b += b >= a;
        sample[i] = attune_points_square_distance(points, a, points, b);
    }
}

/* Per row block, so that threads do not meet. */
struct kept {
    uint64_t n_below;
    float *v;
    size_t n, capacity;
    bool failed;
};

struct pass {
    float low, high;
    struct kept *blocks;
};

/* In chunks: few hold anything inside the bracket, and only those are looked at one by one. */
static void keep_row(struct kept *kept, const float *row, size_t n, float low, float high)
{
    enum { CHUNK = 16 };
    for (size_t from = 0; from < n; from += CHUNK) {
        const size_t n_chunk = n - from < CHUNK ? n - from : CHUNK;
        const float *restrict chunk = row + from;
        uint32_t below = 0, inside = 0;
        if (n_chunk == CHUNK) { /* a fixed length vectorises */
            for (size_t j = 0; j < CHUNK; j++) {
                below += chunk[j] < low;
                inside += chunk[j] >= low && chunk[j] <= high;
            }
        } else {
            for (size_t j = 0; j < n_chunk; j++) {
                below += chunk[j] < low;
                inside += chunk[j] >= low && chunk[j] <= high;
            }
        }
        kept->n_below += below;
        for (size_t j = 0; inside && j < n_chunk; j++) {
            if (chunk[j] >= low && chunk[j] <= high) {
                if (!attune_grow((void **)&kept->v, &kept->capacity, kept->n, sizeof *kept->v)) {
                    kept->failed = true;
                    return;
                }
                kept->v[kept->n++] = chunk[j];
                inside--;
            }
        }
    }
}

static void keep_tile(void *context, const struct attune_tile *tile)
{
    const struct pass *pass = context;
    for (size_t i = 0; i < tile->n_rows; i++) {
        /* columns right of the diagonal: each pair once */
        const size_t first = tile->row + i + 1;
        const size_t skip = first > tile->col ? first - tile->col : 0;
        if (skip < tile->n_cols) {
            keep_row(&pass->blocks[tile->block], tile->square + i * tile->n_cols + skip,
                     tile->n_cols - skip, pass->low, pass->high);
        }
    }
}

/* One pass; *found is false when the wanted rank lies outside the bracket. */
static enum attune_code search(const struct attune_points *points, struct pass *pass, uint64_t rank,
                               size_t n_threads, bool *found, double *distance,
                               struct attune_err *err)
{
    const size_t n_blocks = attune_tile_blocks(points->n);
    double *all = NULL;
    pass->blocks = attune_alloc(n_blocks, sizeof *pass->blocks);
    if (!pass->blocks) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a quantile of distances");
    }
    enum attune_code code =
        attune_points_tiles(points, points, true, n_threads, keep_tile, pass, err);
    uint64_t n_below = 0, n_inside = 0;
    bool failed = false;
    for (size_t i = 0; i < n_blocks; i++) {
        n_below += pass->blocks[i].n_below;
        n_inside += pass->blocks[i].n;
        failed = failed || pass->blocks[i].failed;
    }
    *found = rank >= n_below && rank - n_below < n_inside;
    if (!code && *found) {
        all = attune_alloc(n_inside, sizeof *all);
        failed = failed || !all;
    }
    if (!code && failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a quantile of distances");
    } else if (!code && *found) {
        size_t at = 0;
        for (size_t i = 0; i < n_blocks; i++) {
            for (size_t j = 0; j < pass->blocks[i].n; j++) {
                all[at++] = pass->blocks[i].v[j];
            }
        }
        *distance = sqrt(attune_select(all, n_inside, rank - n_below));
    }
    for (size_t i = 0; i < n_blocks; i++) {
        attune_release(pass->blocks[i].v);
    }
    attune_release(pass->blocks);
    attune_release(all);
    return code;
}

enum attune_code attune_points_quantile(const struct attune_points *points, double rank_share,
                                        size_t n_threads, double *distance, struct attune_err *err)
{
    const uint64_t n_pairs = (uint64_t)points->n * (points->n - 1) / 2;
    const uint64_t rank = (uint64_t)(rank_share * (double)(n_pairs - 1));
    struct pass pass = {.low = 0.0f, .high = INFINITY};
    if (n_pairs > 4 * SAMPLE) {
        double *sample = attune_alloc(SAMPLE, sizeof *sample);
        if (!sample) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a quantile of distances");
        }
        draw_sample(points, sample);
        /* five standard errors of a sample quantile, and five elements for the tails */
        const double at = rank_share * (SAMPLE - 1);
        const double margin = 5.0 * sqrt(SAMPLE * rank_share * (1.0 - rank_share)) + 5.0;
        if (at > margin) {
            pass.low = (float)attune_select(sample, SAMPLE, (size_t)(at - margin));
        }
        if (at + margin < SAMPLE - 1) {
            pass.high = (float)attune_select(sample, SAMPLE, (size_t)(at + margin));
        }
        attune_release(sample);
    }
    bool found;
    enum attune_code code = search(points, &pass, rank, n_threads, &found, distance, err);
    if (!code && !found) { /* one case in a million: keep everything */
        pass = (struct pass){.low = 0.0f, .high = INFINITY};
        code = search(points, &pass, rank, n_threads, &found, distance, err);
    }
    return code;
}
