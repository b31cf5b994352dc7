/* The penalised likelihood of all pairings, and its maximum by Newton's method.
 *
 * The models fix theta up to a constant; the direction of that constant gets a unit penalty (sum
 * theta)^2 / 2, which changes nothing but the null space and keeps the Hessian definite.
 */
#include <math.h>

#include "base/linalg.h"
#include "base/mem.h"
#include "metrics/stats/bradley_terry_internal.h"

enum { MAX_ITERATIONS = 100, MAX_TOUCHED = ATTUNE_BT_MAX_COVARIATES + 3 };

/* Neighbouring rows of the same two models share a pairing. */
static void fill_pairings(struct attune_bt_problem *m)
{
    for (size_t i = 0; i < m->votes->n_rows; i++) {
        const struct attune_vote *v = &m->votes->rows[i];
        struct attune_bt_pairing *last = m->n_pairings ? &m->pairings[m->n_pairings - 1] : NULL;
        if (!last || last->a != v->a || last->b != v->b || m->votes->n_covariates) {
            last = &m->pairings[m->n_pairings++];
            last->a = v->a;
            last->b = v->b;
        }
        if (v->outcome != ATTUNE_TIE || m->options->ties != ATTUNE_TIES_DROP) {
            last->w[v->outcome + 1] += v->weight;
        }
    }
}

enum attune_code attune_bt_problem_init(struct attune_bt_problem *m,
                                        const struct attune_votes *votes,
                                        const struct attune_bt_options *options,
                                        struct attune_err *err)
{
    const size_t n = votes->n_models;
    const bool has_tie =
        options->ties == ATTUNE_TIES_DAVIDSON || options->ties == ATTUNE_TIES_RAO_KUPPER;
    *m = (struct attune_bt_problem){.votes = votes, .options = options};
    if (n < 2) {
        return attune_fail(err, ATTUNE_E_INPUT, "ratings need at least two models, found %zu", n);
    }
    if (votes->n_covariates > ATTUNE_BT_MAX_COVARIATES) {
        return attune_fail(err, ATTUNE_E_USAGE, "at most %d covariates", ATTUNE_BT_MAX_COVARIATES);
    }
    m->p = n + votes->n_covariates + (size_t)has_tie;
    m->tie_at = has_tie ? m->p - 1 : m->p;
    m->pairings = attune_alloc(votes->n_rows, sizeof *m->pairings);
    m->x = attune_alloc(m->p, sizeof *m->x);
    m->gradient = attune_alloc(m->p, sizeof *m->gradient);
    m->information = attune_alloc(m->p, m->p * sizeof *m->information);
    m->step = attune_alloc(m->p, sizeof *m->step);
    m->trial = attune_alloc(m->p, sizeof *m->trial);
    m->seen = attune_alloc(n, sizeof *m->seen);
    if (!m->pairings || !m->x || !m->gradient || !m->information || !m->step || !m->trial ||
        !m->seen) {
        attune_bt_problem_release(m);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings");
    }
    fill_pairings(m);
    return ATTUNE_OK;
}

void attune_bt_problem_release(struct attune_bt_problem *m)
{
    attune_release(m->pairings);
    attune_release(m->x);
    attune_release(m->gradient);
    attune_release(m->information);
    attune_release(m->step);
    attune_release(m->trial);
    attune_release(m->seen);
    *m = (struct attune_bt_problem){0};
}

/* The parameters a pairing touches, with the derivatives of d in each: a, b, covariates; then the
 * tie parameter, which is no part of d. Returns their number without the tie parameter. */
static size_t touched(const struct attune_bt_problem *m, size_t i, size_t *index, double *slope)
{
    const size_t n = m->votes->n_covariates;
    index[0] = m->pairings[i].a;
    index[1] = m->pairings[i].b;
    slope[0] = 1.0;
    slope[1] = -1.0;
    for (size_t k = 0; k < n; k++) {
        index[2 + k] = m->votes->n_models + k;
        slope[2 + k] = m->votes->covariates[i * n + k];
    }
    index[2 + n] = m->tie_at;
    return 2 + n;
}

/* matrix, lower triangle, += the symmetric form with dd slope slope^T, dh slope and hh. */
static void add_form(const struct attune_bt_problem *m, double *matrix, const size_t *index,
                     const double *slope, size_t n, double dd, double dh, double hh)
{
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < n; c++) {
            if (index[c] <= index[r]) {
                matrix[index[r] * m->p + index[c]] += dd * slope[r] * slope[c];
            }
        }
    }
    if (m->tie_at < m->p) {
        for (size_t r = 0; r < n; r++) {
            matrix[m->tie_at * m->p + index[r]] += dh * slope[r];
        }
        matrix[m->tie_at * m->p + m->tie_at] += hh;
    }
}

/* Each comparison is a unit: the three outcomes of a pairing have gradients of their own. */
static void add_scores(const struct attune_bt_problem *m, double *scores, const size_t *index,
                       const double *slope, size_t n, double d, double h, const double w[3])
{
    static const double unit[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    for (int k = 0; k < 3; k++) {
        if (w[k] > 0.0) {
            const struct attune_bt_term t = attune_bt_term(m->options->ties, d, h, unit[k]);
            add_form(m, scores, index, slope, n, w[k] * t.d * t.d, w[k] * t.d * t.h,
                     w[k] * t.h * t.h);
        }
    }
}

/* The ridge, and the unit penalty on the free constant. */
static double add_penalties(struct attune_bt_problem *m, const double *x)
{
    const size_t n = m->votes->n_models;
    const double ridge = m->options->ridge;
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
        squares += x[i] * x[i];
    }
    for (size_t i = 0; i < n; i++) {
        m->gradient[i] -= 2.0 * ridge * x[i] + sum;
        m->information[i * m->p + i] += 2.0 * ridge;
        for (size_t j = 0; j <= i; j++) {
            m->information[i * m->p + j] += 1.0;
        }
    }
    return -ridge * squares - 0.5 * sum * sum;
}

