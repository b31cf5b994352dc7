/* mgeval's divergence as its kl_dist prints it: each density at 1000 points between its own extreme
 * distances, both scaled to sum 1 and compared point by point, as if the two axes were one. A shift
 * or a change of scale of either set cancels; set.kld does it on one axis. And its overlap area,
 * integrated between the extreme distances of both, without the tails; here by the trapezoidal rule
 * on 1000 points. Features are attune's (note_features.h), so that only the procedure differs;
 * the value is the mean over the features, the details are those. */
#include <math.h>

#include "base/mem.h"
#include "metrics/set/compat.h"
#include "metrics/set/density.h"
#include "metrics/set/internal.h"

enum { N_POINTS = 1000 };

/* The density of all distances at N_POINTS from low to high. */
static void densities(const struct attune_distances *d, const struct attune_spread *spread,
                      double low, double high, double *out)
{
    const double scale = 1.0 / (spread->n * spread->bandwidth * sqrt(2.0 * M_PI));
    for (size_t k = 0; k < N_POINTS; k++) {
        const double x = low + (high - low) * (double)k / (N_POINTS - 1);
        double sum = 0.0;
        for (size_t i = 0; i < d->n_rows; i++) {
            for (size_t j = 0; j < d->n_cols; j++) {
                const double z = (x - d->v[i * d->n_cols + j]) / spread->bandwidth;
                if (fabs(z) < 39.0 && !(d->within && i == j)) { /* beyond, exp underflows */
                    sum += exp(-0.5 * z * z);
                }
            }
        }
        out[k] = scale * sum;
    }
}

static double divergence(const double *p, const double *q)
{
    double sum_p = 0.0, sum_q = 0.0, sum = 0.0;
    for (size_t k = 0; k < N_POINTS; k++) {
        sum_p += p[k];
        sum_q += q[k];
    }
    for (size_t k = 0; k < N_POINTS; k++) {
        sum += p[k] > 0.0 ? p[k] / sum_p * log(p[k] / sum_p / (q[k] / sum_q)) : 0.0;
    }
    return sum;
}

static double overlap_area(const double *p, const double *q, double low, double high)
{
    double sum = 0.0;
    for (size_t k = 0; k < N_POINTS; k++) {
        sum += fmin(p[k], q[k]) * (k == 0 || k == N_POINTS - 1 ? 0.5 : 1.0);
    }
    return sum * (high - low) / (N_POINTS - 1);
}

/* One feature's two values, NaN where mgeval has none. work: the distances, then 2 N_POINTS. */
static void compare(const struct attune_set_pair *pair, const struct attune_note_feature *feature,
                    double *work, double *kld, double *overlap)
{
    const size_t n = pair->candidate.n, m = pair->reference.n;
    double *p = work + n * (n + m), *q = p + N_POINTS;
    const struct attune_distances within = {work, n, n, true};
    const struct attune_distances between = {work + n * n, n, m, false};
    attune_feature_distances(&pair->candidate, &pair->candidate, feature, work);
    attune_feature_distances(&pair->candidate, &pair->reference, feature, work + n * n);
    const struct attune_spread a = attune_distances_spread(&within, NULL, n, NULL, n);
    const struct attune_spread b = attune_distances_spread(&between, NULL, n, NULL, m);
    *kld = *overlap = NAN;
    if (!(a.bandwidth > 0.0) || !(b.bandwidth > 0.0)) {
        return;
    }
    densities(&within, &a, a.low, a.high, p);
    densities(&between, &b, b.low, b.high, q);
    *kld = divergence(p, q);
    const double low = fmin(a.low, b.low), high = fmax(a.high, b.high);
    densities(&within, &a, low, high, p);
    densities(&between, &b, low, high, q);
    *overlap = overlap_area(p, q, low, high);
}

static void add(struct attune_set_value *out, const char *name, double v, double *sum, size_t *n)
{
    attune_set_detail(out, name, v);
    if (isfinite(v)) {
        *sum += v;
        ++*n;
    }
}

enum attune_code attune_set_compat_mgeval(struct attune_set_pair *pair,
                                          struct attune_set_value *kld,
                                          struct attune_set_value *overlap, struct attune_err *err)
{
    const char *missing = attune_features_missing(pair);
    const size_t n = pair->candidate.n, m = pair->reference.n;
    double sum[2] = {0.0, 0.0};
    size_t n_defined[2] = {0, 0};
    *kld = *overlap = (struct attune_set_value){.ci_why = "a legacy value"};
    if (missing) {
        kld->value = overlap->value = attune_undefined(missing);
        return ATTUNE_OK;
    }
    double *work = attune_alloc(n * (n + m) + 2 * N_POINTS, sizeof *work);
    if (!work) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for distances of features");
    }
    for (size_t k = 0; k < ATTUNE_N_NOTE_FEATURES; k++) {
        double divergence_k, overlap_k;
        compare(pair, &attune_note_features[k], work, &divergence_k, &overlap_k);
        add(kld, attune_note_features[k].name, divergence_k, &sum[0], &n_defined[0]);
        add(overlap, attune_note_features[k].name, overlap_k, &sum[1], &n_defined[1]);
    }
    struct attune_set_value *const out[2] = {kld, overlap};
    for (int i = 0; i < 2; i++) {
        out[i]->value = n_defined[i] > 0
                            ? attune_defined(sum[i] / (double)n_defined[i])
                            : attune_undefined("no feature has distances that vary");
    }
    attune_release(work);
    return ATTUNE_OK;
}
