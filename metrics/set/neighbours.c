/* k nearest neighbours and ball membership over tiles of distances. */
#include "metrics/set/neighbours.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/stats/order.h"

/* Candidates kept beyond k, so that rounding cannot push a true neighbour out. */
enum { SPARE = 8, CHUNK = 16 };

/* Rounding error of a tile's squared distance relative to the squared norms: d products in single
 * precision. */
static double rounding(const struct attune_points *points)
{
    return 0x1p-23 * (4.0 + 0.25 * (double)points->d);
}

static float largest_square(const struct attune_points *points)
{
    float largest = 0.0f;
    for (size_t i = 0; i < points->n; i++) {
        largest = points->square[i] > largest ? points->square[i] : largest;
    }
    return largest;
}

struct near {
    float square;
    uint32_t index;
};

struct search {
    const struct attune_points *points;
    size_t n_kept;      /* k + SPARE or fewer */
    struct near *kept;  /* (n, n_kept) ascending */
};

/* Insertion into a short ascending list that drops its last. */
static void insert(struct near *kept, size_t n, float square, uint32_t index)
{
    size_t at = n - 1;
    while (at > 0 && kept[at - 1].square > square) {
        kept[at] = kept[at - 1];
        at--;
    }
    kept[at] = (struct near){square, index};
}

static void search_tile(void *context, const struct attune_tile *tile)
{
    const struct search *s = context;
    for (size_t i = 0; i < tile->n_rows; i++) {
        const size_t own = tile->row + i;
        struct near *kept = s->kept + own * s->n_kept;
        const float *row = tile->square + i * tile->n_cols;
        for (size_t from = 0; from < tile->n_cols; from += CHUNK) {
            const size_t n = tile->n_cols - from < CHUNK ? tile->n_cols - from : CHUNK;
            const float worst = kept[s->n_kept - 1].square;
            unsigned nearer = 0;
            for (size_t j = 0; j < n; j++) {
                nearer |= row[from + j] < worst;
            }
            for (size_t j = 0; nearer && j < n; j++) {
                if (row[from + j] < kept[s->n_kept - 1].square && tile->col + from + j != own) {
                    insert(kept, s->n_kept, row[from + j], (uint32_t)(tile->col + from + j));
                }
            }
        }
    }
}

enum attune_code attune_neighbour_squares(const struct attune_points *points, size_t k,
                                          size_t n_threads, double *square, struct attune_err *err)
{
    struct search s = {points, k + SPARE < points->n ? k + SPARE : points->n - 1, NULL};
    s.kept = attune_alloc(points->n * s.n_kept, sizeof *s.kept);
    if (!s.kept) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for nearest neighbours");
    }
    for (size_t i = 0; i < points->n * s.n_kept; i++) {
        s.kept[i].square = INFINITY;
    }
    enum attune_code code =
        attune_points_tiles(points, points, false, n_threads, search_tile, &s, err);
    for (size_t i = 0; !code && i < points->n; i++) {
        double exact[ATTUNE_NEIGHBOURS_MAX_K + SPARE];
        for (size_t j = 0; j < s.n_kept; j++) {
            exact[j] =
                attune_points_square_distance(points, i, points, s.kept[i * s.n_kept + j].index);
        }
        square[i] = attune_select(exact, s.n_kept, k - 1);
    }
    attune_release(s.kept);
    return code;
}

struct membership {
    const struct attune_points *reference, *candidate;
    const double *reference_square, *candidate_square; /* squared radii */
    const float *candidate_radius; /* (m,) the same in single precision */
    double rounding;
    float largest;                 /* squared norm among the candidates */
    uint32_t *held; /* (n_blocks, m) reference balls of the block that hold the candidate */
    double *recalled, *covered;    /* (n,) */
};

/* What one reference point's row adds. */
struct row_count {
    uint32_t covered, recalled;
};

/* Elements within the rounding error of a radius are decided again in double precision. */
static void decide_again(const struct membership *m, const struct attune_tile *tile, size_t i,
                         float radius, float tolerance, uint32_t *held, struct row_count *count)
{
    const size_t own = tile->row + i;
    const float *row = tile->square + i * tile->n_cols;
    for (size_t j = 0; j < tile->n_cols; j++) {
        const float other = m->candidate_radius[tile->col + j];
        const bool close = fabsf(row[j] - radius) <= tolerance;
        const bool close_other = fabsf(row[j] - other) <= tolerance;
        if (!close && !close_other) {
            continue;
        }
        const double exact =
            attune_points_square_distance(m->reference, own, m->candidate, tile->col + j);
        const int in = (exact < m->reference_square[own]) - (row[j] < radius);
        held[j] += (uint32_t)in;
        count->covered += (uint32_t)in;
        count->recalled +=
            (uint32_t)((exact < m->candidate_square[tile->col + j]) - (row[j] < other));
    }
}

