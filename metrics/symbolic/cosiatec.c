/* Finding the best TEC without computing them all.
 *
 * All vectors between points i < j are sorted once; the origins of one vector form a maximal
 * translatable pattern (MTP), and removing covered points only filters the list. A TEC of m pattern
 * points and t translators compresses by at most min(m t, n) / (m + t - 1), and t is at most the
 * size of the MTP of any vector between two of its points. MTPs are taken in the order of falling
 * size, so that most are ruled out by this bound before anything is matched.
 */
#include "metrics/symbolic/cosiatec.h"

#include <math.h>
#include <string.h>

#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

enum { HASH_SIZE = 8192, NONE = -1 };

struct vector {
    uint64_t vector; /* dx << 8 | dy + 128 */
    uint16_t from, to;
};

struct pair {
    uint32_t group; /* pairs of one vector have one group */
    uint16_t from, to;
};

/* A TEC; all arrays have room for every point. */
struct tec {
    uint16_t *pattern;      /* (n_pattern,) points, ascending */
    struct attune_point *translator; /* (n_translators,) */
    size_t n_pattern, n_translators, n_covered;
    double compactness;     /* of the pattern; < 0: not computed yet */
};

struct state {
    const struct attune_point *points; /* (n,) all points of the piece */
    size_t n, n_left;
    bool *left;            /* (n,) not yet covered */
    struct pair *pairs;    /* (n_pairs,) of points left, sorted by vector, then origin */
    size_t n_pairs;
    uint32_t *group;       /* (n, n) the group of the vector from i to j > i */
    uint32_t *group_size;  /* (n_groups,) pairs left; 0 where only one is */
    uint32_t *group_start; /* (n_groups,) first pair */
    uint32_t *groups;      /* (n_left_groups,) those of two pairs and more, by vector */
    uint32_t *by_size;     /* (n_left_groups,) the same, the largest first */
    size_t n_groups, n_left_groups;
    int16_t hash[HASH_SIZE]; /* points by coordinates, open addressing */
    uint64_t *shapes;      /* (n_shapes_room,) hashes of patterns already seen, open addressing */
    size_t n_shapes_room;
    uint16_t *multiplicity; /* (n,) scratch */
    struct tec best, now;
};

static size_t hash_of(int32_t x, int32_t y)
{
    return ((uint32_t)x * 2654435761u ^ (uint32_t)y * 40503u) >> 7 & (HASH_SIZE - 1);
}

/* Index of the point at (x, y) if it is left, else NONE. */
static int find_point(const struct state *s, int32_t x, int32_t y)
{
    for (size_t h = hash_of(x, y); s->hash[h] != NONE; h = (h + 1) & (HASH_SIZE - 1)) {
        const struct attune_point *p = &s->points[s->hash[h]];
        if (p->x == x && p->y == y) {
            return s->left[s->hash[h]] ? s->hash[h] : NONE;
        }
    }
    return NONE;
}

static void fill_hash(struct state *s)
{
    memset(s->hash, 0xff, sizeof s->hash);
    for (size_t i = 0; i < s->n; i++) {
        size_t h = hash_of(s->points[i].x, s->points[i].y);
        while (s->hash[h] != NONE) {
            h = (h + 1) & (HASH_SIZE - 1);
        }
        s->hash[h] = (int16_t)i;
    }
}

/* ---- vectors and maximal translatable patterns --------------------------------------------------
 */

