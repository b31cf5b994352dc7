#include "metrics/symbolic/cosiatec_tec.h"

#include <string.h>

int attune_tec_init(struct attune_tec *tec, size_t n, struct attune_arena *arena)
{
    tec->pattern = attune_arena_alloc(arena, n, sizeof *tec->pattern);
    tec->translator = attune_arena_alloc(arena, n, sizeof *tec->translator);
    return tec->pattern && tec->translator;
}

void attune_tec_cover(struct attune_tec *tec, const struct attune_point_set *points, bool *seen)
{
    memset(seen, 0, points->n * sizeof *seen);
    tec->n_covered = 0;
    tec->compactness = -1.0;
    for (size_t t = 0; t < tec->n_translators; t++) {
        for (size_t k = 0; k < tec->n_pattern; k++) {
            const struct attune_point *p = &points->at[tec->pattern[k]];
            const int at = attune_point_find(points, p->x + tec->translator[t].x,
                                             p->y + tec->translator[t].y);
            tec->n_covered += !seen[at];
            seen[at] = true;
        }
    }
}

void attune_tec_remove(const struct attune_tec *tec, struct attune_point_set *points)
{
    for (size_t t = 0; t < tec->n_translators; t++) {
        for (size_t k = 0; k < tec->n_pattern; k++) {
            const struct attune_point *p = &points->at[tec->pattern[k]];
            const int at = attune_point_find(points, p->x + tec->translator[t].x,
                                             p->y + tec->translator[t].y);
            if (at != ATTUNE_NO_POINT) {
                points->left[at] = false;
                points->n_left--;
            }
        }
    }
}

size_t attune_tec_length(const struct attune_tec *tec)
{
    return tec->n_pattern + tec->n_translators - 1;
}

double attune_tec_ratio(const struct attune_tec *tec)
{
    return (double)tec->n_covered / (double)attune_tec_length(tec);
}

struct box {
    int32_t x0, x1, y0, y1;
};

static struct box box_of(const struct attune_tec *tec, const struct attune_point_set *points)
{
    struct box box = {INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN};
    for (size_t k = 0; k < tec->n_pattern; k++) {
        const struct attune_point p = points->at[tec->pattern[k]];
        box.x0 = p.x < box.x0 ? p.x : box.x0;
        box.x1 = p.x > box.x1 ? p.x : box.x1;
        box.y0 = p.y < box.y0 ? p.y : box.y0;
        box.y1 = p.y > box.y1 ? p.y : box.y1;
    }
    return box;
}

/* The pattern's share of all points of the piece, covered ones too, in its bounding box. */
static double compactness_of(struct attune_tec *tec, const struct attune_point_set *points)
{
    if (tec->compactness < 0.0) {
        const struct attune_point *at = points->at;
        const struct box box = box_of(tec, points);
        size_t inside = 0;
        for (size_t i = tec->pattern[0]; i < points->n && at[i].x <= box.x1; i++) {
            inside += at[i].y >= box.y0 && at[i].y <= box.y1;
        }
        /* Points of the first onset below the pattern's first one. */
        for (size_t i = tec->pattern[0]; i-- > 0 && at[i].x == box.x0;) {
            inside += at[i].y >= box.y0 && at[i].y <= box.y1;
        }
        tec->compactness = (double)tec->n_pattern / (double)inside;
    }
    return tec->compactness;
}

bool attune_tec_is_better(struct attune_tec *a, struct attune_tec *b,
                          const struct attune_point_set *points)
{
    const size_t left = a->n_covered * attune_tec_length(b);
    const size_t right = b->n_covered * attune_tec_length(a);
    if (left != right) {
        return left > right;
    }
    if (compactness_of(a, points) != compactness_of(b, points)) {
        return a->compactness > b->compactness;
    }
    if (a->n_covered != b->n_covered) {
        return a->n_covered > b->n_covered;
    }
    if (a->n_pattern != b->n_pattern) {
        return a->n_pattern > b->n_pattern;
    }
    const struct box p = box_of(a, points), q = box_of(b, points);
    const int64_t p_width = p.x1 - p.x0, q_width = q.x1 - q.x0;
    if (p_width != q_width) {
        return p_width < q_width;
    }
    return p_width * (p.y1 - p.y0) < q_width * (q.y1 - q.y0);
}