double attune_bt_derivatives(struct attune_bt_problem *m, const double *x, double *scores)
{
    const double h = m->tie_at < m->p ? x[m->tie_at] : 0.0;
    double value = 0.0, slope[MAX_TOUCHED];
    size_t index[MAX_TOUCHED];
    memset(m->gradient, 0, m->p * sizeof *m->gradient);
    memset(m->information, 0, m->p * m->p * sizeof *m->information);
    for (size_t i = 0; i < m->n_pairings; i++) {
        const double *w = m->pairings[i].w;
        if (w[0] + w[1] + w[2] <= 0.0) {
            continue;
        }
        const size_t n = touched(m, i, index, slope);
        double d = 0.0;
        for (size_t k = 0; k < n; k++) {
            d += slope[k] * x[index[k]];
        }
        const struct attune_bt_term t = attune_bt_term(m->options->ties, d, h, w);
        value += t.l;
        for (size_t k = 0; k < n; k++) {
            m->gradient[index[k]] += t.d * slope[k];
        }
        if (m->tie_at < m->p) {
            m->gradient[m->tie_at] += t.h;
        }
        add_form(m, m->information, index, slope, n, -t.dd, -t.dh, -t.hh);
        if (scores) {
            add_scores(m, scores, index, slope, n, d, h, w);
        }
    }
    return value + add_penalties(m, x);
}

/* Without a ridge a finite maximum exists exactly when the graph "a has beaten or tied b" is
 * strongly connected (Ford 1957): every model must be reachable from every other along wins. */
static bool strongly_connected(const struct attune_bt_problem *m)
{
    const size_t n = m->votes->n_models;
    for (int against = 0; against < 2; against++) {
        memset(m->seen, 0, n);
        m->seen[0] = 1;
        size_t n_seen = 1, before = 0;
        while (n_seen > before) {
            before = n_seen;
            for (size_t i = 0; i < m->n_pairings; i++) {
                const struct attune_bt_pairing *q = &m->pairings[i];
                const bool from_a = q->w[1] > 0.0 || q->w[against ? 0 : 2] > 0.0;
                const bool from_b = q->w[1] > 0.0 || q->w[against ? 2 : 0] > 0.0;
                if ((from_a && m->seen[q->a] && !m->seen[q->b]) ||
                    (from_b && m->seen[q->b] && !m->seen[q->a])) {
                    m->seen[q->a] = m->seen[q->b] = 1;
                    n_seen++;
                }
            }
        }
        if (n_seen < n) {
            return false;
        }
    }
    return true;
}

/* Halves the step until the likelihood does not fall; the derivatives are then those of trial. */
static double search(struct attune_bt_problem *m, double best)
{
    double scale = 1.0, value = -INFINITY;
    for (int halving = 0; halving < 40 && !(value >= best); halving++, scale /= 2.0) {
        for (size_t i = 0; i < m->p; i++) {
            m->trial[i] = m->x[i] + scale * m->step[i];
        }
        const bool allowed =
            m->options->ties != ATTUNE_TIES_RAO_KUPPER || m->trial[m->tie_at] > 1e-9;
        value = allowed ? attune_bt_derivatives(m, m->trial, NULL) : -INFINITY;
    }
    return value;
}

/* Steps until one gains less than 1e-12 of the log-likelihood; that last one squares what error is
 * left, so it is taken without asking a likelihood whose digits are used up. */
static enum attune_code newton(struct attune_bt_problem *m, int *n_iterations,
                               struct attune_err *err)
{
    double best = attune_bt_derivatives(m, m->x, NULL);
    for (*n_iterations = 1; *n_iterations <= MAX_ITERATIONS; ++*n_iterations) {
        memcpy(m->step, m->gradient, m->p * sizeof *m->step);
        if (!attune_solve_definite(m->information, m->p, m->step)) {
            return attune_fail(
                err, ATTUNE_E_INPUT,
                "ratings are not determined: the comparisons leave a direction free");
        }
        double gain = 0.0;
        for (size_t i = 0; i < m->p; i++) {
            gain += 0.5 * m->gradient[i] * m->step[i];
        }
        if (gain < 1e-12 * (1.0 + fabs(best))) {
            for (size_t i = 0; i < m->p; i++) {
                m->x[i] += m->step[i];
            }
            return ATTUNE_OK;
        }
        const double value = search(m, best);
        if (!(value >= best)) {
            return ATTUNE_OK; /* rounding: no step improves any more */
        }
        memcpy(m->x, m->trial, m->p * sizeof *m->x);
        best = value;
    }
    return attune_fail(err, ATTUNE_E_INPUT, "ratings did not converge in %d steps", MAX_ITERATIONS);
}

enum attune_code attune_bt_maximise(struct attune_bt_problem *m, double *value, int *n_iterations,
                                    struct attune_err *err)
{
    if (m->options->ridge <= 0.0 && !strongly_connected(m)) {
        attune_fail(err, ATTUNE_E_INPUT,
                    "no finite ratings: some models never won or never lost against the rest");
        attune_err_hint(err, "a ridge (--ridge .5) gives finite ratings");
        return ATTUNE_E_INPUT;
    }
    enum attune_code code = newton(m, n_iterations, err);
    if (!code && value) {
        *value = attune_bt_derivatives(m, m->x, NULL);
        double sum = 0.0;
        for (size_t i = 0; i < m->votes->n_models; i++) {
            *value += m->options->ridge * m->x[i] * m->x[i];
            sum += m->x[i];
        }
        *value += 0.5 * sum * sum;
    }
    return code;
}
