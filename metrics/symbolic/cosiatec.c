/* Finding the best TEC without computing them all.
 *
 * All vectors between points are sorted once (cosiatec_patterns.h); removing covered points only
 * filters the list. A TEC of m pattern points and t translators compresses by at most
 * min(m t, n) / (m + t - 1), and t is at most the size of the MTP of any vector between two of its
 * points. MTPs are taken in the order of falling size, so that most are ruled out by this bound
 * before anything is matched. What is learnt about t stays with the MTP for the next rounds: as
 * long as it keeps its points, fewer points left can only take translators away. */
#include "metrics/symbolic/cosiatec.h"

#include <math.h>
#include <string.h>

#include "metrics/symbolic/cosiatec_patterns.h"
#include "metrics/symbolic/cosiatec_tec.h"

enum { N_SHAPES = 1 << 17, MAX_PROBES = 16 };

/* A pattern that was seen in this round, wherever it lay. */
struct shape {
    uint64_t hash; /* 0: free */
    uint16_t max_translators;
};

struct search {
    struct attune_point_set points;
    struct attune_patterns patterns;
    struct shape *shapes; /* (N_SHAPES,) open addressing */
    bool *seen;           /* (n,) scratch */
    struct attune_tec best, now;
};

/* No TEC of at most m pattern points and t translators of n points compresses better. Does not fall
 * with t. */
static double bound(double m, double t, double n)
{
    if (m * t > n) {
        const double root = sqrt(n);
        if (m >= root && t >= root) {
            return n / (2.0 * root - 1.0);
        }
        const double small = m < t ? m : t;
        return n / (small + n / small - 1.0);
    }
    return m * t / (m + t - 1.0);
}

/* The least t with which m points may still compress by ratio; `most` + 1 when not even `most`
 * translators do. */