static void membership_tile(void *context, const struct attune_tile *tile)
{
    const struct membership *m = context;
    uint32_t *restrict held = m->held + tile->block * m->candidate->n + tile->col;
    const float *restrict other = m->candidate_radius + tile->col;
    for (size_t i = 0; i < tile->n_rows; i++) {
        const size_t own = tile->row + i;
        const float *restrict row = tile->square + i * tile->n_cols;
        const float radius = (float)m->reference_square[own];
        const float tolerance =
            (float)(m->rounding * ((double)m->reference->square[own] + m->largest));
        uint32_t covered = 0, recalled = 0, close = 0;
        for (size_t j = 0; j < tile->n_cols; j++) {
            const uint32_t in = row[j] < radius;
            held[j] += in;
            covered += in;
            recalled += row[j] < other[j];
            close +=
                (fabsf(row[j] - radius) <= tolerance) | (fabsf(row[j] - other[j]) <= tolerance);
        }
        struct row_count count = {covered, recalled};
        if (close) {
            decide_again(m, tile, i, radius, tolerance, held, &count);
        }
        m->covered[own] += count.covered;
        m->recalled[own] += count.recalled;
    }
}

/* Fills out from the two sets of squared radii. */
static enum attune_code find_members(struct membership *m, size_t k, size_t n_threads,
                                     struct attune_neighbours *out, struct attune_err *err)
{
    const size_t n_candidates = m->candidate->n, n_blocks = attune_tile_blocks(m->reference->n);
    float *radius = attune_alloc(n_candidates, sizeof *radius);
    m->held = attune_alloc(n_blocks * n_candidates, sizeof *m->held);
    enum attune_code code = ATTUNE_OK;
    if (!radius || !m->held) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for nearest neighbours");
        goto out;
    }
    for (size_t j = 0; j < n_candidates; j++) {
        radius[j] = (float)m->candidate_square[j];
    }
    m->candidate_radius = radius;
    m->rounding = rounding(m->reference);
    m->largest = largest_square(m->candidate);
    m->recalled = out->recalled;
    m->covered = out->covered;
    code =
        attune_points_tiles(m->reference, m->candidate, false, n_threads, membership_tile, m, err);
    for (size_t i = 0; i < m->reference->n; i++) {
        out->recalled[i] = out->recalled[i] > 0.0;
        out->covered[i] = out->covered[i] > 0.0;
    }
    for (size_t j = 0; j < n_candidates; j++) {
        uint64_t n_held = 0;
        for (size_t block = 0; block < n_blocks; block++) {
            n_held += m->held[block * n_candidates + j];
        }
        out->density[j] = (double)n_held / (double)k;
        out->precise[j] = n_held > 0;
    }
out:
    attune_release(radius);
    attune_release(m->held);
    return code;
}

void attune_neighbours_release(struct attune_neighbours *neighbours)
{
    attune_release(neighbours->recalled);
    attune_release(neighbours->covered);
    attune_release(neighbours->precise);
    attune_release(neighbours->density);
    *neighbours = (struct attune_neighbours){0};
}

enum attune_code attune_neighbours_compute(const struct attune_points *reference,
                                           const struct attune_points *candidate, size_t k,
                                           size_t n_threads, struct attune_neighbours *out,
                                           struct attune_err *err)
{
    const size_t n = reference->n, m = candidate->n;
    *out = (struct attune_neighbours){
        attune_alloc(n, sizeof(double)), attune_alloc(n, sizeof(double)),
        attune_alloc(m, sizeof(double)), attune_alloc(m, sizeof(double))};
    double *reference_square = attune_alloc(n, sizeof(double));
    double *candidate_square = attune_alloc(m, sizeof(double));
    enum attune_code code = ATTUNE_OK;
    if (!out->recalled || !out->covered || !out->precise || !out->density || !reference_square ||
        !candidate_square) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for nearest neighbours");
    }
    if (!code) {
        code = attune_neighbour_squares(reference, k, n_threads, reference_square, err);
    }
    if (!code) {
        code = attune_neighbour_squares(candidate, k, n_threads, candidate_square, err);
    }
    if (!code) {
        struct membership membership = {.reference = reference, .candidate = candidate,
                                        .reference_square = reference_square,
                                        .candidate_square = candidate_square};
        code = find_members(&membership, k, n_threads, out, err);
    }
    attune_release(reference_square);
    attune_release(candidate_square);
    if (code) {
        attune_neighbours_release(out);
    }
    return code;
}

static void nearest_tile(void *context, const struct attune_tile *tile)
{
    float *out = context;
    for (size_t i = 0; i < tile->n_rows; i++) {
        const float *row = tile->square + i * tile->n_cols;
        float nearest = out[tile->row + i];
        for (size_t j = 0; j < tile->n_cols; j++) {
            nearest = row[j] < nearest ? row[j] : nearest;
        }
        out[tile->row + i] = nearest;
    }
}

enum attune_code attune_nearest_squares(const struct attune_points *a,
                                        const struct attune_points *b, size_t n_threads, float *out,
                                        struct attune_err *err)
{
    for (size_t i = 0; i < a->n; i++) {
        out[i] = INFINITY;
    }
    return attune_points_tiles(a, b, false, n_threads, nearest_tile, out, err);
}
