/* Bradley-Terry, Davidson and Rao-Kupper by Newton's method.
 *
 * Parameters: theta (n_models), covariate coefficients, and one tie parameter. Every comparison
 * depends on them through d = theta_a - theta_b + x beta and the tie parameter h, so one small
 * function per tie model (first and second derivatives in d and h) is all that differs.
 *
 * The models fix theta up to a constant; the direction of that constant gets a unit penalty (sum
 * theta)^2, which changes nothing but the null space and keeps the Hessian positive definite.
 */
#include "metrics/stats/bradley_terry.h"

#include <lapacke.h>
#include <math.h>

#include "base/mem.h"

enum { MAX_ITERATIONS = 100 };

void attune_votes_release(struct attune_votes *votes)
{
    attune_release(votes->rows);
    attune_release(votes->covariates);
    *votes = (struct attune_votes){0};
}

enum attune_code attune_votes_add(struct attune_votes *votes, uint32_t a, uint32_t b, int outcome,
                                  double weight, struct attune_err *err)
{
    void *items = votes->rows;
    if (!attune_grow(&items, &votes->capacity, votes->n_rows, sizeof *votes->rows)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for comparisons");
    }
    votes->rows = items;
    votes->rows[votes->n_rows++] = (struct attune_vote){a, b, outcome, weight};
    const size_t n = (a > b ? a : b) + (size_t)1;
    votes->n_models = votes->n_models < n ? n : votes->n_models;
    return ATTUNE_OK;
}

static int by_pair(const void *x, const void *y)
{
    const struct attune_vote *p = x, *q = y;
    if (p->a != q->a) {
        return p->a < q->a ? -1 : 1;
    }
    if (p->b != q->b) {
        return p->b < q->b ? -1 : 1;
    }
    return p->outcome - q->outcome;
}

enum attune_code attune_votes_aggregate(struct attune_votes *votes, struct attune_err *err)
{
    if (votes->covariates) {
        return attune_fail(err, ATTUNE_E_USAGE, "comparisons with covariates cannot be aggregated");
    }
    for (size_t i = 0; i < votes->n_rows; i++) {
        struct attune_vote *v = &votes->rows[i];
        if (v->a > v->b) {
            *v = (struct attune_vote){v->b, v->a, -v->outcome, v->weight};
        }
    }
    if (votes->n_rows) {
        qsort(votes->rows, votes->n_rows, sizeof *votes->rows, by_pair);
    }
    size_t n = 0;
    for (size_t i = 0; i < votes->n_rows; i++) {
        if (n && by_pair(&votes->rows[n - 1], &votes->rows[i]) == 0) {
            votes->rows[n - 1].weight += votes->rows[i].weight;
        } else {
            votes->rows[n++] = votes->rows[i];
        }
    }
    votes->n_rows = n;
    return ATTUNE_OK;
}

size_t attune_votes_components(const struct attune_votes *votes, uint32_t *label)
{
    for (size_t i = 0; i < votes->n_models; i++) {
        label[i] = (uint32_t)i;
    }
    for (int changed = 1; changed;) {
        changed = 0;
        for (size_t i = 0; i < votes->n_rows; i++) {
            uint32_t *x = &label[votes->rows[i].a], *y = &label[votes->rows[i].b];
            if (*x != *y) {
                *x = *y = *x < *y ? *x : *y;
                changed = 1;
            }
        }
    }
    /* Roots are the labels that name themselves; renumber them from 0 in order. */
    size_t n = 0;
    for (size_t i = 0; i < votes->n_models; i++) {
        label[i] = label[i] == i ? (uint32_t)n++ : label[label[i]];
    }
    return n;
}

double attune_elo(double theta)
{
    return 1000.0 + 400.0 * theta / M_LN10;
}

void attune_bt_fit_release(struct attune_bt_fit *fit)
{
    attune_release(fit->theta);
    attune_release(fit->se_model);
    attune_release(fit->se_sandwich);
    attune_release(fit->beta);
    *fit = (struct attune_bt_fit){0};
}

