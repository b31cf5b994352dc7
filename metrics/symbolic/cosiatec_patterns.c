#include "metrics/symbolic/cosiatec_patterns.h"

#include <string.h>

struct vector {
    uint64_t vector; /* dx << 8 | dy + 128 */
    uint16_t from, to;
};

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

static void list_vectors(struct vector *vectors, const struct attune_point_set *points)
{
    for (size_t i = 0; i < points->n; i++) {
        for (size_t j = i + 1; j < points->n; j++) {
            const uint64_t dx = (uint64_t)(points->at[j].x - points->at[i].x);
            const uint64_t dy = (uint64_t)(points->at[j].y - points->at[i].y + 128);
            *vectors++ = (struct vector){dx << 8 | dy, (uint16_t)i, (uint16_t)j};
        }
    }
}

int attune_patterns_init(struct attune_patterns *p, const struct attune_point_set *points,
                         struct attune_arena *arena)
{
    const size_t n = points->n, n_pairs = n * (n - 1) / 2;
    *p = (struct attune_patterns){.n_points = n, .n_pairs = n_pairs};
    struct vector *vectors = attune_arena_alloc(arena, n_pairs, sizeof *vectors);
    struct vector *spare = attune_arena_alloc(arena, n_pairs, sizeof *spare);
    p->pairs = attune_arena_alloc(arena, n_pairs, sizeof *p->pairs);
    p->group_of = attune_arena_alloc(arena, n * n, sizeof *p->group_of);
    p->start = attune_arena_alloc(arena, n + 2, sizeof *p->start);
    if (!vectors || !spare || !p->pairs || !p->group_of || !p->start) {
        return 0;
    }
    list_vectors(vectors, points);
    vectors = sort_vectors(vectors, spare, n_pairs);
    for (size_t i = 0; i < n_pairs; i++) {
        p->n_all_groups += i == 0 || vectors[i].vector != vectors[i - 1].vector;
        p->pairs[i] =
            (struct attune_pair){(uint32_t)(p->n_all_groups - 1), vectors[i].from, vectors[i].to};
        p->group_of[vectors[i].from * n + vectors[i].to] = p->pairs[i].group;
    }
    p->groups = attune_arena_alloc(arena, p->n_all_groups, sizeof *p->groups);
    p->by_size = attune_arena_alloc(arena, p->n_all_groups, sizeof *p->by_size);
    p->live = attune_arena_alloc(arena, p->n_all_groups, sizeof *p->live);
    return p->groups && p->by_size && p->live;
}

/* Counting sort, the largest first, else by vector. */
static void order_by_size(struct attune_patterns *p)
{
    uint32_t *start = p->start;
    memset(start, 0, (p->n_points + 2) * sizeof *start);
    for (size_t i = 0; i < p->n_groups; i++) {
        start[p->groups[p->live[i]].size]++;
    }
    uint32_t at = 0;
    for (size_t size = p->n_points + 1; size-- > 2;) {
        const uint32_t n = start[size];
        start[size] = at;
        at += n;
    }
    for (size_t i = 0; i < p->n_groups; i++) {
        p->by_size[start[p->groups[p->live[i]].size]++] = p->live[i];
    }
}

void attune_patterns_update(struct attune_patterns *p, const struct attune_point_set *points)
{
    const bool *left = points->left;
    size_t kept = 0;
    p->n_groups = 0;
    for (size_t i = 0; i < p->n_pairs;) {
        const uint32_t group = p->pairs[i].group;
        struct attune_group *g = &p->groups[group];
        const size_t first = kept;
        for (; i < p->n_pairs && p->pairs[i].group == group; i++) {
            const struct attune_pair pair = p->pairs[i];
            p->pairs[kept] = pair;
            kept += left[pair.from] && left[pair.to];
        }
        const size_t size = kept - first;
        if (size < 2) {
            g->size = 0;
            kept = first;
            continue;
        }
        if (size != g->size) {
            g->size = (uint16_t)size;
            g->max_translators = UINT16_MAX;
        }
        g->first = (uint32_t)first;
        p->live[p->n_groups++] = group;
    }
    p->n_pairs = kept;
    order_by_size(p);
}