/* Stable radix sort, 11 bits a pass; vectors come in the order of origins. */
static struct vector *sort_vectors(struct vector *from, struct vector *to, size_t n)
{
    enum { BITS = 11, BUCKETS = 1 << BITS };
    for (int shift = 0; shift < 44; shift += BITS) {
        size_t start[BUCKETS + 1] = {0};
        for (size_t i = 0; i < n; i++) {
            start[(from[i].vector >> shift & (BUCKETS - 1)) + 1]++;
        }
        if (n == 0 || start[(from[0].vector >> shift & (BUCKETS - 1)) + 1] == n) {
            continue;
        }
        for (size_t i = 0; i < BUCKETS; i++) {
            start[i + 1] += start[i];
        }
        for (size_t i = 0; i < n; i++) {
            to[start[from[i].vector >> shift & (BUCKETS - 1)]++] = from[i];
        }
        struct vector *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static int list_pairs(struct state *s, struct attune_arena *arena)
{
    const size_t n_pairs = s->n * (s->n - 1) / 2;
    struct vector *vectors = attune_arena_alloc(arena, n_pairs, sizeof *vectors);
    struct vector *spare = attune_arena_alloc(arena, n_pairs, sizeof *spare);
    s->pairs = attune_arena_alloc(arena, n_pairs, sizeof *s->pairs);
    s->group = attune_arena_alloc(arena, s->n * s->n, sizeof *s->group);
    if (!vectors || !spare || !s->pairs || !s->group) {
        return 0;
    }
    for (size_t i = 0; i < s->n; i++) {
        for (size_t j = i + 1; j < s->n; j++) {
            const uint64_t dx = (uint64_t)(s->points[j].x - s->points[i].x);
            const uint64_t dy = (uint64_t)(s->points[j].y - s->points[i].y + 128);
            vectors[s->n_pairs++] = (struct vector){dx << 8 | dy, (uint16_t)i, (uint16_t)j};
        }
    }
    vectors = sort_vectors(vectors, spare, n_pairs);
    for (size_t i = 0; i < n_pairs; i++) {
        s->n_groups += i == 0 || vectors[i].vector != vectors[i - 1].vector;
        s->pairs[i] = (struct pair){(uint32_t)(s->n_groups - 1), vectors[i].from, vectors[i].to};
        s->group[vectors[i].from * s->n + vectors[i].to] = s->pairs[i].group;
    }
    s->group_size = attune_arena_alloc(arena, s->n_groups, sizeof *s->group_size);
    s->group_start = attune_arena_alloc(arena, s->n_groups, sizeof *s->group_start);
    s->groups = attune_arena_alloc(arena, s->n_groups, sizeof *s->groups);
    s->by_size = attune_arena_alloc(arena, s->n_groups, sizeof *s->by_size);
    return s->group_size && s->group_start && s->groups && s->by_size;
}

/* Drops pairs of covered points and those whose vector no other pair has: they will have none. */
static void update_groups(struct state *s)
{
    size_t kept = 0;
    s->n_left_groups = 0;
    for (size_t i = 0; i < s->n_pairs;) {
        const uint32_t group = s->pairs[i].group;
        const size_t start = kept;
        for (; i < s->n_pairs && s->pairs[i].group == group; i++) {
            const struct pair pair = s->pairs[i];
            s->pairs[kept] = pair;
            kept += s->left[pair.from] && s->left[pair.to];
        }
        s->group_size[group] = 0;
        if (kept - start < 2) {
            kept = start;
        } else {
            s->group_size[group] = (uint32_t)(kept - start);
            s->group_start[group] = (uint32_t)start;
            s->groups[s->n_left_groups++] = group;
        }
    }
    s->n_pairs = kept;
}

/* Counting sort of the groups left, the largest first, else by vector. start: (n + 2,) scratch. */
static void order_groups(struct state *s, size_t *start)
{
    memset(start, 0, (s->n + 2) * sizeof *start);
    for (size_t i = 0; i < s->n_left_groups; i++) {
        start[s->group_size[s->groups[i]]]++;
    }
    size_t at = 0;
    for (size_t size = s->n + 1; size-- > 2;) {
        const size_t n = start[size];
        start[size] = at;
        at += n;
    }
    for (size_t i = 0; i < s->n_left_groups; i++) {
        s->by_size[start[s->group_size[s->groups[i]]]++] = s->groups[i];
    }
}

/* ---- one TEC ------------------------------------------------------------------------------------
 */

/* Pattern and translators as they are; counts the points covered and how often each is. */
static void cover(struct state *s, struct tec *tec)
{
    memset(s->multiplicity, 0, s->n * sizeof *s->multiplicity);
    tec->n_covered = 0;
    tec->compactness = -1.0;
    for (size_t t = 0; t < tec->n_translators; t++) {
        for (size_t k = 0; k < tec->n_pattern; k++) {
            const struct attune_point *p = &s->points[tec->pattern[k]];
            const int at = find_point(s, p->x + tec->translator[t].x, p->y + tec->translator[t].y);
            tec->n_covered += s->multiplicity[at]++ == 0;
        }
    }
}

struct box {
    int32_t x0, x1, y0, y1;
};

static struct box box_of(const struct state *s, const struct tec *tec)
{
    struct box box = {INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN};
    for (size_t k = 0; k < tec->n_pattern; k++) {
        const struct attune_point p = s->points[tec->pattern[k]];
        box.x0 = p.x < box.x0 ? p.x : box.x0;
        box.x1 = p.x > box.x1 ? p.x : box.x1;
        box.y0 = p.y < box.y0 ? p.y : box.y0;
        box.y1 = p.y > box.y1 ? p.y : box.y1;
    }
    return box;
}

static double compactness_of(const struct state *s, struct tec *tec)
{
    if (tec->compactness < 0.0) {
        const struct box box = box_of(s, tec);
        size_t inside = 0;
        for (size_t i = tec->pattern[0]; i < s->n && s->points[i].x <= box.x1; i++) {
            inside += s->points[i].y >= box.y0 && s->points[i].y <= box.y1;
        }
        /* Points of the first onset below the pattern's first one. */
        for (size_t i = tec->pattern[0]; i-- > 0 && s->points[i].x == box.x0;) {
            inside += s->points[i].y >= box.y0 && s->points[i].y <= box.y1;
        }
        tec->compactness = (double)tec->n_pattern / (double)inside;
    }
    return tec->compactness;
}

static size_t length_of(const struct tec *tec)
{
    return tec->n_pattern + tec->n_translators - 1;
}

/* Whether a is better than b. */
static bool is_better(const struct state *s, struct tec *a, struct tec *b)
{
    const size_t left = a->n_covered * length_of(b), right = b->n_covered * length_of(a);
    if (left != right) {
        return left > right;
    }
    if (compactness_of(s, a) != compactness_of(s, b)) {
        return a->compactness > b->compactness;
    }
    if (a->n_covered != b->n_covered) {
        return a->n_covered > b->n_covered;
    }
    if (a->n_pattern != b->n_pattern) {
        return a->n_pattern > b->n_pattern;
    }
    const struct box p = box_of(s, a), q = box_of(s, b);
    const int64_t p_width = p.x1 - p.x0, q_width = q.x1 - q.x0;
    if (p_width != q_width) {
        return p_width < q_width;
    }
    return p_width * (p.y1 - p.y0) < q_width * (q.y1 - q.y0);
}

static void keep_if_better(struct state *s, struct tec *tec)
{
    if (s->best.n_pattern == 0 || is_better(s, tec, &s->best)) {
        const struct tec swap = s->best;
        s->best = *tec;
        *tec = swap;
    }
}

/* ---- the best TEC -------------------------------------------------------------------------------
 */

/* No TEC of at most m pattern points and t translators compresses better. */
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

static double best_ratio(const struct state *s)
{
    return (double)s->best.n_covered / (double)length_of(&s->best);
}

/* Whether a pattern of this shape was seen before; remembers it. */
static bool seen_before(struct state *s, const struct tec *tec)
{
    uint64_t hash = tec->n_pattern;
    const struct attune_point first = s->points[tec->pattern[0]];
    for (size_t k = 1; k < tec->n_pattern; k++) {
        const struct attune_point p = s->points[tec->pattern[k]];
        hash ^= (uint64_t)(uint32_t)(p.x - first.x) << 8 | (uint64_t)(p.y - first.y + 128);
        hash *= UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    hash += hash == 0;
    size_t at = hash & (s->n_shapes_room - 1);
    /* A full neighbourhood forgets: the shape is then only computed again. */
    for (size_t probe = 0; probe < 16; probe++, at = (at + 1) & (s->n_shapes_room - 1)) {
        if (s->shapes[at] == hash) {
            return true;
        }
        if (s->shapes[at] == 0) {
            s->shapes[at] = hash;
            return false;
        }
    }
    return false;
}

/* Translators of the pattern in s->now, in the order of points, through the rarest of its steps. */
static void find_translators(struct state *s, size_t rarest)
{
    struct tec *tec = &s->now;
    const uint32_t group = s->group[tec->pattern[rarest] * s->n + tec->pattern[rarest + 1]];
    const struct attune_point origin = s->points[tec->pattern[rarest]];
    tec->n_translators = 0;
    for (size_t i = 0; i < s->group_size[group]; i++) {
        const struct attune_point to = s->points[s->pairs[s->group_start[group] + i].from];
        const struct attune_point v = {to.x - origin.x, to.y - origin.y};
        bool fits = true;
        for (size_t k = 0; k < tec->n_pattern && fits; k++) {
            const struct attune_point *p = &s->points[tec->pattern[k]];
            fits = find_point(s, p->x + v.x, p->y + v.y) != NONE;
        }
        if (fits) {
            tec->translator[tec->n_translators++] = v;
        }
    }
}

/* All points left, moved nowhere: the pattern of the zero vector. It compresses by 1, and no TEC
 * less. */
static void try_all(struct state *s)
{
    struct tec *tec = &s->now;
    tec->n_pattern = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->left[i]) {
            tec->pattern[tec->n_pattern++] = (uint16_t)i;
        }
    }
    tec->translator[0] = (struct attune_point){0, 0};
    tec->n_translators = 1;
    cover(s, tec);
    keep_if_better(s, tec);
}

static void try_group(struct state *s, uint32_t group)
{
    struct tec *tec = &s->now;
    const size_t m = s->group_size[group];
    const double n = (double)s->n_left, ratio = best_ratio(s) * (1.0 - 1e-12);
    const struct pair *pairs = s->pairs + s->group_start[group];
    size_t rarest = 0, t = SIZE_MAX;
    for (size_t k = 0; k + 1 < m; k++) {
        const size_t size = s->group_size[s->group[pairs[k].from * s->n + pairs[k + 1].from]];
        if (size < t) {
            t = size;
            rarest = k;
            if (bound((double)m, (double)t, n) < ratio) {
                return;
            }
        }
    }
    for (size_t k = 0; k < m; k++) {
        tec->pattern[k] = pairs[k].from;
    }
    tec->n_pattern = m;
    if (seen_before(s, tec)) {
        return;
    }
    find_translators(s, rarest);
    if (bound((double)m, (double)tec->n_translators, n) < ratio) {
        return;
    }
    cover(s, tec);
    keep_if_better(s, tec);
}

/* Removes what the best TEC covers. */
static void take_best(struct state *s)
{
    const struct tec *tec = &s->best;
    bool *left = s->left;
    for (size_t t = 0; t < tec->n_translators; t++) {
        for (size_t k = 0; k < tec->n_pattern; k++) {
            const struct attune_point *p = &s->points[tec->pattern[k]];
            const int at = find_point(s, p->x + tec->translator[t].x, p->y + tec->translator[t].y);
            if (at != NONE) {
                left[at] = false;
                s->n_left--;
            }
        }
    }
}

static int tec_init(struct tec *tec, size_t n, struct attune_arena *arena)
{
    tec->pattern = attune_arena_alloc(arena, n, sizeof *tec->pattern);
    tec->translator = attune_arena_alloc(arena, n, sizeof *tec->translator);
    return tec->pattern && tec->translator;
}

static int init(struct state *s, struct attune_arena *arena)
{
    s->n_shapes_room = 1 << 17;
    s->left = attune_arena_alloc(arena, s->n, sizeof *s->left);
    s->multiplicity = attune_arena_alloc(arena, s->n, sizeof *s->multiplicity);
    s->shapes = attune_arena_alloc(arena, s->n_shapes_room, sizeof *s->shapes);
    if (!s->left || !s->multiplicity || !s->shapes || !tec_init(&s->best, s->n, arena) ||
        !tec_init(&s->now, s->n, arena)) {
        return 0;
    }
    memset(s->left, 1, s->n);
    s->n_left = s->n;
    fill_hash(s);
    return list_pairs(s, arena);
}

int attune_cosiatec_encode(const struct attune_point *points, size_t n_points,
                           struct attune_arena *scratch, struct attune_cosiatec *out)
{
    struct state *s = attune_arena_alloc(scratch, 1, sizeof *s);
    size_t *start = attune_arena_alloc(scratch, n_points + 2, sizeof *start);
    *out = (struct attune_cosiatec){.n_points = n_points};
    if (!s || !start) {
        return 0;
    }
    s->points = points;
    s->n = n_points;
    if (n_points > 0 && !init(s, scratch)) {
        return 0;
    }
    while (s->n_left > 0) {
        update_groups(s);
        order_groups(s, start);
        memset(s->shapes, 0, s->n_shapes_room * sizeof *s->shapes);
        s->best.n_pattern = 0;
        try_all(s);
        for (size_t i = 0; i < s->n_left_groups; i++) {
            const double m = s->group_size[s->by_size[i]], n = (double)s->n_left;
            if (bound(m, n, n) < best_ratio(s) * (1.0 - 1e-12)) {
                break;
            }
            try_group(s, s->by_size[i]);
        }
        out->n_tecs++;
        out->length += length_of(&s->best);
        take_best(s);
    }
    return 1;
}

/* ---- of a sample --------------------------------------------------------------------------------
 */

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int encode_notes(struct attune_analysis *a, const struct attune_notes *notes,
                        struct attune_cosiatec *out)
{
    struct attune_point points[ATTUNE_COSIATEC_MAX_POINTS];
    size_t n = 0;
    uint32_t divisor = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        divisor = common_divisor(notes->notes[i].onset_tick, divisor);
    }
    divisor += divisor == 0;
    for (size_t i = 0; i < notes->n_notes && n < ATTUNE_COSIATEC_MAX_POINTS; i++) {
        const uint32_t x = notes->notes[i].onset_tick / divisor;
        const struct attune_point point = {(int32_t)(x > INT32_MAX ? INT32_MAX : x),
                                           notes->notes[i].pitch};
        if (n == 0 || points[n - 1].x != point.x || points[n - 1].y != point.y) {
            points[n++] = point;
        }
    }
    return attune_cosiatec_encode(points, n, &a->scratch, out);
}

const struct attune_cosiatec *attune_analysis_cosiatec(struct attune_analysis *a)
{
    static const struct attune_cosiatec out_of_memory = {.why = "out of memory"};
    if (!a->cosiatec) {
        const struct attune_notes *notes = attune_analysis_notes(a);
        struct attune_cosiatec *out = attune_arena_alloc(&a->arena, 1, sizeof *out);
        const int done = out && (notes->why || encode_notes(a, notes, out));
        attune_arena_reset(&a->scratch);
        if (!done) {
            attune_analysis_oom(a);
            return &out_of_memory;
        }
        out->why = notes->why;
        a->cosiatec = out;
    }
    return a->cosiatec;
}
