/* Split-half rank agreement. */
#include "metrics/stats/stability.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats/kendall.h"
#include "metrics/stats/order.h"

/* The table turned, so that a unit's values lie together: halves pick units at random, and one
 * visit serves all columns. */
struct rows {
    double *value;          /* (n_units, n_columns); 0 where not defined */
    unsigned char *defined; /* the same shape */
    size_t n_columns;
    double *n_defined; /* (n_columns,) scratch */
};

static bool rows_init(struct rows *rows, const struct attune_columns *table)
{
    const size_t n = table->n_units, k = table->n_columns;
    *rows = (struct rows){
        .value = attune_alloc(n, (k + 1) * sizeof *rows->value),
        .defined = attune_alloc(n, k + 1),
        .n_columns = k,
        .n_defined = attune_alloc(k, sizeof *rows->n_defined),
    };
    if (!rows->value || !rows->defined || !rows->n_defined) {
        return false;
    }
    for (size_t c = 0; c < k; c++) {
        for (size_t u = 0; u < n; u++) {
            const unsigned char defined = table->defined[c * n + u];
            rows->value[u * k + c] = defined ? table->value[c * n + u] : 0.0;
            rows->defined[u * k + c] = defined;
        }
    }
    return true;
}

static void rows_release(struct rows *rows)
{
    attune_release(rows->value);
    attune_release(rows->defined);
    attune_release(rows->n_defined);
}

/* Means of all columns over the first n of the listed units; NAN where none is defined. */
static void means_over(const struct rows *rows, const size_t *units, size_t n, double *mean)
{
    const size_t k = rows->n_columns;
    memset(mean, 0, k * sizeof *mean);
    memset(rows->n_defined, 0, k * sizeof *rows->n_defined);
    for (size_t i = 0; i < n; i++) {
        const double *value = rows->value + units[i] * k;
        const unsigned char *defined = rows->defined + units[i] * k;
        for (size_t c = 0; c < k; c++) {
            mean[c] += value[c];
            rows->n_defined[c] += defined[c];
        }
    }
    for (size_t c = 0; c < k; c++) {
        mean[c] = rows->n_defined[c] > 0.0 ? mean[c] / rows->n_defined[c] : NAN;
    }
}

/* tau-b over the models that have a mean in both rows; NAN with fewer than 3. */
static double agreement(double *a, double *b, size_t n, double *scratch)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(a[i]) && isfinite(b[i])) {
            a[kept] = a[i];
            b[kept++] = b[i];
        }
    }
    return kept >= 3 ? attune_kendall_tau_b(a, b, kept, scratch) : NAN;
}

double attune_order_agreement(const struct attune_columns *a, const struct attune_columns *b,
                              double *scratch)
{
    for (size_t c = 0; c < a->n_columns; c++) {
        size_t n_defined;
        scratch[c] = attune_column_mean(a, c, &n_defined);
        scratch[a->n_columns + c] = attune_column_mean(b, c, &n_defined);
    }
    const size_t n = a->n_columns;
    return agreement(scratch, scratch + n, n, scratch + 2 * n);
}

enum attune_code attune_rank_stability(const struct attune_columns *table, uint64_t seed,
                                       struct attune_stability *out, struct attune_err *err)
{
    const size_t k = table->n_columns, n = table->n_units;
    *out = (struct attune_stability){.n_prompts = n};
    struct rows rows;
    size_t *units = attune_alloc(n, sizeof *units);
    double *full = attune_alloc(3 * k + ATTUNE_STABILITY_SPLITS + ATTUNE_KENDALL_SCRATCH(k),
                                sizeof *full);
    if (!rows_init(&rows, table) || !units || !full) {
        rows_release(&rows);
        attune_release(units);
        attune_release(full);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rank stability");
    }
    double *whole = full + k, *half = full + 2 * k, *tau = full + 3 * k;
    double *scratch = tau + ATTUNE_STABILITY_SPLITS;
    size_t n_tau = 0;
    for (size_t u = 0; u < n; u++) {
        units[u] = u;
    }
    means_over(&rows, units, n, full);
    for (size_t c = 0; c < k; c++) {
        out->n_models += isfinite(full[c]);
    }
    for (size_t split = 0; split < ATTUNE_STABILITY_SPLITS && out->n_models >= 3 && n >= 4;
         split++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, split);
        attune_rng_shuffle(&rng, units, n);
        memcpy(whole, full, k * sizeof *whole);
        means_over(&rows, units, n / 2, half);
        const double t = agreement(whole, half, k, scratch);
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
    rows_release(&rows);
    attune_release(units);
    attune_release(full);
    return ATTUNE_OK;
}