/* ln sigma(x) without overflow. */
static double log_sigmoid(double x)
{
    return x < 0.0 ? x - log1p(exp(x)) : -log1p(exp(-x));
}

/* Log-likelihood of one comparison and its derivatives in d and the tie parameter h. */
struct term {
    double l, d, h, dd, dh, hh;
};

/* ln sigma(s d + t h) with s, t the signs of d and h. */
static struct term sigmoid_term(double x, double s, double t)
{
    const double p = 1.0 / (1.0 + exp(-x)), q = 1.0 / (1.0 + exp(x)), v = p * q;
    return (struct term){log_sigmoid(x), s * q, t * q, -v * s * s, -v * s * t, -v * t * t};
}

static struct term sum(struct term a, struct term b, double wa, double wb)
{
    return (struct term){wa * a.l + wb * b.l,    wa * a.d + wb * b.d,    wa * a.h + wb * b.h,
                         wa * a.dd + wb * b.dd,  wa * a.dh + wb * b.dh,  wa * a.hh + wb * b.hh};
}

static struct term half_tie_term(double d, int outcome)
{
    const struct term win = sigmoid_term(d, 1.0, 0.0), loss = sigmoid_term(-d, -1.0, 0.0);
    return outcome == ATTUNE_A_WINS   ? win
           : outcome == ATTUNE_B_WINS ? loss
                                      : sum(win, loss, .5, .5);
}

/* Davidson: weights e^(d/2), e^(-d/2), e^h, an exponential family. */
static struct term davidson_term(double d, double h, int outcome)
{
    const double top = fmax(fabs(d) / 2.0, h);
    const double wa = exp(d / 2.0 - top), wb = exp(-d / 2.0 - top), wt = exp(h - top);
    const double z = wa + wb + wt, pa = wa / z, pb = wb / z, pt = wt / z;
    const double mean_d = (pa - pb) / 2.0;
    const double own_d = outcome / 2.0, own_h = outcome == ATTUNE_TIE;
    return (struct term){own_d * d + own_h * h - top - log(z),
                         own_d - mean_d,
                         own_h - pt,
                         -((pa + pb) / 4.0 - mean_d * mean_d),
                         mean_d * pt,
                         -pt * (1.0 - pt)};
}

/* Rao-Kupper: win when d > h in the logistic sense, threshold h > 0. */
static struct term rao_kupper_term(double d, double h, int outcome)
{
    const struct term win = sigmoid_term(d - h, 1.0, -1.0), loss = sigmoid_term(-d - h, -1.0, -1.0);
    if (outcome != ATTUNE_TIE) {
        return outcome == ATTUNE_A_WINS ? win : loss;
    }
    struct term tie = sum(win, loss, 1.0, 1.0);
    const double e = exp(-2.0 * h), q = 1.0 - e; /* ln(e^2h - 1) = 2h + ln(1 - e^-2h) */
    tie.l += 2.0 * h + log(q);
    tie.h += 2.0 / q;
    tie.hh -= 4.0 * e / (q * q);
    return tie;
}

static struct term term_of(enum attune_tie_model ties, double d, double h, int outcome)
{
    switch (ties) {
    case ATTUNE_TIES_DAVIDSON:
        return davidson_term(d, h, outcome);
    case ATTUNE_TIES_RAO_KUPPER:
        return rao_kupper_term(d, h, outcome);
    case ATTUNE_TIES_HALF:
    case ATTUNE_TIES_DROP:
        break;
    }
    return half_tie_term(d, outcome);
}

/* The problem in matrix form: p parameters in the order theta, beta, tie. */
struct problem {
    const struct attune_votes *votes;
    const struct attune_bt_options *options;
    const double *weights;
    size_t p, tie_at; /* tie_at == p: no tie parameter */
    double total;     /* sum of the weights in use */
};

static double weight_of(const struct problem *m, size_t row)
{
    const struct attune_vote *v = &m->votes->rows[row];
    if (v->outcome == ATTUNE_TIE && m->options->ties == ATTUNE_TIES_DROP) {
        return 0.0;
    }
    return m->weights ? m->weights[row] : v->weight;
}

