/* Interquartile mean and its stratified bootstrap. */
#include "metrics/stats/aggregate.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "metrics/stats/order.h"

double attune_interquartile_mean(double *x, double *scratch, size_t n)
{
    attune_sort_doubles(x, scratch, n);
    const size_t cut = n / 4;
    return attune_mean(x + cut, n - 2 * cut);
}

struct job {
    const double *value;
    const size_t *n_values;
    size_t n_strata, n;
    uint64_t seed;
    double *replicate; /* (n_replicates,) */
    double *scratch;   /* (n_threads, 2 n) */
};

/* Every replicate has a stream of its own, so threads may take them in any order. */
static void one_replicate(void *context, size_t item, size_t worker)
{
    const struct job *job = context;
    double *x = job->scratch + worker * 2 * job->n;
    struct attune_rng rng;
    attune_rng_init(&rng, job->seed, item);
    size_t first = 0, n = 0;
    for (size_t s = 0; s < job->n_strata; s++) {
        for (size_t i = 0; i < job->n_values[s]; i++) {
            x[n++] = job->value[first + attune_rng_below(&rng, job->n_values[s])];
        }
        first += job->n_values[s];
    }
    job->replicate[item] = attune_interquartile_mean(x, x + job->n, n);
}

enum attune_code attune_bootstrap_stratified_iqm(const struct attune_bootstrap *how,
                                                 const double *value, const size_t *n_values,
                                                 size_t n_strata, double *mean,
                                                 struct attune_interval *out,
                                                 struct attune_err *err)
{
    size_t n = 0, most = 0;
    for (size_t s = 0; s < n_strata; s++) {
        n += n_values[s];
        most = n_values[s] > most ? n_values[s] : most;
    }
    *mean = NAN;
    *out = (struct attune_interval){.why = n ? "one seed per prompt: no interval"
                                             : "no defined value"};
    if (n == 0) {
        return ATTUNE_OK;
    }
    const size_t n_threads = how->n_threads ? how->n_threads : 1;
    struct job job = {value,
                      n_values,
                      n_strata,
                      n,
                      how->seed,
                      attune_alloc(how->n_replicates, sizeof(double)),
                      attune_alloc(n_threads * 2 * n, sizeof(double))};
    if (!job.replicate || !job.scratch) {
        attune_release(job.replicate);
        attune_release(job.scratch);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a bootstrap");
    }
    memcpy(job.scratch, value, n * sizeof *value);
    *mean = attune_interquartile_mean(job.scratch, job.scratch + n, n);
    if (most > 1) {
        attune_parallel_for(how->n_replicates, n_threads, one_replicate, &job);
        const double tail = 0.5 * (1.0 - how->level);
        *out = (struct attune_interval){
            .low = attune_quantile(job.replicate, how->n_replicates, tail),
            .high = attune_quantile(job.replicate, how->n_replicates, 1.0 - tail)};
    }
    attune_release(job.replicate);
    attune_release(job.scratch);
    return ATTUNE_OK;
}
