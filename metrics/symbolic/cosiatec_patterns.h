/* The maximal translatable patterns (MTPs) of the points left: for every vector between two of
 * them, the points that it moves onto others. */
#ifndef ATTUNE_METRICS_SYMBOLIC_COSIATEC_PATTERNS_H
#define ATTUNE_METRICS_SYMBOLIC_COSIATEC_PATTERNS_H

#include "metrics/symbolic/cosiatec_points.h"

struct attune_pair {
    uint32_t group; /* pairs of one vector make one group */
    uint16_t from, to;
};

/* The pattern of one vector: its points are the `from` of its pairs. */
struct attune_group {
    uint32_t first;           /* its first pair */
    uint16_t size;            /* pairs left; 0 where only one is */
    uint16_t max_translators; /* no translational class of the pattern has more */
};

struct attune_patterns {
    size_t n_points, n_pairs, n_all_groups, n_groups;
    struct attune_pair *pairs;    /* (n_pairs,) of points left, by vector, then origin */
    uint32_t *group_of;           /* (n_points, n_points) the group of the vector from i to j > i */
    struct attune_group *groups;  /* (n_all_groups,) by vector */
    uint32_t *by_size; /* (n_groups,) groups of two pairs and more, the largest first, by vector */
    uint32_t *live;    /* (n_groups,) the same by vector */
    uint32_t *start;   /* (n_points + 2,) scratch */
};

/* Lists and sorts the vectors of all points. Returns 0 when out of memory. */
int attune_patterns_init(struct attune_patterns *patterns, const struct attune_point_set *points,
                         struct attune_arena *arena);

/* Drops the pairs of covered points, and those whose vector no other pair has: they will have none.
 * A pattern that lost a point may have any number of translators again. */
void attune_patterns_update(struct attune_patterns *patterns,
                            const struct attune_point_set *points);

/* The group of the vector between points from < to, which both are left. */
static inline const struct attune_group *attune_patterns_group(
    const struct attune_patterns *patterns, uint16_t from, uint16_t to)
{
    return &patterns->groups[patterns->group_of[(size_t)from * patterns->n_points + to]];
}

#endif
