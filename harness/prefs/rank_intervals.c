/* Intervals of ratings and of ranks: from resampled ratings, or from the sandwich covariance. */
#include "harness/prefs/rank_intervals.h"

#include <math.h>

#include "metrics/stats/order.h"

static const double Z95 = 1.959963984540054;

/* Interval of one column of the replicates, on the theta scale; failed replicates (NAN) are left
 * out. */
static size_t column_interval(const double *replicates, size_t n_replicates, size_t n_models,
                              size_t a, size_t b, double *sample, double *low, double *high,
                              double *sd)
{
    size_t n = 0;
    for (size_t r = 0; r < n_replicates; r++) {
        const double *row = replicates + r * n_models;
        if (isfinite(row[a])) {
            sample[n++] = row[a] - (b == SIZE_MAX ? 0.0 : row[b]);
        }
    }
    if (n < 2) {
        *low = *high = *sd = NAN;
        return n;
    }
    *sd = attune_sd(sample, n);
    *low = attune_quantile(sample, n, 0.025);
    *high = attune_quantile(sample, n, 0.975);
    return n;
}

/* A model is better than another when the 95 % interval of their difference lies above zero. */
static void rank_intervals(const double *replicates, const struct attune_rank_options *o,
                           const size_t *model_of, double *sample, struct attune_ranking *out)
{
    for (size_t i = 0; i < out->n; i++) {
        for (size_t j = 0; j < out->n; j++) {
            double low, high, sd;
            if (i != j && column_interval(replicates, o->n_replicates, out->n, model_of[j],
                                          model_of[i], sample, &low, &high, &sd) > 1) {
                out->rows[i].rank_low += low > 0.0;
                out->rows[i].rank_high -= high < 0.0;
            }
        }
    }
}

/* Without a bootstrap: from the sandwich covariance of the two ratings. */
static void normal_rank_intervals(const struct attune_bt_fit *fit, const size_t *model_of,
                                  struct attune_ranking *out)
{
    const size_t n = out->n;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const size_t a = model_of[i], b = model_of[j];
            const double *v = fit->covariance;
            const double se = sqrt(fmax(v[a * n + a] + v[b * n + b] - 2.0 * v[a * n + b], 0.0));
            const double ahead = fit->theta[b] - fit->theta[a];
            if (i != j) {
                out->rows[i].rank_low += ahead > Z95 * se;
                out->rows[i].rank_high -= ahead < -Z95 * se;
            }
        }
    }
}

void attune_rank_intervals(const struct attune_bt_fit *fit, const double *replicates,
                           const struct attune_rank_options *o, const size_t *model_of,
                           double *sample, struct attune_ranking *out)
{
    for (size_t i = 0; i < out->n; i++) {
        struct attune_ranked *row = &out->rows[i];
        const double theta = fit->theta[model_of[i]];
        double low = NAN, high = NAN, sd = NAN;
        if (o->interval == ATTUNE_CI_SANDWICH) {
            sd = fit->se_sandwich[model_of[i]];
        } else if (replicates) {
            const size_t n = column_interval(replicates, o->n_replicates, out->n, model_of[i],
                                             SIZE_MAX, sample, &low, &high, &sd);
            out->n_failed_replicates = o->n_replicates - n;
        }
        if (o->interval != ATTUNE_CI_PERCENTILE) {
            low = theta - Z95 * sd;
            high = theta + Z95 * sd;
        }
        row->ci_low = attune_elo(low);
        row->ci_high = attune_elo(high);
    }
    if (replicates) {
        rank_intervals(replicates, o, model_of, sample, out);
    } else {
        normal_rank_intervals(fit, model_of, out);
    }
}