static double difference(const struct problem *m, size_t row, const double *x)
{
    const struct attune_votes *votes = m->votes;
    double d = x[votes->rows[row].a] - x[votes->rows[row].b];
    for (size_t k = 0; k < votes->n_covariates; k++) {
        d += votes->covariates[row * votes->n_covariates + k] * x[votes->n_models + k];
    }
    return d;
}

static double objective(const struct problem *m, const double *x)
{
    double l = 0.0, sum_theta = 0.0;
    for (size_t i = 0; i < m->votes->n_rows; i++) {
        const double w = weight_of(m, i);
        if (w > 0.0) {
            l += w * term_of(m->options->ties, difference(m, i, x),
                             m->tie_at < m->p ? x[m->tie_at] : 0, m->votes->rows[i].outcome)
                         .l;
        }
    }
    for (size_t i = 0; i < m->votes->n_models; i++) {
        sum_theta += x[i];
        l -= m->options->ridge * x[i] * x[i];
    }
    return l - 0.5 * sum_theta * sum_theta;
}

/* The parameters a row touches, with d's derivative in each: a, b, covariates. */
static size_t touched(const struct problem *m, size_t row, size_t *index, double *slope)
{
    const struct attune_votes *votes = m->votes;
    index[0] = votes->rows[row].a;
    index[1] = votes->rows[row].b;
    slope[0] = 1.0;
    slope[1] = -1.0;
    for (size_t k = 0; k < votes->n_covariates; k++) {
        index[2 + k] = votes->n_models + k;
        slope[2 + k] = votes->covariates[row * votes->n_covariates + k];
    }
    return 2 + votes->n_covariates;
}

enum { MAX_COVARIATES = 16 };

/* gradient (p,), information = minus the Hessian (p, p), lower triangle; scores (p, p): sum of
 * outer products of the comparisons' gradients, or NULL. */
static void derivatives(const struct problem *m, const double *x, double *gradient,
                        double *information, double *scores)
{
    const size_t p = m->p;
    memset(gradient, 0, p * sizeof *gradient);
    memset(information, 0, p * p * sizeof *information);
    for (size_t i = 0; i < m->votes->n_rows; i++) {
        const double w = weight_of(m, i);
        if (w <= 0.0) {
            continue;
        }
        const double h = m->tie_at < p ? x[m->tie_at] : 0.0;
        const struct term t =
            term_of(m->options->ties, difference(m, i, x), h, m->votes->rows[i].outcome);
        size_t index[MAX_COVARIATES + 3];
        double slope[MAX_COVARIATES + 3];
        const size_t n = touched(m, i, index, slope);
        for (size_t r = 0; r < n; r++) {
            gradient[index[r]] += w * t.d * slope[r];
            for (size_t c = 0; c < n; c++) {
                information[index[r] * p + index[c]] -= w * t.dd * slope[r] * slope[c];
                if (scores) {
                    scores[index[r] * p + index[c]] += w * t.d * t.d * slope[r] * slope[c];
                }
            }
            if (m->tie_at < p) {
                information[m->tie_at * p + index[r]] -= w * t.dh * slope[r];
                information[index[r] * p + m->tie_at] -= w * t.dh * slope[r];
                if (scores) {
                    scores[m->tie_at * p + index[r]] += w * t.d * t.h * slope[r];
                    scores[index[r] * p + m->tie_at] += w * t.d * t.h * slope[r];
                }
            }
        }
        if (m->tie_at < p) {
            gradient[m->tie_at] += w * t.h;
            information[m->tie_at * p + m->tie_at] -= w * t.hh;
            if (scores) {
                scores[m->tie_at * p + m->tie_at] += w * t.h * t.h;
            }
        }
    }
    double sum_theta = 0.0;
    for (size_t i = 0; i < m->votes->n_models; i++) {
        sum_theta += x[i];
    }
    for (size_t i = 0; i < m->votes->n_models; i++) {
        gradient[i] -= 2.0 * m->options->ridge * x[i] + sum_theta;
        information[i * p + i] += 2.0 * m->options->ridge;
        for (size_t j = 0; j < m->votes->n_models; j++) {
            information[i * p + j] += 1.0;
        }
    }
}

