/* Baselines from names, prompts, lengths and other people's votes. */
#include "harness/reward/baselines.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/stats/bradley_terry.h"

enum attune_code attune_baseline_ratings(const struct attune_vote_table *table, double *theta,
                                         struct attune_err *err)
{
    const struct attune_bt_options ridge = {.ties = ATTUNE_TIES_HALF, .ridge = 0.5};
    struct attune_votes votes = {.n_models = table->models.n};
    struct attune_bt_fit fit = {0};
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < table->n && !code; i++) {
        const struct attune_vote_row *v = &table->rows[i];
        if (v->model_a != v->model_b) {
            code = attune_votes_add(&votes, v->model_a, v->model_b, v->outcome, 1.0, err);
        }
    }
    const bool one = table->models.n < 2;
    code = code ? code : attune_votes_aggregate(&votes, err);
    code = code || one ? code : attune_bt_fit(&votes, &ridge, 0, &fit, err);
    for (size_t i = 0; i < table->models.n && !code; i++) {
        theta[i] = one ? 0.0 : fit.theta[i];
    }
    attune_bt_fit_release(&fit);
    attune_votes_release(&votes);
    return code;
}

enum attune_code attune_baseline_generator(const struct attune_vote_table *votes, double *margin,
                                           struct attune_err *err)
{
    double *theta = attune_alloc(votes->models.n, sizeof *theta);
    enum attune_code code = theta ? attune_baseline_ratings(votes, theta, err)
                                  : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings");
    for (size_t i = 0; i < votes->n && !code; i++) {
        margin[i] = theta[votes->rows[i].model_a] - theta[votes->rows[i].model_b];
    }
    attune_release(theta);
    return code;
}

/* Wins of sides a and b, ties half. */
struct sides {
    double a, b;
};

static void count(struct sides *s, int outcome, double sign)
{
    s->a += sign * (1 + outcome) / 2.0;
    s->b += sign * (1 - outcome) / 2.0;
}

enum attune_code attune_baseline_prompt(const struct attune_vote_table *votes, double *margin,
                                        struct attune_err *err)
{
    struct sides all = {0, 0}, *of = attune_alloc(votes->prompts.n, sizeof *of);
    if (!of) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for prompts");
    }
    for (size_t i = 0; i < votes->n; i++) {
        count(&all, votes->rows[i].outcome, 1.0);
        count(&of[votes->rows[i].prompt], votes->rows[i].outcome, 1.0);
    }
    for (size_t i = 0; i < votes->n; i++) {
        const struct attune_vote_row *v = &votes->rows[i];
        struct sides others = of[v->prompt], rest = all;
        count(&others, v->outcome, -1.0);
        count(&rest, v->outcome, -1.0);
        const struct sides *s = others.a + others.b > 0.0 ? &others : &rest;
        margin[i] = log((s->a + 0.5) / (s->b + 0.5));
    }
    attune_release(of);
    return ATTUNE_OK;
}

void attune_baseline_length(const struct attune_vote_table *votes, double *margin)
{
    for (size_t i = 0; i < votes->n; i++) {
        margin[i] = votes->rows[i].length_a - votes->rows[i].length_b;
    }
}

void attune_baseline_value(const struct attune_vote_table *votes, const double *value,
                           double *margin)
{
    for (size_t i = 0; i < votes->n; i++) {
        margin[i] = value[votes->rows[i].item_a] - value[votes->rows[i].item_b];
    }
}

/* A vote as seen from the clip with the smaller index. */
struct seen {
    uint32_t low, high;
    int outcome;
    size_t vote;
};

static int by_clips(const void *x, const void *y)
{
    const struct seen *a = x, *b = y;
    if (a->low != b->low) {
        return a->low < b->low ? -1 : 1;
    }
    if (a->high != b->high) {
        return a->high < b->high ? -1 : 1;
    }
    return a->vote < b->vote ? -1 : 1;
}

enum attune_code attune_baseline_raters(const struct attune_vote_table *votes, double *margin,
                                        struct attune_err *err)
{
    struct seen *seen = attune_alloc(votes->n, sizeof *seen);
    if (!seen) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu comparisons", votes->n);
    }
    for (size_t i = 0; i < votes->n; i++) {
        const struct attune_vote_row *v = &votes->rows[i];
        const bool swap = v->item_a > v->item_b;
        seen[i] = (struct seen){swap ? v->item_b : v->item_a, swap ? v->item_a : v->item_b,
                                swap ? -v->outcome : v->outcome, i};
        margin[i] = NAN;
    }
    if (votes->n) {
        qsort(seen, votes->n, sizeof *seen, by_clips);
    }
    for (size_t from = 0, to; from < votes->n; from = to) {
        int sum = 0;
        for (to = from; to < votes->n && seen[to].low == seen[from].low &&
                        seen[to].high == seen[from].high; to++) {
            sum += seen[to].outcome;
        }
        for (size_t i = from; i < to && to - from > 1; i++) {
            const struct attune_vote_row *v = &votes->rows[seen[i].vote];
            const double others = (double)(sum - seen[i].outcome) / (double)(to - from - 1);
            margin[seen[i].vote] = v->item_a > v->item_b ? -others : others;
        }
    }
    attune_release(seen);
    return ATTUNE_OK;
}
