/* Split-half rank agreement. */
#include "metrics/stats/stability.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats/association.h"
#include "metrics/stats/order.h"

/* Mean of a column over the first n of the listed units; NAN when none is defined. */
static double mean_over(const struct attune_columns *table, size_t column, const size_t *units,
                        size_t n)
{
    const size_t at = column * table->n_units;
    double sum = 0.0, n_defined = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (table->defined[at + units[i]]) {
            sum += table->value[at + units[i]];
            n_defined += 1.0;
        }
    }
    return n_defined > 0.0 ? sum / n_defined : NAN;
}

/* tau-b over the models that have a mean in both rows; NAN with fewer than 3. */
static double agreement(double *a, double *b, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(a[i]) && isfinite(b[i])) {
            a[kept] = a[i];
            b[kept++] = b[i];
        }
    }
    return kept >= 3 ? attune_kendall_tau_b(a, b, kept) : NAN;
}

double attune_order_agreement(const struct attune_columns *a, const struct attune_columns *b,
                              double *scratch)
{
    for (size_t c = 0; c < a->n_columns; c++) {
        size_t n_defined;
        scratch[c] = attune_column_mean(a, c, &n_defined);
        scratch[a->n_columns + c] = attune_column_mean(b, c, &n_defined);
    }
    return agreement(scratch, scratch + a->n_columns, a->n_columns);
}

enum attune_code attune_rank_stability(const struct attune_columns *table, uint64_t seed,
                                       struct attune_stability *out, struct attune_err *err)
{
    const size_t k = table->n_columns, n = table->n_units;
    *out = (struct attune_stability){.n_prompts = n};
    size_t *units = attune_alloc(n, sizeof *units);
    double *full = attune_alloc(3 * k + ATTUNE_STABILITY_SPLITS, sizeof *full);
    if (!units || !full) {
        attune_release(units);
        attune_release(full);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rank stability");
    }
    double *whole = full + k, *half = full + 2 * k, *tau = full + 3 * k;
    size_t n_tau = 0;
    for (size_t u = 0; u < n; u++) {
        units[u] = u;
    }
    for (size_t c = 0; c < k; c++) {
        full[c] = mean_over(table, c, units, n);
        out->n_models += isfinite(full[c]);
    }
    for (size_t split = 0; split < ATTUNE_STABILITY_SPLITS && out->n_models >= 3 && n >= 4;
         split++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, split);
        attune_rng_shuffle(&rng, units, n);
        for (size_t c = 0; c < k; c++) {
            whole[c] = full[c];
            half[c] = mean_over(table, c, units, n / 2);
        }
        const double t = agreement(whole, half, k);
        if (isfinite(t)) {
            tau[n_tau++] = t;
        }
    }
    if (n_tau) {
        out->mean = attune_mean(tau, n_tau);
        out->low = attune_quantile(tau, n_tau, 0.05);
    } else {
        out->why = n < 4 ? "fewer than 4 prompts" : "fewer than 3 models with values";
    }
    attune_release(units);
    attune_release(full);
    return ATTUNE_OK;
}
