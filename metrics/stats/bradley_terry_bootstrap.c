/* Bootstrap over comparisons: each replicate draws as many comparisons as there are from the cells
 * of the pairings (pairing x outcome), by Walker's alias method over their weights, and refits from
 * the full fit. */
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "metrics/stats/bradley_terry_internal.h"

struct alias {
    double *keep;     /* (n,) probability of keeping the column's own cell */
    uint32_t *other;  /* (n,) */
};

/* Vose's construction of the alias table for probabilities weight / total. */
static enum attune_code alias_init(struct alias *alias, const double *weight, size_t n,
                                   double total, struct attune_err *err)
{
    /* small from the front, large from the back */
    uint32_t *order = attune_alloc(n, sizeof *order);
    alias->keep = attune_alloc(n, sizeof *alias->keep);
    alias->other = attune_alloc(n, sizeof *alias->other);
    if (!order || !alias->keep || !alias->other) {
        attune_release(order);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a bootstrap");
    }
    size_t n_small = 0, first_large = n;
    for (size_t i = 0; i < n; i++) {
        alias->keep[i] = weight[i] * (double)n / total;
        alias->other[i] = (uint32_t)i;
        if (alias->keep[i] < 1.0) {
            order[n_small++] = (uint32_t)i;
        } else {
            order[--first_large] = (uint32_t)i;
        }
    }
    while (n_small > 0 && first_large < n) {
        const uint32_t small = order[--n_small], large = order[first_large];
        alias->other[small] = large;
        alias->keep[large] -= 1.0 - alias->keep[small];
        if (alias->keep[large] < 1.0) {
            first_large++;
            order[n_small++] = large;
        }
    }
    attune_release(order);
    return ATTUNE_OK;
}

struct bootstrap {
    const struct attune_bt_fit *fit;
    struct alias alias;
    uint64_t seed, n_draws;
    size_t n_cells, n_models;
    double *counts;                     /* (n_threads, n_cells) */
    struct attune_bt_problem *problems; /* (n_threads,) */
    double *replicates;                 /* (n_replicates, n_models) */
};

static void draw(const struct bootstrap *b, uint64_t item, double *counts)
{
    struct attune_rng rng;
    attune_rng_init(&rng, b->seed, item);
    memset(counts, 0, b->n_cells * sizeof *counts);
    for (uint64_t k = 0; k < b->n_draws; k++) {
        const double u = attune_rng_uniform(&rng) * (double)b->n_cells;
        const size_t column = (size_t)u;
        const bool keep = u - (double)column < b->alias.keep[column];
        counts[keep ? column : b->alias.other[column]] += 1.0;
    }
}

static void replicate(void *context, size_t item, size_t worker)
{
    struct bootstrap *b = context;
    struct attune_bt_problem *m = &b->problems[worker];
    double *counts = b->counts + worker * b->n_cells, *theta = b->replicates + item * b->n_models;
    int n_iterations;
    draw(b, item, counts);
    for (size_t i = 0; i < m->n_pairings; i++) {
        memcpy(m->pairings[i].w, counts + 3 * i, sizeof m->pairings[i].w);
    }
    memcpy(m->x, b->fit->theta, b->n_models * sizeof *m->x);
    memcpy(m->x + b->n_models, b->fit->beta, m->votes->n_covariates * sizeof *m->x);
    if (m->tie_at < m->p) {
        m->x[m->tie_at] = b->fit->tie;
    }
    const bool found = attune_bt_maximise(m, NULL, &n_iterations, NULL) == ATTUNE_OK;
    for (size_t i = 0; i < b->n_models; i++) {
        theta[i] = found ? m->x[i] : NAN;
    }
}

/* The cells' weights and their alias table. */
static enum attune_code cells(struct bootstrap *b, struct attune_err *err)
{
    const struct attune_bt_problem *m = &b->problems[0];
    double total = 0.0;
    for (size_t i = 0; i < m->n_pairings; i++) {
        memcpy(b->counts + 3 * i, m->pairings[i].w, sizeof m->pairings[i].w);
    }
    for (size_t i = 0; i < b->n_cells; i++) {
        total += b->counts[i];
    }
    b->n_draws = (uint64_t)llround(total);
    return alias_init(&b->alias, b->counts, b->n_cells, total, err);
}

enum attune_code attune_bt_bootstrap(const struct attune_votes *votes,
                                     const struct attune_bt_options *options,
                                     const struct attune_bt_fit *fit, size_t n_replicates,
                                     uint64_t seed, size_t n_threads, double *replicates,
                                     struct attune_err *err)
{
    struct bootstrap b = {.fit = fit, .seed = seed, .n_models = votes->n_models,
                          .replicates = replicates};
    enum attune_code code = ATTUNE_OK;
    b.problems = attune_alloc(n_threads, sizeof *b.problems);
    if (!b.problems) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a bootstrap");
    }
    for (size_t i = 0; i < n_threads && !code; i++) {
        code = attune_bt_problem_init(&b.problems[i], votes, options, err);
    }
    if (!code) {
        b.n_cells = 3 * b.problems[0].n_pairings;
        b.counts = attune_alloc(n_threads, b.n_cells * sizeof *b.counts);
        code = b.counts ? cells(&b, err)
                        : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a bootstrap");
    }
    if (!code) {
        attune_parallel_for(n_replicates, n_threads, replicate, &b);
    }
    for (size_t i = 0; i < n_threads && b.problems; i++) {
        attune_bt_problem_release(&b.problems[i]);
    }
    attune_release(b.problems);
    attune_release(b.counts);
    attune_release(b.alias.keep);
    attune_release(b.alias.other);
    return code;
}
