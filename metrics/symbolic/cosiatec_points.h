/* The points of a piece while COSIATEC covers them: which are left, and which one lies where. */
#ifndef ATTUNE_METRICS_SYMBOLIC_COSIATEC_POINTS_H
#define ATTUNE_METRICS_SYMBOLIC_COSIATEC_POINTS_H

#include <stdbool.h>

#include "metrics/symbolic/cosiatec.h"

enum { ATTUNE_POINT_HASH = 8192, ATTUNE_NO_POINT = -1 };

struct attune_point_set {
    const struct attune_point *at; /* (n,) ascending by x, then y */
    size_t n, n_left;
    bool *left;                      /* (n,) not yet covered */
    int16_t hash[ATTUNE_POINT_HASH]; /* points by coordinates, open addressing */
};

static inline size_t attune_point_hash(int32_t x, int32_t y)
{
    return ((uint32_t)x * 2654435761u ^ (uint32_t)y * 40503u) >> 7 & (ATTUNE_POINT_HASH - 1);
}

/* Index of the point at (x, y) if it is left, else ATTUNE_NO_POINT. */
static inline int attune_point_find(const struct attune_point_set *points, int32_t x, int32_t y)
{
    for (size_t h = attune_point_hash(x, y); points->hash[h] != ATTUNE_NO_POINT;
         h = (h + 1) & (ATTUNE_POINT_HASH - 1)) {
        const int i = points->hash[h];
        if (points->at[i].x == x && points->at[i].y == y) {
            return points->left[i] ? i : ATTUNE_NO_POINT;
        }
    }
    return ATTUNE_NO_POINT;
}

/* All points are left at first. Returns 0 when out of memory. */
int attune_point_set_init(struct attune_point_set *points, const struct attune_point *at, size_t n,
                       struct attune_arena *arena);

#endif
