#include "reports/gains.h"

#include <math.h>
#include <string.h>

#include "harness/store/leaderboard.h"
#include "metrics/stats/bootstrap.h"

size_t attune_model_base(const struct attune_model_list *models, size_t model)
{
    const char *base = models->items[model].base;
    for (size_t m = 0; base && m < models->n; m++) {
        if (strcmp(models->items[m].name, base) == 0) {
            return m;
        }
    }
    return SIZE_MAX;
}

enum attune_code attune_gains_of(const struct attune_columns *columns, uint64_t seed,
                                 size_t n_threads, struct attune_gain *out, struct attune_err *err)
{
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.seed = seed;
    how.n_threads = n_threads;
    struct attune_interval *intervals = attune_alloc(columns->n_columns + 1, sizeof *intervals);
    if (!intervals) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for intervals");
    }
    enum attune_code code = attune_bootstrap_means(&how, columns, intervals, err);
    for (size_t i = 0; !code && i < columns->n_columns; i++) {
        out[i].mean = attune_column_mean(columns, i, &out[i].n);
        out[i].low = intervals[i].why ? NAN : intervals[i].low;
        out[i].high = intervals[i].why ? NAN : intervals[i].high;
    }
    attune_release(intervals);
    return code;
}

enum attune_code attune_gains_read(const struct attune_score_table *scores, size_t metric,
                                   const size_t *models, size_t n, uint64_t seed, size_t n_threads,
                                   struct attune_gain *out, struct attune_err *err)
{
    const size_t n_prompts = scores->prompts.n;
    double *value = attune_alloc(n + 1, (n_prompts + 1) * sizeof *value);
    unsigned char *defined = attune_alloc(n + 1, n_prompts + 1);
    enum attune_code code = ATTUNE_OK;
    if (!value || !defined) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for differences by prompt");
        goto out;
    }
    double *base_value = value + n * n_prompts; /* the last row is scratch */
    unsigned char *base_defined = defined + n * n_prompts;
    for (size_t i = 0; i < n; i++) {
        const size_t base = attune_model_base(&scores->models, models[i]);
        if (base == SIZE_MAX) {
            continue; /* nothing is defined */
        }
        attune_prompt_means(scores, models[i], metric, false, value + i * n_prompts,
                            defined + i * n_prompts);
        attune_prompt_means(scores, base, metric, false, base_value, base_defined);
        for (size_t p = 0; p < n_prompts; p++) {
            const size_t at = i * n_prompts + p;
            defined[at] = defined[at] && base_defined[p];
            value[at] = defined[at] ? value[at] - base_value[p] : 0.0;
        }
    }
    const struct attune_columns columns = {value, defined, n, n_prompts};
    code = attune_gains_of(&columns, seed, n_threads, out, err);
out:
    attune_release(value);
    attune_release(defined);
    return code;
}
