/* One translational equivalence class (TEC): a pattern and the translators that move it about. */
#ifndef ATTUNE_METRICS_SYMBOLIC_COSIATEC_TEC_H
#define ATTUNE_METRICS_SYMBOLIC_COSIATEC_TEC_H

#include "metrics/symbolic/cosiatec_points.h"

/* Both arrays have room for every point. */
struct attune_tec {
    uint16_t *pattern;               /* (n_pattern,) points, ascending */
    struct attune_point *translator; /* (n_translators,) */
    size_t n_pattern, n_translators, n_covered;
    double compactness; /* of the pattern; < 0: not computed yet */
};

/* Room for n points; returns 0 when out of memory. */
int attune_tec_init(struct attune_tec *tec, size_t n, struct attune_arena *arena);

/* Counts the points left that pattern and translators cover. seen: (n,) scratch. */
void attune_tec_cover(struct attune_tec *tec, const struct attune_point_set *points, bool *seen);

/* Takes what the TEC covers from the points left. */
void attune_tec_remove(const struct attune_tec *tec, struct attune_point_set *points);

/* |pattern| + |translators| - 1. */
size_t attune_tec_length(const struct attune_tec *tec);

/* Points covered over length. */
double attune_tec_ratio(const struct attune_tec *tec);

/* Whether a is strictly better than b, in the order of cosiatec.h. */
bool attune_tec_is_better(struct attune_tec *a, struct attune_tec *b,
                          const struct attune_point_set *points);

#endif
