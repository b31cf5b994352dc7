/* Memorisation: the share of candidates that lie suspiciously near to a reference sample.
 *
 *     share of candidates whose nearest reference is closer than the 1st percentile of the
 * distances from reference samples to their nearest other reference (detail `threshold`)
 *
 * About .01 for candidates of the reference's own distribution at equal n. (The 1st percentile of
 * all pairwise distances would be exceeded by most honest candidates: a nearest neighbour is the
 * smallest of n.) Interval: bootstrap over candidates with the threshold as it is. Undefined with
 * fewer than 20 reference rows. Repeated reference rows lower the threshold, down to 0, where
 * nothing is closer.
 */
#include <math.h>

#include "base/mem.h"
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"
#include "metrics/set/nearest.h"
#include "metrics/stats/order.h"

enum { FEWEST_REFERENCES = 20 };

static enum attune_code find_threshold(const struct attune_set_pair *pair, double *threshold,
                                       struct attune_err *err)
{
    const size_t n = pair->reference.n;
    double *square = attune_alloc(n, sizeof *square);
    if (!square) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu reference rows", n);
    }
    enum attune_code code =
        attune_neighbour_squares(&pair->reference_points, 1, pair->options.n_threads, square, err);
    for (size_t i = 0; i < n; i++) {
        square[i] = sqrt(square[i]);
    }
    *threshold = attune_quantile(square, n, 0.01);
    attune_release(square);
    return code;
}

enum attune_code attune_set_nearest(struct attune_set_pair *pair, struct attune_nearest *out,
                                    struct attune_err *err)
{
    double threshold = 0.0;
    enum attune_code code = attune_set_pair_points(pair, err);
    if (!code && pair->reference.n >= FEWEST_REFERENCES) {
        code = find_threshold(pair, &threshold, err);
    }
    for (size_t i = 0; i < pair->candidate.n && !code; i++) {
        double nearest = INFINITY;
        for (size_t j = 0; j < pair->reference.n; j++) {
            const double square = attune_points_square_distance(&pair->candidate_points, i,
                                                                &pair->reference_points, j);
            if (square < nearest) {
                nearest = square;
                out[i].row = j;
            }
        }
        out[i].distance = sqrt(nearest);
        out[i].near_copy = out[i].distance < threshold || out[i].distance == 0.0;
    }
    return code;
}

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
        code = find_threshold(pair, &threshold, err);
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
        code = attune_set_mean(out, closer, n, &pair->candidate, &pair->options, err);
    }
    attune_release(nearest);
    attune_release(closer);
    return code;
}

const struct attune_set_metric attune_set_metric_nearest_reference = {
    .id = "set.nearest_reference",
    .version = 1,
    .title = "Near copies of the reference",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0.0,
    .hi = 1.0,
    .needs_reference = true,
    .summary = "share of candidates nearer to a reference than references are to each other",
    .formula =
        "share with nearest reference < 1st percentile of references' nearest-neighbour distances",
    .source = "attune",
    .undefined_when = "fewer than 20 reference rows",
    .final = final,
};
