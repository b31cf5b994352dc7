/* Lloyd's algorithm over tiles of distances. */
#include "metrics/set/kmeans.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"

/* One run's state. */
struct run {
    const struct attune_kmeans *how;
    const struct attune_points *points;
    float *centre;     /* (k, d) */
    double *sum;       /* (k, d) */
    size_t *size;      /* (k,) */
    double *weight;    /* (n,) squared distance to the nearest centre so far */
    float *nearest;    /* (n,) squared distance */
    uint32_t *cluster; /* (n,) */
};

static double square_to(const struct attune_points *points, size_t i, const float *centre)
{
    const float *x = points->v + i * points->d;
    double sum = 0.0;
    for (size_t j = 0; j < points->d; j++) {
        const double difference = (double)x[j] - centre[j];
        sum += difference * difference;
    }
    return sum;
}

/* k-means++: every further centre is a point drawn with probability by its squared distance to the
 * others. */
static void draw_centres(struct run *r, struct attune_rng *rng)
{
    const size_t n = r->points->n, d = r->points->d;
    size_t chosen = attune_rng_below(rng, n);
    for (size_t i = 0; i < n; i++) {
        r->weight[i] = INFINITY;
    }
    for (size_t c = 0; c < r->how->k; c++) {
        double total = 0.0;
        memcpy(r->centre + c * d, r->points->v + chosen * d, d * sizeof *r->centre);
        for (size_t i = 0; i < n; i++) {
            const double square = square_to(r->points, i, r->centre + c * d);
            r->weight[i] = square < r->weight[i] ? square : r->weight[i];
            total += r->weight[i];
        }
        chosen = total > 0.0 ? attune_rng_choice(rng, r->weight, n) : attune_rng_below(rng, n);
    }
}

static void assign_tile(void *context, const struct attune_tile *tile)
{
    const struct run *r = context;
    for (size_t i = 0; i < tile->n_rows; i++) {
        const size_t own = tile->row + i;
        const float *row = tile->square + i * tile->n_cols;
        for (size_t j = 0; j < tile->n_cols; j++) {
            if (row[j] < r->nearest[own]) {
                r->nearest[own] = row[j];
                r->cluster[own] = (uint32_t)(tile->col + j);
            }
        }
    }
}

/* Every point to its nearest centre; *cost is the sum of squared distances. */
static enum attune_code assign(struct run *r, double *cost, struct attune_err *err)
{
    const size_t n = r->points->n, d = r->points->d;
    const double *origin = r->sum; /* zeros */
    struct attune_points centres;
    memset(r->sum, 0, r->how->k * d * sizeof *r->sum);
    enum attune_code code = attune_points_init(&centres, r->centre, r->how->k, d, origin, err);
    for (size_t i = 0; i < n; i++) {
        r->nearest[i] = INFINITY;
    }
    if (!code) {
        code =
            attune_points_tiles(r->points, &centres, false, r->how->n_threads, assign_tile, r, err);
        attune_points_release(&centres);
    }
    *cost = 0.0;
    for (size_t i = 0; i < n; i++) {
        *cost += r->nearest[i];
    }
    return code;
}

static void move_centres(struct run *r)
{
    const size_t d = r->points->d;
    memset(r->sum, 0, r->how->k * d * sizeof *r->sum);
    memset(r->size, 0, r->how->k * sizeof *r->size);
    for (size_t i = 0; i < r->points->n; i++) {
        const float *x = r->points->v + i * d;
        double *sum = r->sum + r->cluster[i] * d;
        r->size[r->cluster[i]]++;
        for (size_t j = 0; j < d; j++) {
            sum[j] += x[j];
        }
    }
    for (size_t c = 0; c < r->how->k; c++) {
        for (size_t j = 0; j < d && r->size[c] > 0; j++) {
            r->centre[c * d + j] = (float)(r->sum[c * d + j] / (double)r->size[c]);
        }
    }
}

/* One run to its end or until it gains less than a millionth. */
static enum attune_code run_once(struct run *r, size_t number, double *cost, struct attune_err *err)
{
    struct attune_rng rng;
    double before = INFINITY;
    attune_rng_init(&rng, r->how->seed, number);
    draw_centres(r, &rng);
    enum attune_code code = assign(r, cost, err);
    for (size_t i = 0; i < r->how->n_iterations && !code && *cost < before * (1.0 - 1e-6); i++) {
        before = *cost;
        move_centres(r);
        code = assign(r, cost, err);
    }
    return code;
}

enum attune_code attune_kmeans_run(const struct attune_kmeans *how,
                                   const struct attune_points *points, uint32_t *cluster,
                                   struct attune_err *err)
{
    const size_t n = points->n, k = how->k, d = points->d;
    struct run r = {
        .how = how, .points = points,
        .centre = attune_alloc(k * d, sizeof(float)), .sum = attune_alloc(k * d, sizeof(double)),
        .size = attune_alloc(k, sizeof(size_t)), .weight = attune_alloc(n, sizeof(double)),
        .nearest = attune_alloc(n, sizeof(float)), .cluster = attune_alloc(n, sizeof(uint32_t)),
    };
    enum attune_code code = ATTUNE_OK;
    if (!r.centre || !r.sum || !r.size || !r.weight || !r.nearest || !r.cluster) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu clusters", k);
    }
    double best = INFINITY;
    for (size_t i = 0; i < how->n_runs && !code; i++) {
        double cost;
        code = run_once(&r, i, &cost, err);
        if (!code && cost < best) {
            best = cost;
            memcpy(cluster, r.cluster, n * sizeof *cluster);
        }
    }
    attune_release(r.centre);
    attune_release(r.sum);
    attune_release(r.size);
    attune_release(r.weight);
    attune_release(r.nearest);
    attune_release(r.cluster);
    return code;
}
