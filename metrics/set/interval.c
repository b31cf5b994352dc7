/* Resampling and percentiles. */
#include "metrics/set/interval.h"

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats/bootstrap.h"
#include "metrics/stats/order.h"

void attune_set_resample(uint32_t *index, size_t n, uint64_t seed, size_t replicate, unsigned side)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 2 * (uint64_t)replicate + side);
    for (size_t i = 0; i < n; i++) {
        index[i] = (uint32_t)attune_rng_below(&rng, n);
    }
}

void attune_set_interval(struct attune_set_value *out, double *replicates, size_t n, double level)
{
    if (n < 20) {
        out->ci_why = n == 0 ? "no replicates asked for" : "fewer than 20 replicates";
        return;
    }
    const double shift = out->value.v - attune_mean(replicates, n);
    out->ci_low = shift + attune_quantile(replicates, n, 0.5 * (1.0 - level));
    out->ci_high = shift + attune_quantile(replicates, n, 0.5 * (1.0 + level));
    out->ci_why = NULL;
}

enum attune_code attune_set_mean(struct attune_set_value *out, const double *item, size_t n,
                                 const struct attune_set_options *options, struct attune_err *err)
{
    unsigned char *defined = attune_alloc(n, 1);
    if (!defined) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an interval");
    }
    memset(defined, 1, n);
    const struct attune_columns column = {item, defined, 1, n};
    size_t n_defined;
    out->value = attune_defined(attune_column_mean(&column, 0, &n_defined));
    enum attune_code code = ATTUNE_OK;
    if (options->n_replicates == 0) {
        out->ci_why = "no replicates asked for";
    } else {
        const struct attune_bootstrap how = {.seed = options->seed,
                                             .n_replicates = options->n_replicates,
                                             .level = options->level,
                                             .n_threads = options->n_threads};
        struct attune_interval interval = {0};
        code = attune_bootstrap_means(&how, &column, &interval, err);
        out->ci_low = interval.low;
        out->ci_high = interval.high;
        out->ci_why = interval.why;
    }
    attune_release(defined);
    return code;
}
