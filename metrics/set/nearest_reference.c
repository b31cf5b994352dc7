/* Memorisation: the share of candidates that lie suspiciously near to a reference sample.
 *
 *     share of candidates whose nearest reference is closer than the 1st percentile of all distances between
 *     different reference samples (detail `threshold`)
 *
 * Interval: bootstrap over candidates with the threshold as it is. Undefined with fewer than 20 reference
 * rows. Repeated reference rows lower the threshold, down to 0, where nothing is closer.
 */
#include "base/mem.h"
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"

enum { FEWEST_REFERENCES = 20 };

static enum attune_code final(struct attune_set_pair *pair, struct attune_set_value *out,
                              struct attune_err *err)
{
    const size_t n = pair->candidate.n;
    if (pair->reference.n < FEWEST_REFERENCES || n == 0) {
        out->value = attune_undefined("fewer than 20 reference rows");
        return ATTUNE_OK;
    }
    double threshold = 0.0;
    float *nearest = attune_alloc(n, sizeof *nearest);
    double *closer = attune_alloc(n, sizeof *closer);
    enum attune_code code = attune_set_pair_points(pair, err);
    if (!code && (!nearest || !closer)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu candidates", n);
    }
    if (!code) {
        code = attune_points_quantile(&pair->reference_points, 0.01, pair->options.n_threads, &threshold,
                                      err);
    }
    if (!code) {
        code = attune_nearest_squares(&pair->candidate_points, &pair->reference_points,
                                      pair->options.n_threads, nearest, err);
    }
    if (!code) {
        for (size_t i = 0; i < n; i++) {
            closer[i] = sqrt((double)nearest[i]) < threshold;
        }
        attune_set_detail(out, "threshold", threshold);
        code = attune_set_mean(out, closer, n, &pair->options, err);
    }
    attune_release(nearest);
    attune_release(closer);
    return code;
}

const struct attune_set_metric attune_set_metric_nearest_reference = {
    .id = "set.nearest_reference", .version = 1, .title = "Near copies of the reference", .unit = "1",
    .direction = ATTUNE_DOWN, .lo = 0.0, .hi = 1.0, .needs_reference = true,
    .summary = "share of candidates nearer to a reference than references are to each other",
    .formula = "share with min distance to a reference < 1st percentile of distances between references",
    .source = "attune", .undefined_when = "fewer than 20 reference rows", .final = final,
};