/* Without a ridge a finite maximum exists exactly when the graph "a has beaten or tied b" is
 * strongly connected (Ford 1957): every model must be reachable from every other along wins. */
static int strongly_connected(const struct problem *m, unsigned char *seen)
{
    const size_t n = m->votes->n_models;
    for (int reverse = 0; reverse < 2; reverse++) {
        memset(seen, 0, n);
        seen[0] = 1;
        for (int changed = 1; changed;) {
            changed = 0;
            for (size_t i = 0; i < m->votes->n_rows; i++) {
                const struct attune_vote *v = &m->votes->rows[i];
                if (weight_of(m, i) <= 0.0) {
                    continue;
                }
                const int a_over_b = (v->outcome >= 0) != reverse || v->outcome == ATTUNE_TIE;
                const int b_over_a = (v->outcome <= 0) != reverse || v->outcome == ATTUNE_TIE;
                if ((a_over_b && seen[v->a] && !seen[v->b]) ||
                    (b_over_a && seen[v->b] && !seen[v->a])) {
                    seen[v->a] = seen[v->b] = 1;
                    changed = 1;
                }
            }
        }
        for (size_t i = 0; i < n; i++) {
            if (!seen[i]) {
                return 0;
            }
        }
    }
    return 1;
}

static enum attune_code newton(const struct problem *m, double *x, double *work, int *n_iterations,
                               struct attune_err *err)
{
    const size_t p = m->p;
    double *gradient = work, *step = work + p, *trial = work + 2 * p, *information = work + 3 * p;
    double best = objective(m, x);
    for (*n_iterations = 0; *n_iterations < MAX_ITERATIONS; ++*n_iterations) {
        derivatives(m, x, gradient, information, NULL);
        double largest = 0.0;
        for (size_t i = 0; i < p; i++) {
            largest = fmax(largest, fabs(gradient[i]));
        }
        if (largest < 1e-10 * fmax(m->total, 1.0)) {
            return ATTUNE_OK;
        }
        memcpy(step, gradient, p * sizeof *step);
        if (LAPACKE_dposv(LAPACK_ROW_MAJOR, 'L', (lapack_int)p, 1, information, (lapack_int)p, step,
                          1) != 0) {
            return attune_fail(
                err, ATTUNE_E_INPUT,
                "ratings are not determined: the comparisons leave a direction free");
        }
        double scale = 1.0, value = best;
        for (int halving = 0; halving < 40; halving++, scale /= 2.0) {
            for (size_t i = 0; i < p; i++) {
                trial[i] = x[i] + scale * step[i];
            }
            const int allowed =
                m->options->ties != ATTUNE_TIES_RAO_KUPPER || trial[m->tie_at] > 1e-9;
            value = allowed ? objective(m, trial) : -INFINITY;
            if (value >= best) {
                break;
            }
        }
        if (!(value >= best)) {
            return ATTUNE_OK; /* rounding: no step improves any more */
        }
        memcpy(x, trial, p * sizeof *x);
        if (value - best <= 1e-15 * fabs(best)) {
            return ATTUNE_OK; /* Newton's last step: the objective's digits are used up */
        }
        best = value;
    }
    return attune_fail(err, ATTUNE_E_INPUT, "ratings did not converge in %d steps", MAX_ITERATIONS);
}

