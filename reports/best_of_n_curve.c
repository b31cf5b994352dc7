#include "reports/best_of_n_curve.h"

#include <math.h>
#include <string.h>

#include "base/thread.h"
#include "metrics/stats/bootstrap.h"
#include "models/align/best_of_n_estimate.h"

/* All candidates, prompt after prompt. */
struct pool {
    double *proxy, *gold; /* (n,) */
    size_t n, capacity[2];
    size_t *start; /* (n_prompts + 1,) */
    size_t n_prompts, start_capacity;
    char *prompt; /* name of the last */
    int64_t largest_i;
    bool failed;
};

static void pool_release(struct pool *pool)
{
    attune_release(pool->proxy);
    attune_release(pool->gold);
    attune_release(pool->start);
    attune_release(pool->prompt);
}

static bool add(void *context, const struct attune_candidate_row *row)
{
    struct pool *pool = context;
    if (!pool->prompt || strcmp(pool->prompt, row->prompt) != 0) {
        attune_release(pool->prompt);
        pool->prompt = attune_strdup(row->prompt);
        if (!pool->prompt || !attune_grow((void **)&pool->start, &pool->start_capacity,
                                          pool->n_prompts + 1, sizeof *pool->start)) {
            pool->failed = true;
            return false;
        }
        pool->start[pool->n_prompts++] = pool->n;
        pool->start[pool->n_prompts] = pool->n;
    }
    pool->largest_i = row->i > pool->largest_i ? row->i : pool->largest_i;
    if (isnan(row->proxy) || isnan(row->gold)) {
        return true;
    }
    if (!attune_grow((void **)&pool->proxy, &pool->capacity[0], pool->n, sizeof *pool->proxy) ||
        !attune_grow((void **)&pool->gold, &pool->capacity[1], pool->n, sizeof *pool->gold)) {
        pool->failed = true;
        return false;
    }
    pool->proxy[pool->n] = row->proxy;
    pool->gold[pool->n++] = row->gold;
    pool->start[pool->n_prompts] = pool->n;
    return true;
}

/* Estimates of one prompt into its column of two tables (n_points, n_prompts). */
struct estimates {
    const struct pool *pool;
    const struct attune_best_of_n_curve *curve;
    double *value[2];
    unsigned char *defined;
    enum attune_code *code;
};

static void estimate_prompt(void *context, size_t p, size_t worker)
{
    struct estimates *e = context;
    const size_t first = e->pool->start[p], n = e->pool->start[p + 1] - first;
    const double *proxy = e->pool->proxy + first;
    const double *rewards[2] = {proxy, e->pool->gold + first};
    for (size_t k = 0; k < e->curve->n_points; k++) {
        const size_t at = k * e->pool->n_prompts + p, best_of = (size_t)e->curve->n[k];
        e->defined[at] = best_of <= n;
        for (size_t r = 0; r < 2 && e->defined[at]; r++) {
            enum attune_code code =
                attune_best_of_n_estimate(proxy, rewards[r], n, best_of, &e->value[r][at], NULL);
            e->code[p] = code ? code : e->code[p];
        }
    }
}

static enum attune_code estimate(struct attune_best_of_n_curve *out, const struct pool *pool,
                                 uint64_t seed, size_t n_threads, struct attune_err *err)
{
    const size_t n_cells = ATTUNE_CURVE_POINTS * pool->n_prompts;
    struct estimates e = {.pool = pool, .curve = out};
    e.value[0] = attune_alloc(2 * n_cells, sizeof *e.value[0]);
    e.value[1] = e.value[0] ? e.value[0] + n_cells : NULL;
    e.defined = attune_alloc(n_cells, 1);
    e.code = attune_alloc(pool->n_prompts, sizeof *e.code);
    enum attune_code code = ATTUNE_OK;
    if (!e.value[0] || !e.defined || !e.code) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a curve of best-of-n");
        goto out;
    }
    attune_parallel_for(pool->n_prompts, n_threads, estimate_prompt, &e);
    for (size_t p = 0; !code && p < pool->n_prompts; p++) {
        code = e.code[p] ? attune_fail(err, e.code[p], "no estimate of best-of-n") : ATTUNE_OK;
    }
    for (size_t r = 0; !code && r < 2; r++) {
        const struct attune_columns columns = {e.value[r], e.defined, out->n_points,
                                               pool->n_prompts};
        code = attune_gains_of(&columns, seed, n_threads, r ? out->gold : out->proxy, err);
    }
out:
    attune_release(e.value[0]);
    attune_release(e.defined);
    attune_release(e.code);
    return code;
}

enum attune_code attune_best_of_n_curve_read(struct attune_best_of_n_curve *out,
                                             struct attune_store *store, int64_t run,
                                             const char *model, uint64_t seed, size_t n_threads,
                                             struct attune_err *err)
{
    *out = (struct attune_best_of_n_curve){.smallest_pool = SIZE_MAX};
    struct pool pool = {0};
    enum attune_code code = attune_read_candidates(store, run, model, add, &pool, err);
    if (!code && pool.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for candidates");
    }
    if (!code && pool.n == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "'%s' kept no candidates", model);
        attune_err_hint(err, "`gold: METRIC` beside `select` in the suite keeps them");
    }
    if (code) {
        goto out;
    }
    out->n_prompts = pool.n_prompts;
    for (size_t p = 0; p < pool.n_prompts; p++) {
        const size_t n = pool.start[p + 1] - pool.start[p];
        out->smallest_pool = n < out->smallest_pool ? n : out->smallest_pool;
        out->largest_pool = n > out->largest_pool ? n : out->largest_pool;
    }
    for (double n = 1.0; n <= (double)pool.largest_i + 1.0 && out->n_points < ATTUNE_CURVE_POINTS;
         n *= 2.0) {
        out->d[out->n_points] = sqrt(attune_best_of_n_kl(n));
        out->n[out->n_points++] = n;
    }
    code = estimate(out, &pool, seed, n_threads, err);
out:
    pool_release(&pool);
    return code;
}

enum attune_code attune_best_of_n_curve_fit(const struct attune_best_of_n_curve *curve,
                                            const struct attune_gain *rewards,
                                            struct attune_overopt_fit *fit, struct attune_err *err)
{
    double gain[ATTUNE_CURVE_POINTS];
    for (size_t k = 1; k < curve->n_points; k++) {
        gain[k - 1] = rewards[k].mean - rewards[0].mean;
    }
    const size_t n = curve->n_points ? curve->n_points - 1 : 0;
    return attune_overopt_fit(ATTUNE_OVEROPT_BEST_OF_N, curve->d + 1, gain, n, fit, err);
}
