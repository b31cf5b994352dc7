/* Two sets of embeddings: the metrics of section set.*, with intervals and warnings. */
#include "lib/session.h"
#include "metrics/set/set_metric.h"

/* A copy of the caller's rows without those that hold NaN; cleaning moves rows about. */
static enum attune_code take_rows(struct attune_session *session, struct attune_matrix *out,
                                  const float *rows, size_t n, size_t d, const char *name)
{
    if (n == 0) {
        return ATTUNE_OK;
    }
    out->v = n <= SIZE_MAX / d ? attune_alloc_aligned(n * d, sizeof *out->v) : NULL;
    if (!out->v) {
        return attune_fail(&session->err, ATTUNE_E_MEMORY, "out of memory for %zu x %zu rows", n,
                           d);
    }
    memcpy(out->v, rows, n * d * sizeof *out->v);
    out->n_rows = n;
    out->n_cols = d;
    attune_set_clean(out, NULL, name, &session->warnings);
    return ATTUNE_OK;
}

static enum attune_code evaluate_all(struct attune_session *session, struct attune_set_pair *pair)
{
    for (size_t i = 0; i < attune_n_set_metrics; i++) {
        const struct attune_set_metric *metric = attune_set_metrics[i];
        struct attune_set_value value = {0};
        if (!attune_glob_list(session->set_globs, metric->id)) {
            continue;
        }
        const enum attune_code code = attune_set_metric_eval(metric, pair, &value, &session->err);
        if (code) {
            return code;
        }
        const bool interval = value.value.state == ATTUNE_DEFINED && !value.ci_why;
        attune_session_add(session, metric->id, &value.value.v, 1, interval ? value.ci_low : NAN,
                           interval ? value.ci_high : NAN, value.value.why);
    }
    return ATTUNE_OK;
}

enum attune_status attune_session_distance(struct attune_session *session, const float *reference,
                                           size_t n_reference, const float *candidate,
                                           size_t n_candidate, size_t d, size_t n_replicates,
                                           uint64_t seed)
{
    struct attune_matrix a = {0}, b = {0};
    struct attune_set_pair *pair = NULL;
    attune_session_begin(session);
    if (d == 0 || n_candidate == 0) {
        return attune_session_end(session,
                                  attune_fail(&session->err, ATTUNE_E_USAGE,
                                              "%zu candidates in %zu dimensions: at least 1 of "
                                              "each is needed",
                                              n_candidate, d));
    }
    enum attune_code code = take_rows(session, &a, reference, n_reference, d, "reference");
    if (!code) {
        code = take_rows(session, &b, candidate, n_candidate, d, "candidate");
    }
    if (!code) {
        struct attune_set_options options = ATTUNE_SET_OPTIONS_INIT;
        options.n_replicates = n_replicates;
        options.seed = seed;
        const struct attune_set left = {.rows = a.v, .n = a.n_rows, .d = d};
        const struct attune_set right = {.rows = b.v, .n = b.n_rows, .d = d};
        code = attune_set_pair_new(&pair, &left, &right, &options, &session->err);
    }
    if (!code) {
        code = evaluate_all(session, pair);
    }
    attune_set_pair_free(pair);
    attune_matrix_release(&a);
    attune_matrix_release(&b);
    return attune_session_end(session, code);
}

const char *attune_session_warnings(const struct attune_session *session)
{
    return attune_buf_text(&session->warnings);
}
