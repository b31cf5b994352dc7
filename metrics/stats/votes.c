/* Rows of comparisons: adding, merging, components. */
#include "metrics/stats/votes.h"

#include "base/mem.h"

void attune_votes_release(struct attune_votes *votes)
{
    attune_release(votes->rows);
    attune_release(votes->covariates);
    *votes = (struct attune_votes){0};
}

enum attune_code attune_votes_add(struct attune_votes *votes, uint32_t a, uint32_t b, int outcome,
                                  double weight, struct attune_err *err)
{
    void *items = votes->rows;
    if (!attune_grow(&items, &votes->capacity, votes->n_rows, sizeof *votes->rows)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for comparisons");
    }
    votes->rows = items;
    votes->rows[votes->n_rows++] = (struct attune_vote){a, b, outcome, weight};
    const size_t n = (a > b ? a : b) + (size_t)1;
    votes->n_models = votes->n_models < n ? n : votes->n_models;
    return ATTUNE_OK;
}

static int by_pair(const void *x, const void *y)
{
    const struct attune_vote *p = x, *q = y;
    if (p->a != q->a) {
        return p->a < q->a ? -1 : 1;
    }
    if (p->b != q->b) {
        return p->b < q->b ? -1 : 1;
    }
    return p->outcome - q->outcome;
}

enum attune_code attune_votes_aggregate(struct attune_votes *votes, struct attune_err *err)
{
    if (votes->covariates) {
        return attune_fail(err, ATTUNE_E_USAGE, "comparisons with covariates cannot be aggregated");
    }
    for (size_t i = 0; i < votes->n_rows; i++) {
        struct attune_vote *v = &votes->rows[i];
        if (v->a > v->b) {
            *v = (struct attune_vote){v->b, v->a, -v->outcome, v->weight};
        }
    }
    if (votes->n_rows) {
        qsort(votes->rows, votes->n_rows, sizeof *votes->rows, by_pair);
    }
    size_t n = 0;
    for (size_t i = 0; i < votes->n_rows; i++) {
        if (n && by_pair(&votes->rows[n - 1], &votes->rows[i]) == 0) {
            votes->rows[n - 1].weight += votes->rows[i].weight;
        } else {
            votes->rows[n++] = votes->rows[i];
        }
    }
    votes->n_rows = n;
    return ATTUNE_OK;
}

size_t attune_votes_components(const struct attune_votes *votes, uint32_t *label)
{
    for (size_t i = 0; i < votes->n_models; i++) {
        label[i] = (uint32_t)i;
    }
    for (int changed = 1; changed;) {
        changed = 0;
        for (size_t i = 0; i < votes->n_rows; i++) {
            uint32_t *x = &label[votes->rows[i].a], *y = &label[votes->rows[i].b];
            if (*x != *y) {
                *x = *y = *x < *y ? *x : *y;
                changed = 1;
            }
        }
    }
    /* Roots are the labels that name themselves; renumber them from 0 in order. */
    size_t n = 0;
    for (size_t i = 0; i < votes->n_models; i++) {
        label[i] = label[i] == i ? (uint32_t)n++ : label[label[i]];
    }
    return n;
}