/* Standard errors from A^-1 and A^-1 B A^-1; work holds 3 p^2 + p. */
static enum attune_code standard_errors(const struct problem *m, const double *x, double *work,
                                        struct attune_bt_fit *fit, struct attune_err *err)
{
    const size_t p = m->p;
    double *gradient = work, *inverse = work + p, *scores = inverse + p * p, *half = scores + p * p;
    memset(scores, 0, p * p * sizeof *scores);
    derivatives(m, x, gradient, inverse, scores);
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (lapack_int)p, inverse, (lapack_int)p) != 0 ||
        LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'L', (lapack_int)p, inverse, (lapack_int)p) != 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "ratings are not determined: singular information");
    }
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j < i; j++) {
            inverse[j * p + i] = inverse[i * p + j];
        }
    }
    /* The unit penalty on the mean adds 1/n^2 to every covariance of theta; take it out again. */
    const double shift = 1.0 / ((double)m->votes->n_models * (double)m->votes->n_models);
    for (size_t i = 0; i < m->votes->n_models; i++) {
        const double variance = inverse[i * p + i] - (m->options->ridge > 0.0 ? 0.0 : shift);
        fit->se_model[i] = sqrt(fmax(variance, 0.0));
        double *row = half; /* row i of A^-1 B */
        for (size_t j = 0; j < p; j++) {
            row[j] = 0.0;
            for (size_t k = 0; k < p; k++) {
                row[j] += inverse[i * p + k] * scores[k * p + j];
            }
        }
        double robust = 0.0;
        for (size_t j = 0; j < p; j++) {
            robust += row[j] * inverse[j * p + i];
        }
        fit->se_sandwich[i] = sqrt(fmax(robust, 0.0));
    }
    return ATTUNE_OK;
}

enum attune_code attune_bt_fit(const struct attune_votes *votes,
                               const struct attune_bt_options *options, const double *weights,
                               const double *start, int with_errors, struct attune_bt_fit *fit,
                               struct attune_err *err)
{
    const size_t n = votes->n_models;
    const int has_tie =
        options->ties == ATTUNE_TIES_DAVIDSON || options->ties == ATTUNE_TIES_RAO_KUPPER;
    struct problem m = {.votes = votes, .options = options, .weights = weights,
                        .p = n + votes->n_covariates + (size_t)has_tie};
    m.tie_at = has_tie ? m.p - 1 : m.p;
    *fit = (struct attune_bt_fit){0};
    if (n < 2 || votes->n_covariates > MAX_COVARIATES) {
        return n < 2 ? attune_fail(err, ATTUNE_E_INPUT,
                                   "ratings need at least two models, found %zu", n)
                     : attune_fail(err, ATTUNE_E_USAGE, "at most %d covariates", MAX_COVARIATES);
    }
    for (size_t i = 0; i < votes->n_rows; i++) {
        m.total += weight_of(&m, i);
    }
    enum attune_code code = ATTUNE_OK;
    double *x = attune_alloc(m.p, sizeof *x);
    double *work = attune_alloc(m.p * m.p * 3 + 4 * m.p, sizeof *work);
    fit->theta = attune_alloc(n, sizeof *fit->theta);
    fit->se_model = attune_alloc(n, sizeof *fit->se_model);
    fit->se_sandwich = attune_alloc(n, sizeof *fit->se_sandwich);
    fit->beta = attune_alloc(votes->n_covariates, sizeof *fit->beta);
    if (!x || !work || !fit->theta || !fit->se_model || !fit->se_sandwich || !fit->beta) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings");
        goto out;
    }
    if (options->ridge <= 0.0 && !strongly_connected(&m, (unsigned char *)work)) {
        code =
            attune_fail(err, ATTUNE_E_INPUT,
                        "no finite ratings: some models never won or never lost against the rest");
        attune_err_hint(err, "a ridge (--ridge .5) gives finite ratings");
        goto out;
    }
    if (start) {
        memcpy(x, start, n * sizeof *x);
    }
    if (has_tie) {
        x[m.tie_at] = options->ties == ATTUNE_TIES_RAO_KUPPER ? 0.3 : -1.0;
    }
    code = newton(&m, x, work, &fit->n_iterations, err);
    if (!code && with_errors) {
        code = standard_errors(&m, x, work, fit, err);
    }
    memcpy(fit->theta, x, n * sizeof *x);
    memcpy(fit->beta, x + n, votes->n_covariates * sizeof *x);
    fit->tie = has_tie ? x[m.tie_at] : 0.0;
    fit->log_likelihood = objective(&m, x);
    for (size_t i = 0; i < n; i++) {
        fit->log_likelihood += options->ridge * x[i] * x[i];
    }
out:
    attune_release(x);
    attune_release(work);
    if (code) {
        attune_bt_fit_release(fit);
    }
    return code;
}
