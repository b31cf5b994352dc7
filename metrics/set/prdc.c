/* Precision, recall, density and coverage from one pass over the neighbours (neighbours.h), k = 5.
 *
 *     precision   share of candidates inside the reference's manifold: are they realistic?
 *     recall      share of reference points inside the candidates' manifold: is everything reached?
 *     density     mean number of reference balls that hold a candidate, over k; robust against
 * outliers coverage    share of reference balls that hold a candidate
 *
 * Source: Kynkaanniemi et al. 2019 (precision, recall); Naeem et al. 2020 (density, coverage).
 * Interval: percentile bootstrap of the averaged items with both manifolds as they are: resampling
 * the manifolds themselves would shrink their balls by repeated rows. Undefined when a set has no
 * more than k rows. Recall and precision grow and shrink with n; compare at equal n.
 */
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"

/* The neighbours, computed once for the four; out->value stays undefined where they cannot be. */
static enum attune_code prepare(struct attune_set_pair *pair, struct attune_set_value *out,
                                bool *ready, struct attune_err *err)
{
    const size_t k = pair->options.k;
    *ready =
        k >= 1 && k <= ATTUNE_NEIGHBOURS_MAX_K && pair->reference.n > k && pair->candidate.n > k;
    if (!*ready) {
        out->value = attune_undefined("a set has no more than k rows");
        return ATTUNE_OK;
    }
    enum attune_code code = attune_set_pair_points(pair, err);
    if (!code && !pair->neighbours_done) {
        code = attune_neighbours_compute(&pair->reference_points, &pair->candidate_points, k,
                                         pair->options.n_threads, &pair->neighbours, err);
        pair->neighbours_done = !code;
    }
    attune_set_detail(out, "k", (double)k);
    return code;
}

static enum attune_code final_precision(struct attune_set_pair *pair, struct attune_set_value *out,
                                        struct attune_err *err)
{
    bool ready;
    enum attune_code code = prepare(pair, out, &ready, err);
    return code || !ready ? code
                          : attune_set_mean(out, pair->neighbours.precise, pair->candidate.n,
                                            &pair->candidate, &pair->options, err);
}

static enum attune_code final_recall(struct attune_set_pair *pair, struct attune_set_value *out,
                                     struct attune_err *err)
{
    bool ready;
    enum attune_code code = prepare(pair, out, &ready, err);
    return code || !ready ? code
                          : attune_set_mean(out, pair->neighbours.recalled, pair->reference.n,
                                            &pair->reference, &pair->options, err);
}

static enum attune_code final_density(struct attune_set_pair *pair, struct attune_set_value *out,
                                      struct attune_err *err)
{
    bool ready;
    enum attune_code code = prepare(pair, out, &ready, err);
    return code || !ready ? code
                          : attune_set_mean(out, pair->neighbours.density, pair->candidate.n,
                                            &pair->candidate, &pair->options, err);
}

static enum attune_code final_coverage(struct attune_set_pair *pair, struct attune_set_value *out,
                                       struct attune_err *err)
{
    bool ready;
    enum attune_code code = prepare(pair, out, &ready, err);
    return code || !ready ? code
                          : attune_set_mean(out, pair->neighbours.covered, pair->reference.n,
                                            &pair->reference, &pair->options, err);
}

const struct attune_set_metric attune_set_metric_precision = {
    .id = "set.precision", .version = 1, .title = "Precision", .unit = "1", .direction = ATTUNE_UP,
    .lo = 0.0, .hi = 1.0, .needs_reference = true,
    .summary = "share of candidates inside the reference's nearest-neighbour manifold",
    .formula = "mean over candidates of [some reference ball of radius NN_k holds it]",
    .source = "Kynkaanniemi et al. 2019", .undefined_when = "a set has no more than k rows",
    .final = final_precision,
};

const struct attune_set_metric attune_set_metric_recall = {
    .id = "set.recall", .version = 1, .title = "Recall", .unit = "1", .direction = ATTUNE_UP,
    .lo = 0.0, .hi = 1.0, .needs_reference = true,
    .summary = "share of reference points inside the candidates' nearest-neighbour manifold",
    .formula = "mean over reference points of [some candidate ball of radius NN_k holds it]",
    .source = "Kynkaanniemi et al. 2019", .undefined_when = "a set has no more than k rows",
    .final = final_recall,
};

const struct attune_set_metric attune_set_metric_density = {
    .id = "set.density",
    .version = 1,
    .title = "Density",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0.0,
    .hi = INFINITY,
    .needs_reference = true,
    .summary = "how many reference balls hold a candidate on average, over k",
    .formula =
        "1/k mean over candidates of the number of reference balls of radius NN_k that hold it",
    .source = "Naeem et al. 2020",
    .undefined_when = "a set has no more than k rows",
    .final = final_density,
};

const struct attune_set_metric attune_set_metric_coverage = {
    .id = "set.coverage", .version = 1, .title = "Coverage", .unit = "1", .direction = ATTUNE_UP,
    .lo = 0.0, .hi = 1.0, .needs_reference = true,
    .summary = "share of reference points whose neighbourhood holds a candidate",
    .formula = "mean over reference points of [its ball of radius NN_k holds a candidate]",
    .source = "Naeem et al. 2020", .undefined_when = "a set has no more than k rows",
    .final = final_coverage,
};