static size_t least_translators(size_t m, size_t most, size_t n, double ratio)
{
    size_t low = 0, high = most + 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (bound((double)m, (double)middle, (double)n) < ratio) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The entry of the pattern's shape; its hash is new where *is_new. NULL: the neighbourhood is full,
 * and the shape is computed again each time. */
static struct shape *find_shape(struct search *s, const struct attune_tec *tec, bool *is_new)
{
    uint64_t hash = tec->n_pattern;
    const struct attune_point *at = s->points.at, first = at[tec->pattern[0]];
    for (size_t k = 1; k < tec->n_pattern; k++) {
        const struct attune_point p = at[tec->pattern[k]];
        hash ^= (uint64_t)(uint32_t)(p.x - first.x) << 8 | (uint64_t)(p.y - first.y + 128);
        hash *= UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    hash += hash == 0;
    size_t i = hash & (N_SHAPES - 1);
    for (size_t probe = 0; probe < MAX_PROBES; probe++, i = (i + 1) & (N_SHAPES - 1)) {
        *is_new = s->shapes[i].hash == 0;
        if (*is_new || s->shapes[i].hash == hash) {
            s->shapes[i].hash = hash;
            return &s->shapes[i];
        }
    }
    *is_new = true;
    return NULL;
}

/* Translators of the pattern in s->now, in the order of points, through the rarest of its steps:
 * the one from pattern point k. Gives up when they cannot be `least` any more. Returns an upper
 * bound of their number, which is exact when it is not below `least`. */
static size_t find_translators(struct search *s, size_t k, size_t least)
{
    struct attune_tec *tec = &s->now;
    const struct attune_point *at = s->points.at, origin = at[tec->pattern[k]];
    const struct attune_group *step =
        attune_patterns_group(&s->patterns, tec->pattern[k], tec->pattern[k + 1]);
    tec->n_translators = 0;
    for (size_t i = 0; i < step->size; i++) {
        if (tec->n_translators + (step->size - i) < least) {
            return tec->n_translators + (step->size - i);
        }
        const struct attune_point to = at[s->patterns.pairs[step->first + i].from];
        const struct attune_point v = {to.x - origin.x, to.y - origin.y};
        bool fits = true;
        for (size_t j = 0; j < tec->n_pattern && fits; j++) {
            const struct attune_point p = at[tec->pattern[j]];
            fits = attune_point_find(&s->points, p.x + v.x, p.y + v.y) != ATTUNE_NO_POINT;
        }
        if (fits) {
            tec->translator[tec->n_translators++] = v;
        }
    }
    return tec->n_translators;
}

/* The pattern point from which the vector to the next one is the rarest. Lowers *max_translators to
 * its size, and stops below `least`. */
static size_t rarest_step(const struct search *s, const struct attune_group *group, size_t least,
                          uint16_t *max_translators)
{
    const struct attune_pair *pairs = s->patterns.pairs + group->first;
    size_t rarest = 0, rarest_size = SIZE_MAX;
    for (size_t k = 0; k + 1 < group->size; k++) {
        const size_t size =
            attune_patterns_group(&s->patterns, pairs[k].from, pairs[k + 1].from)->size;
        if (size < rarest_size) {
            rarest = k;
            rarest_size = size;
            *max_translators = size < *max_translators ? (uint16_t)size : *max_translators;
            if (size < least) {
                break;
            }
        }
    }
    return rarest;
}

static void keep_if_better(struct search *s)
{
    attune_tec_cover(&s->now, &s->points, s->seen);
    if (s->best.n_pattern == 0 || attune_tec_is_better(&s->now, &s->best, &s->points)) {
        const struct attune_tec swap = s->best;
        s->best = s->now;
        s->now = swap;
    }
}

/* All points left, moved nowhere: the pattern of the zero vector. It compresses by 1, and no TEC
 * less. */
static void try_all(struct search *s)
{
    struct attune_tec *tec = &s->now;
    tec->n_pattern = 0;
    for (size_t i = 0; i < s->points.n; i++) {
        if (s->points.left[i]) {
            tec->pattern[tec->n_pattern++] = (uint16_t)i;
        }
    }
    tec->translator[0] = (struct attune_point){0, 0};
    tec->n_translators = 1;
    keep_if_better(s);
}

static void try_group(struct search *s, struct attune_group *group, double ratio)
{
    struct attune_tec *tec = &s->now;
    const size_t m = group->size, n = s->points.n_left;
    if (bound((double)m, (double)group->max_translators, (double)n) < ratio) {
        return;
    }
    const size_t least = least_translators(m, n, n, ratio);
    const size_t rarest = rarest_step(s, group, least, &group->max_translators);
    if (group->max_translators < least) {
        return;
    }
    for (size_t k = 0; k < m; k++) {
        tec->pattern[k] = s->patterns.pairs[group->first + k].from;
    }
    tec->n_pattern = m;
    bool is_new;
    struct shape *shape = find_shape(s, tec, &is_new);
    if (!is_new) {
        group->max_translators = shape->max_translators;
        return;
    }
    group->max_translators = (uint16_t)find_translators(s, rarest, least);
    if (shape) {
        shape->max_translators = group->max_translators;
    }
    if (group->max_translators >= least) {
        keep_if_better(s);
    }
}

static void find_best(struct search *s)
{
    const struct attune_patterns *patterns = &s->patterns;
    const double n = (double)s->points.n_left;
    memset(s->shapes, 0, N_SHAPES * sizeof *s->shapes);
    s->best.n_pattern = 0;
    try_all(s);
    for (size_t i = 0; i < patterns->n_groups; i++) {
        struct attune_group *group = &patterns->groups[patterns->by_size[i]];
        const double ratio = attune_tec_ratio(&s->best) * (1.0 - 1e-12);
        if (bound((double)group->size, n, n) < ratio) {
            break;
        }
        try_group(s, group, ratio);
    }
}

static int search_init(struct search *s, const struct attune_point *points, size_t n,
                       struct attune_arena *arena)
{
    s->shapes = attune_arena_alloc(arena, N_SHAPES, sizeof *s->shapes);
    s->seen = attune_arena_alloc(arena, n, sizeof *s->seen);
    return s->shapes && s->seen && attune_tec_init(&s->best, n, arena) &&
           attune_tec_init(&s->now, n, arena) &&
           attune_point_set_init(&s->points, points, n, arena) &&
           attune_patterns_init(&s->patterns, &s->points, arena);
}

int attune_cosiatec_encode(const struct attune_point *points, size_t n_points,
                           struct attune_arena *scratch, struct attune_cosiatec *out)
{
    *out = (struct attune_cosiatec){.n_points = n_points};
    if (n_points == 0) {
        return 1;
    }
    struct search *s = attune_arena_alloc(scratch, 1, sizeof *s);
    if (!s || !search_init(s, points, n_points, scratch)) {
        return 0;
    }
    while (s->points.n_left > 0) {
        attune_patterns_update(&s->patterns, &s->points);
        find_best(s);
        out->n_tecs++;
        out->length += attune_tec_length(&s->best);
        attune_tec_remove(&s->best, &s->points);
    }
    return 1;
}
