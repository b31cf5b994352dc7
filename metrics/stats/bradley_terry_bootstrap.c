/* Bootstrap over comparisons, on aggregated rows: each replicate draws as many comparisons as there
 * are, by Walker's alias method over the rows' weights, and refits from the full fit. */
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "metrics/stats/bradley_terry.h"

struct alias {
    double *keep;     /* (n,) probability of keeping the column's own row */
    uint32_t *other;  /* (n,) */
};

/* Vose's construction of the alias table. */
static enum attune_code alias_init(struct alias *alias, const struct attune_votes *votes,
                                   double total, struct attune_err *err)
{
    const size_t n = votes->n_rows;
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
        alias->keep[i] = votes->rows[i].weight * (double)n / total;
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
    const struct attune_votes *votes;
    const struct attune_bt_options *options;
    const struct attune_bt_fit *fit;
    struct alias alias;
    uint64_t seed, n_draws;
    double *weights;     /* (n_threads, n_rows) */
    double *replicates;  /* (n_replicates, n_models) */
    enum attune_code *codes; /* (n_replicates,) */
};

static void replicate(void *context, size_t item, size_t worker)
{
    struct bootstrap *b = context;
    const size_t n = b->votes->n_rows;
    double *weights = b->weights + worker * n;
    struct attune_rng rng;
    attune_rng_init(&rng, b->seed, item);
    memset(weights, 0, n * sizeof *weights);
    for (uint64_t draw = 0; draw < b->n_draws; draw++) {
        const double u = attune_rng_uniform(&rng) * (double)n;
        const size_t column = (size_t)u;
        weights[u - (double)column < b->alias.keep[column] ? column : b->alias.other[column]] +=
            1.0;
    }
    struct attune_bt_fit fit;
    b->codes[item] = attune_bt_fit(b->votes, b->options, weights, b->fit->theta, 0, &fit, NULL);
    if (b->codes[item] == ATTUNE_OK) {
        memcpy(b->replicates + item * b->votes->n_models, fit.theta,
               b->votes->n_models * sizeof(double));
        attune_bt_fit_release(&fit);
    } else { /* a resample without a finite maximum: marked, left out by the caller */
        for (size_t i = 0; i < b->votes->n_models; i++) {
            b->replicates[item * b->votes->n_models + i] = NAN;
        }
    }
}

enum attune_code attune_bt_bootstrap(const struct attune_votes *votes,
                                     const struct attune_bt_options *options,
                                     const struct attune_bt_fit *fit, size_t n_replicates,
                                     uint64_t seed, size_t n_threads, double *replicates,
                                     struct attune_err *err)
{
    struct bootstrap b = {.votes = votes, .options = options, .fit = fit, .seed = seed,
                          .replicates = replicates};
    double total = 0.0;
    for (size_t i = 0; i < votes->n_rows; i++) {
        total += votes->rows[i].weight;
    }
    b.n_draws = (uint64_t)llround(total);
    b.weights = attune_alloc(n_threads * votes->n_rows, sizeof *b.weights);
    b.codes = attune_alloc(n_replicates, sizeof *b.codes);
    enum attune_code code = ATTUNE_OK;
    if (!b.weights || !b.codes) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a bootstrap");
    }
    if (!code) {
        code = alias_init(&b.alias, votes, total, err);
    }
    if (!code) {
        attune_parallel_for(n_replicates, n_threads, replicate, &b);
    }
    for (size_t i = 0; i < n_replicates && !code; i++) {
        if (b.codes[i] == ATTUNE_E_MEMORY) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory in a bootstrap replicate");
        }
    }
    attune_release(b.weights);
    attune_release(b.codes);
    attune_release(b.alias.keep);
    attune_release(b.alias.other);
    return code;
}
