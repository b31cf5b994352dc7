/* Kernel distances: set.mmd2, the unbiased squared maximum mean discrepancy of kernel.h, and
 * set.kad, the Kernel Audio Distance of Chung et al. 2025, which is 100 times that.
 *
 * The bandwidth is the median pairwise distance of the reference (--bandwidth candidate or a number
 * changes it; the published tool takes the evaluated set's, which makes a model choose its own
 * ruler). The median is the lower one for an even number of pairs. Interval: percentile bootstrap
 * of the Hajek projection, in which every item acts through its influence; it is too short where
 * the two sets are nearly equal. May be negative. Undefined with fewer than 2 rows on a side, or
 * when half of all reference rows are equal, so that the median distance is 0.
 */
#include "base/mem.h"
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"
#include "metrics/stats/order.h"

enum { KAD_SCALE = 100 };

static enum attune_code find_bandwidth(struct attune_set_pair *pair, double *bandwidth,
                                       struct attune_err *err)
{
    const struct attune_points *points = pair->options.bandwidth == ATTUNE_BANDWIDTH_CANDIDATE
                                             ? &pair->candidate_points
                                             : &pair->reference_points;
    if (pair->options.bandwidth == ATTUNE_BANDWIDTH_FIXED) {
        *bandwidth = pair->options.bandwidth_value;
        return ATTUNE_OK;
    }
    return attune_points_quantile(points, 0.5, pair->options.n_threads, bandwidth, err);
}

/* Mean of the influences of the rows drawn, minus the mean of all. */
static double resampled_shift(const double *influence, const uint32_t *index, size_t n, double mean)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += influence[index[i]];
    }
    return sum / (double)n - mean;
}

static enum attune_code add_interval(const struct attune_set_pair *pair, double scale,
                                     struct attune_set_value *out, struct attune_err *err)
{
    const struct attune_mmd *mmd = &pair->mmd;
    const size_t n = pair->reference.n, m = pair->candidate.n,
                 n_replicates = pair->options.n_replicates;
    const double mean_x = attune_mean(mmd->influence_x, n),
                 mean_y = attune_mean(mmd->influence_y, m);
    double *replicates = attune_alloc(n_replicates, sizeof *replicates);
    uint32_t *index = attune_alloc(n + m, sizeof *index);
    if (!replicates || !index) {
        attune_release(replicates);
        attune_release(index);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the bootstrap");
    }
    for (size_t r = 0; r < n_replicates; r++) {
        attune_set_resample(index, &pair->reference, pair->options.seed, r, 0);
        attune_set_resample(index + n, &pair->candidate, pair->options.seed, r, 1);
        replicates[r] = scale * (mmd->square +
                                 resampled_shift(mmd->influence_x, index, n, mean_x) +
                                 resampled_shift(mmd->influence_y, index + n, m, mean_y));
    }
    attune_set_interval(out, replicates, n_replicates, pair->options.level);
    attune_release(replicates);
    attune_release(index);
    return ATTUNE_OK;
}

static enum attune_code compute(struct attune_set_pair *pair, double scale,
                                struct attune_set_value *out, struct attune_err *err)
{
    if (pair->reference.n < 2 || pair->candidate.n < 2) {
        out->value = attune_undefined("fewer than 2 rows");
        return ATTUNE_OK;
    }
    enum attune_code code = attune_set_pair_points(pair, err);
    double bandwidth = pair->mmd.bandwidth;
    if (!code && !pair->mmd_done) {
        code = find_bandwidth(pair, &bandwidth, err);
        if (!code && bandwidth > 0.0) {
            code = attune_mmd_compute(&pair->reference_points, &pair->candidate_points, bandwidth,
                                      pair->options.n_threads, &pair->mmd, err);
            pair->mmd_done = !code;
        }
    }
    if (code) {
        return code;
    }
    if (!(bandwidth > 0.0)) {
        out->value = attune_undefined("the median distance is 0");
        return ATTUNE_OK;
    }
    out->value = attune_defined(scale * pair->mmd.square);
    attune_set_detail(out, "bandwidth", bandwidth);
    return add_interval(pair, scale, out, err);
}

static enum attune_code final_kad(struct attune_set_pair *pair, struct attune_set_value *out,
                                  struct attune_err *err)
{
    return compute(pair, KAD_SCALE, out, err);
}

static enum attune_code final_mmd2(struct attune_set_pair *pair, struct attune_set_value *out,
                                   struct attune_err *err)
{
    return compute(pair, 1.0, out, err);
}

const struct attune_set_metric attune_set_metric_kad = {
    .id = "set.kad",
    .version = 1,
    .title = "Kernel audio distance",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = -INFINITY,
    .hi = INFINITY,
    .needs_reference = true,
    .summary = "100 times the unbiased squared maximum mean discrepancy with a Gaussian kernel",
    .formula =
        "100 MMD^2_u, k = exp(-|x - y|^2 / (2 s^2)), s the reference's median pairwise distance",
    .source = "Chung et al. 2025; Gretton et al. 2012",
    .undefined_when = "fewer than 2 rows, or the median distance is 0",
    .final = final_kad,
};

const struct attune_set_metric attune_set_metric_mmd2 = {
    .id = "set.mmd2", .version = 1, .title = "Squared maximum mean discrepancy", .unit = "1",
    .direction = ATTUNE_DOWN, .lo = -INFINITY, .hi = INFINITY, .needs_reference = true,
    .summary = "unbiased squared maximum mean discrepancy with a Gaussian kernel, unscaled",
    .formula = "MMD^2_u, k = exp(-|x - y|^2 / (2 s^2)), s the reference's median pairwise distance",
    .source = "Gretton et al. 2012, eq. 3",
    .undefined_when = "fewer than 2 rows, or the median distance is 0", .final = final_mmd2,
};
