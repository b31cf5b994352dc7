/* Ratings from votes, with model-based and sandwich standard errors. */
#include "metrics/stats/bradley_terry.h"

#include <math.h>

#include "base/linalg.h"
#include "base/mem.h"
#include "metrics/stats/bradley_terry_internal.h"

double attune_elo(double theta)
{
    return 1000.0 + 400.0 * theta / M_LN10;
}

void attune_bt_fit_release(struct attune_bt_fit *fit)
{
    attune_release(fit->theta);
    attune_release(fit->se_model);
    attune_release(fit->se_sandwich);
    attune_release(fit->covariance);
    attune_release(fit->beta);
    *fit = (struct attune_bt_fit){0};
}

/* Square roots of the diagonals of A^-1 and A^-1 B A^-1; B (p, p) is the sum of the comparisons'
 * outer products. scratch (2 p^2,). */
static enum attune_code standard_errors(struct attune_bt_problem *m, double *scratch,
                                        struct attune_bt_fit *fit, struct attune_err *err)
{
    const size_t p = m->p, n = m->votes->n_models;
    double *inverse = m->information, *scores = scratch, *half = scratch + p * p;
    attune_bt_derivatives(m, m->x, scores);
    if (!attune_invert_definite(inverse, p)) {
        return attune_fail(err, ATTUNE_E_INPUT, "ratings are not determined: singular information");
    }
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j < i; j++) {
            scores[j * p + i] = scores[i * p + j];
        }
    }
    attune_product_nn(inverse, scores, half, p, p, p);
    /* The unit penalty on the mean adds 1/n^2 to every covariance of theta; take it out again. */
    const double shift = m->options->ridge > 0.0 ? 0.0 : 1.0 / ((double)n * (double)n);
    double *robust = scratch; /* the outer products are used up */
    attune_product_nn(half, inverse, robust, p, p, p);
    for (size_t i = 0; i < n; i++) {
        memcpy(fit->covariance + i * n, robust + i * p, n * sizeof *robust);
        fit->se_model[i] = sqrt(fmax(inverse[i * p + i] - shift, 0.0));
        fit->se_sandwich[i] = sqrt(fmax(robust[i * p + i], 0.0));
    }
    return ATTUNE_OK;
}

enum attune_code attune_bt_fit(const struct attune_votes *votes,
                               const struct attune_bt_options *options, int with_errors,
                               struct attune_bt_fit *fit, struct attune_err *err)
{
    struct attune_bt_problem m;
    const size_t n = votes->n_models;
    double *scratch = NULL;
    *fit = (struct attune_bt_fit){0};
    enum attune_code code = attune_bt_problem_init(&m, votes, options, err);
    if (code) {
        return code;
    }
    scratch = attune_alloc(with_errors ? 2 * m.p : 0, m.p * sizeof *scratch);
    fit->theta = attune_alloc(n, sizeof *fit->theta);
    fit->se_model = attune_alloc(n, sizeof *fit->se_model);
    fit->se_sandwich = attune_alloc(n, sizeof *fit->se_sandwich);
    fit->covariance = attune_alloc(n, n * sizeof *fit->covariance);
    fit->beta = attune_alloc(votes->n_covariates, sizeof *fit->beta);
    if (!scratch || !fit->theta || !fit->se_model || !fit->se_sandwich ||
        !fit->covariance || !fit->beta) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings");
        goto out;
    }
    if (m.tie_at < m.p) {
        m.x[m.tie_at] = options->ties == ATTUNE_TIES_RAO_KUPPER ? 0.3 : -1.0;
    }
    code = attune_bt_maximise(&m, &fit->log_likelihood, &fit->n_iterations, err);
    if (!code && with_errors) {
        code = standard_errors(&m, scratch, fit, err);
    }
    memcpy(fit->theta, m.x, n * sizeof *m.x);
    memcpy(fit->beta, m.x + n, votes->n_covariates * sizeof *m.x);
    fit->tie = m.tie_at < m.p ? m.x[m.tie_at] : 0.0;
out:
    attune_release(scratch);
    attune_bt_problem_release(&m);
    if (code) {
        attune_bt_fit_release(fit);
    }
    return code;
}
