/* fadtk's and kadtk's variants. */
#include "metrics/set/compat.h"

#include "base/mem.h"
#include "metrics/set/internal.h"

/* numpy's mean over the rows of a float32 array: added row by row in float32, then divided. */
static void mean_single(const struct attune_set *set, float *mean)
{
    memset(mean, 0, set->d * sizeof *mean);
    for (size_t i = 0; i < set->n; i++) {
        for (size_t j = 0; j < set->d; j++) {
            mean[j] += set->rows[i * set->d + j];
        }
    }
    for (size_t j = 0; j < set->d; j++) {
        mean[j] /= (float)set->n;
    }
}

enum attune_code attune_set_compat_fadtk(struct attune_set_pair *pair, struct attune_set_value *out,
                                         struct attune_err *err)
{
    const struct attune_set_metric *fad = attune_set_metric_find("set.fad");
    const uint64_t n_replicates = pair->options.n_replicates;
    pair->options.n_replicates = 0;
    enum attune_code code = attune_set_metric_eval(fad, pair, out, err);
    pair->options.n_replicates = n_replicates;
    if (code || out->value.state != ATTUNE_DEFINED || !pair->reference.rows ||
        !pair->candidate.rows) {
        return code;
    }
    const size_t d = pair->reference.d;
    float *mean = attune_alloc(2 * d, sizeof *mean);
    if (!mean) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for compat.fadtk");
    }
    mean_single(&pair->reference, mean);
    mean_single(&pair->candidate, mean + d);
    double mean_term = 0.0;
    for (size_t j = 0; j < d; j++) {
        const float difference = mean[j] - mean[d + j];
        mean_term += (double)difference * difference;
    }
    /* its squared norm is a float32 too; set.fad's first detail is its own mean term */
    out->value.v += (double)(float)mean_term - out->detail[0].v;
    out->n_details = 0;
    attune_release(mean);
    return ATTUNE_OK;
}

enum attune_code attune_set_compat_kadtk(struct attune_set_pair *pair, struct attune_set_value *out,
                                         struct attune_err *err)
{
    struct attune_set_pair *other;
    struct attune_set_options options = pair->options;
    options.bandwidth = ATTUNE_BANDWIDTH_CANDIDATE;
    options.n_replicates = 0;
    enum attune_code code =
        attune_set_pair_new(&other, &pair->reference, &pair->candidate, &options, err);
    if (!code) {
        code = attune_set_metric_eval(attune_set_metric_find("set.kad"), other, out, err);
    }
    attune_set_pair_free(other);
    return code;
}
