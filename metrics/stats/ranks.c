/* Rank intervals from all paired tests. */
#include "metrics/stats/ranks.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/stats/multiplicity.h"
#include "metrics/stats/order.h"
#include "metrics/stats/paired.h"

/* Tests columns a and b over the units where both are defined; the sign is 0 when test and mean
 * disagree. */
static struct attune_test test_pair(const struct attune_columns *table, size_t a, size_t b,
                                    double *difference, double *scratch)
{
    const size_t at = a * table->n_units, bt = b * table->n_units;
    size_t n = 0;
    for (size_t u = 0; u < table->n_units; u++) {
        difference[n] = attune_paired_difference(table->value[at + u], table->value[bt + u]);
        n += table->defined[at + u] & table->defined[bt + u];
    }
    struct attune_test test = attune_wilcoxon(difference, n, scratch);
    if (n > 0) {
        const double mean = attune_mean(difference, n);
        test.sign = mean * test.sign > 0.0 ? test.sign : 0;
    }
    return test;
}

enum attune_code attune_rank_columns(const struct attune_columns *table, bool smaller_is_better,
                                     double alpha, struct attune_rank *out, double *p,
                                     struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    const size_t k = table->n_columns;
    const size_t n_pairs = k * (k ? k - 1 : 0) / 2;
    size_t *present = attune_alloc(k, sizeof *present);
    double *pair_p = attune_alloc(n_pairs, sizeof *pair_p);
    signed char *sign = attune_alloc(n_pairs, sizeof *sign);
    double *difference = attune_alloc(table->n_units, sizeof *difference);
    double *scratch = attune_alloc(attune_wilcoxon_scratch(table->n_units), sizeof *scratch);
    if (!present || !pair_p || !sign || !difference || !scratch) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ranks of %zu models", k);
        goto out;
    }
    size_t m = 0;
    for (size_t c = 0; c < k; c++) {
        size_t n_defined = 0;
        attune_column_mean(table, c, &n_defined);
        out[c] = (struct attune_rank){0, 0};
        if (n_defined > 0) {
            present[m++] = c;
        }
    }
    size_t n = 0;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = i + 1; j < m; j++, n++) {
            const struct attune_test test =
                test_pair(table, present[i], present[j], difference, scratch);
            pair_p[n] = test.p;
            sign[n] = (signed char)(smaller_is_better ? -test.sign : test.sign);
        }
    }
    code = attune_holm(pair_p, n, err);
    if (code) {
        goto out;
    }
    for (size_t i = 0; i < m; i++) {
        out[present[i]] = (struct attune_rank){1, m};
    }
    for (size_t i = 0; p && i < k * k; i++) {
        p[i] = 1.0;
    }
    n = 0;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = i + 1; j < m; j++, n++) {
            struct attune_rank *a = &out[present[i]], *b = &out[present[j]];
            if (p) {
                p[present[i] * k + present[j]] = p[present[j] * k + present[i]] = pair_p[n];
            }
            if (pair_p[n] > alpha || sign[n] == 0) {
                continue;
            }
            a->high -= sign[n] > 0;
            b->low += sign[n] > 0;
            b->high -= sign[n] < 0;
            a->low += sign[n] < 0;
        }
    }
out:
    attune_release(present);
    attune_release(pair_p);
    attune_release(sign);
    attune_release(difference);
    attune_release(scratch);
    return code;
}
