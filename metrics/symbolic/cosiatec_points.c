#include "metrics/symbolic/cosiatec_points.h"

#include <string.h>

int attune_point_set_init(struct attune_point_set *points, const struct attune_point *at, size_t n,
                       struct attune_arena *arena)
{
    points->at = at;
    points->n = points->n_left = n;
    points->left = attune_arena_alloc(arena, n, sizeof *points->left);
    if (!points->left) {
        return 0;
    }
    memset(points->left, 1, n);
    memset(points->hash, 0xff, sizeof points->hash);
    for (size_t i = 0; i < n; i++) {
        size_t h = attune_point_hash(at[i].x, at[i].y);
        while (points->hash[h] != ATTUNE_NO_POINT) {
            h = (h + 1) & (ATTUNE_POINT_HASH - 1);
        }
        points->hash[h] = (int16_t)i;
    }
    return 1;
}
