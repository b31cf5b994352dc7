/* Correlations and accuracies of a metric against people. */
#include "metrics/stats/human_agreement.h"

#include <math.h>
#include <stdbool.h>

#include "base/mem.h"
#include "metrics/stats/association.h"
#include "metrics/stats/calibration.h"
#include "metrics/stats/distribution.h"
#include "metrics/stats/kendall.h"
#include "metrics/stats/order.h"
#include "metrics/stats/paired.h"

static const double Z95 = 1.959963984540054;

static struct attune_estimate fisher(double value, double variance)
{
    const double z = atanh(value), half = Z95 * sqrt(variance);
    if (!isfinite(variance) || variance <= 0.0 || !isfinite(z)) {
        return (struct attune_estimate){value, NAN, NAN};
    }
    return (struct attune_estimate){value, tanh(z - half), tanh(z + half)};
}

static double p_of_rho(double rho, size_t n)
{
    const double rest = 1.0 - rho * rho, df = (double)n - 2.0;
    if (!isfinite(rho) || df < 1.0) {
        return NAN;
    }
    return rest <= 0.0 ? 0.0 : fmin(1.0, 2.0 * attune_t_upper(fabs(rho) * sqrt(df / rest), df));
}

/* Share of the pairs of different rating (y) that the values (x) order alike, ties of values half:
 * 1/2 + d/2 with Somers' d = (concordant - discordant)/untied_y. So the interval is tau-b's, times
 * d/tau-b. */
static struct attune_estimate concordance(const struct attune_kendall *k,
                                          const struct attune_estimate *tau)
{
    const double half = 0.5 * sqrt(k->untied_x / k->untied_y);
    const double low = 0.5 + half * tau->low, high = 0.5 + half * tau->high;
    return (struct attune_estimate){0.5 + half * tau->value, low < 0.0 ? 0.0 : low,
                                    high > 1.0 ? 1.0 : high}; /* NAN stays */
}

/* The values of ratings above the median against the others'. */
static enum attune_code auc_of_halves(const double *value, const double *rating, size_t n,
                                      double *auc, struct attune_err *err)
{
    double *scratch = attune_alloc(n, sizeof *scratch);
    size_t n_high = 0, n_low = 0;
    if (!scratch) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu ratings", n);
    }
    memcpy(scratch, rating, n * sizeof *scratch);
    const double median = attune_quantile(scratch, n, 0.5);
    for (size_t i = 0; i < n; i++) {
        if (rating[i] > median) {
            scratch[n_high++] = value[i];
        } else {
            scratch[n - ++n_low] = value[i];
        }
    }
    enum attune_code code = attune_auc(scratch, n_high, scratch + n_high, n_low, auc, err);
    attune_release(scratch);
    return code;
}

static const struct attune_agreement nothing = {
    .accuracy = {NAN, NAN, NAN}, .auc = NAN, .tau = {NAN, NAN, NAN}, .rho = {NAN, NAN, NAN},
    .r = {NAN, NAN, NAN}, .p = NAN};

static bool is_constant(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (x[i] != x[0]) {
            return false;
        }
    }
    return true;
}

enum attune_code attune_agree_ratings(const double *value, const double *rating, size_t n,
                                      struct attune_agreement *out, struct attune_err *err)
{
    *out = nothing;
    out->n = n;
    if (n < 3 || is_constant(value, n) || is_constant(rating, n)) {
        return ATTUNE_OK;
    }
    const double free = (double)n - 3.0;
    double rho = NAN;
    enum attune_code code = attune_spearman(value, rating, n, &rho, err);
    code = code ? code : auc_of_halves(value, rating, n, &out->auc, err);
    out->r = fisher(attune_pearson(value, rating, n), 1.0 / free);
    out->rho = fisher(rho, (1.0 + rho * rho / 2.0) / free);
    double *scratch = attune_alloc(n, ATTUNE_KENDALL_SCRATCH(1) * sizeof *scratch);
    if (code || !scratch) {
        attune_release(scratch);
        return code ? code : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu ratings", n);
    }
    const struct attune_kendall pairs = attune_kendall_count(value, rating, n, scratch);
    attune_release(scratch);
    out->tau = fisher(attune_kendall_tau(&pairs), 0.437 / (free - 1.0));
    out->accuracy = concordance(&pairs, &out->tau);
    out->p = p_of_rho(rho, n);
    return code;
}

enum attune_code attune_agree_votes(const double *margin, const int *outcome, size_t n,
                                    struct attune_agreement *out, struct attune_err *err)
{
    struct attune_margin *pairs = attune_alloc(n, sizeof *pairs);
    struct attune_calibration c;
    size_t n_right = 0, n_wrong = 0;
    *out = nothing;
    if (!pairs) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu votes", n);
    }
    for (size_t i = 0; i < n; i++) {
        pairs[i] = (struct attune_margin){margin[i], outcome[i]};
        n_right += margin[i] * outcome[i] > 0.0;
        n_wrong += margin[i] * outcome[i] < 0.0;
    }
    enum attune_code code = attune_calibrate(pairs, n, ATTUNE_TIE_DROPPED, &c, err);
    attune_release(pairs);
    if (!code && c.n) {
        out->n = c.n;
        out->accuracy = (struct attune_estimate){c.accuracy, c.accuracy_low, c.accuracy_high};
        out->auc = c.auc;
        out->p = attune_mcnemar(n_right, n_wrong).p;
    }
    return code;
}
