/* Resampling and percentiles. */
#include "metrics/set/interval.h"

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats/bootstrap.h"
#include "metrics/stats/order.h"

void attune_set_resample(uint32_t *index, const struct attune_set *set, uint64_t seed,
                         size_t replicate, unsigned side)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 2 * (uint64_t)replicate + side);
    for (size_t n = 0; n < set->n;) {
        size_t first = attune_rng_below(&rng, set->n), end = first + 1;
        while (set->group && first > 0 && set->group[first - 1] == set->group[first]) {
            first--;
        }
        while (set->group && end < set->n && set->group[end] == set->group[first]) {
            end++;
        }
        for (size_t i = first; i < end && n < set->n; i++) {
            index[n++] = (uint32_t)i;
        }
    }
}

size_t attune_set_n_clusters(const struct attune_set *set)
{
    size_t n = set->group && set->n > 0 ? 1 : set->n;
    for (size_t i = 1; set->group && i < set->n; i++) {
        n += set->group[i] != set->group[i - 1];
    }
    return n;
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

/* Percentiles of means over whole prompts. */
static enum attune_code clustered_interval(struct attune_set_value *out, const double *item,
                                           const struct attune_set *set,
                                           const struct attune_set_options *options,
                                           struct attune_err *err)
{
    double *means = attune_alloc(options->n_replicates, sizeof *means);
    uint32_t *index = attune_alloc(set->n, sizeof *index);
    const bool failed = !means || !index;
    for (size_t r = 0; r < options->n_replicates && !failed; r++) {
        double sum = 0.0;
        attune_set_resample(index, set, options->seed, r, 1);
        for (size_t i = 0; i < set->n; i++) {
            sum += item[index[i]];
        }
        means[r] = sum / (double)set->n;
    }
    if (!failed) {
        out->ci_low = attune_quantile(means, options->n_replicates, 0.5 * (1.0 - options->level));
        out->ci_high = attune_quantile(means, options->n_replicates, 0.5 * (1.0 + options->level));
        out->ci_why = NULL;
    }
    attune_release(means);
    attune_release(index);
    return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an interval") : ATTUNE_OK;
}

enum attune_code attune_set_mean(struct attune_set_value *out, const double *item, size_t n,
                                 const struct attune_set *set,
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
    } else if (set && attune_set_n_clusters(set) < n) {
        code = clustered_interval(out, item, set, options, err);
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
