/* Ratings with intervals and rank intervals from a ballot. */
#include "harness/prefs/prefs_rank.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/stats/order.h"

static const double Z95 = 1.959963984540054;

/* Votes in memory before equal ones are merged. */
enum { FIRST_MERGE = 1 << 16 };

void attune_ballot_release(struct attune_ballot *ballot)
{
    attune_names_release(&ballot->models);
    attune_release(ballot->lengths);
    attune_votes_release(&ballot->votes);
}

static enum attune_code check_axis(struct attune_ballot *ballot, const char *axis, long line,
                                   struct attune_err *err)
{
    if (ballot->n_comparisons == 0 || strcmp(ballot->axis_seen, axis) == 0) {
        snprintf(ballot->axis_seen, sizeof ballot->axis_seen, "%s", axis);
        return ATTUNE_OK;
    }
    attune_fail(err, ATTUNE_E_INPUT, "line %ld: votes on two axes, '%s' and '%s'", line,
                ballot->axis_seen, axis);
    attune_err_hint(err, "choose one with --axis");
    return ATTUNE_E_INPUT;
}

static enum attune_code keep_length(struct attune_ballot *ballot, const struct attune_preference *p,
                                    struct attune_err *err)
{
    void *items = ballot->lengths;
    if (!attune_grow(&items, &ballot->length_capacity, ballot->votes.n_rows, sizeof(double))) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for comparisons");
    }
    ballot->lengths = items;
    ballot->lengths[ballot->votes.n_rows] = p->length_a - p->length_b;
    return ATTUNE_OK;
}

/* A file of any length costs no more than twice its distinct pairings. */
static enum attune_code merge_when_full(struct attune_ballot *ballot, struct attune_err *err)
{
    ballot->n_merge = ballot->n_merge ? ballot->n_merge : FIRST_MERGE;
    if (ballot->votes.n_rows < ballot->n_merge) {
        return ATTUNE_OK;
    }
    enum attune_code code = attune_votes_aggregate(&ballot->votes, err);
    if (2 * ballot->votes.n_rows > ballot->n_merge) {
        ballot->n_merge *= 2;
    }
    return code;
}

enum attune_code attune_ballot_take(void *context, const struct attune_preference *p,
                                    struct attune_err *err)
{
    struct attune_ballot *ballot = context;
    if (ballot->axis && strcmp(ballot->axis, p->axis) != 0) {
        return ATTUNE_OK;
    }
    ballot->n_both_bad += p->winner == ATTUNE_WINNER_BOTH_BAD;
    if (p->winner == ATTUNE_WINNER_BOTH_BAD && !ballot->both_bad_is_tie) {
        return ATTUNE_OK;
    }
    if (ballot->control_length && !isfinite(p->length_a - p->length_b)) {
        ballot->n_without_length++;
        return ATTUNE_OK;
    }
    if (strcmp(p->model_a, p->model_b) == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "line %ld: '%s' is compared with itself", p->line,
                           p->model_a);
    }
    enum attune_code code = check_axis(ballot, p->axis, p->line, err);
    const size_t a = code ? 0 : attune_names_add(&ballot->models, p->model_a);
    const size_t b = code ? 0 : attune_names_add(&ballot->models, p->model_b);
    if (code) {
        return code;
    }
    if (a == SIZE_MAX || b == SIZE_MAX) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for model names");
    }
    const int outcome = p->winner == ATTUNE_WINNER_A   ? ATTUNE_A_WINS
                        : p->winner == ATTUNE_WINNER_B ? ATTUNE_B_WINS
                                                       : ATTUNE_TIE;
    if (ballot->control_length) {
        code = keep_length(ballot, p, err);
    }
    ballot->n_comparisons++;
    ballot->n_ties += outcome == ATTUNE_TIE;
    if (!code) {
        code = attune_votes_add(&ballot->votes, (uint32_t)a, (uint32_t)b, outcome, 1.0, err);
    }
    return code || ballot->control_length ? code : merge_when_full(ballot, err);
}

void attune_ranking_release(struct attune_ranking *ranking)
{
    attune_release(ranking->rows);
    attune_release(ranking->win_matrix);
    *ranking = (struct attune_ranking){0};
}

/* Without a ridge, ratings of separate components cannot be compared: name one model of each. */
static enum attune_code check_connected(const struct attune_ballot *ballot, double ridge,
                                        struct attune_ranking *ranking, struct attune_err *err)
{
    const size_t n = ballot->votes.n_models;
    uint32_t *label = attune_alloc(n, sizeof *label);
    if (!label) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings");
    }
    enum attune_code code = ATTUNE_OK;
    ranking->n_components = attune_votes_components(&ballot->votes, label);
    if (ranking->n_components > 1 && ridge <= 0.0) {
        struct attune_buf names = ATTUNE_BUF_INIT;
        uint32_t next = 0;
        for (size_t i = 0; i < n && next < 4; i++) {
            if (label[i] == next) {
                attune_buf_addf(&names, "%s'%s'", next++ ? ", " : "", ballot->models.name[i]);
            }
        }
        code = attune_fail(err, ATTUNE_E_INPUT,
                           "the comparisons fall into %zu groups that never met, around %.300s",
                           ranking->n_components, attune_buf_text(&names));
        attune_err_hint(err, "rank the groups apart, or give a ridge (--ridge .5)");
        attune_buf_release(&names);
    }
    attune_release(label);
    return code;
}

/* The difference in length, z-scored over the comparisons, becomes the one covariate. */
static enum attune_code add_covariate(struct attune_ballot *ballot, struct attune_err *err)
{
    const size_t n = ballot->votes.n_rows;
    double mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += ballot->lengths[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        squares += (ballot->lengths[i] - mean) * (ballot->lengths[i] - mean);
    }
    if (!(squares > 0.0)) {
        return attune_fail(err, ATTUNE_E_INPUT,
                           "no comparison has clips of different known lengths");
    }
    for (size_t i = 0; i < n; i++) {
        ballot->lengths[i] /= sqrt(squares / (double)n); /* a zero difference stays zero */
    }
    ballot->votes.covariates = ballot->lengths;
    ballot->votes.n_covariates = 1;
    ballot->lengths = NULL;
    return ATTUNE_OK;
}

struct by_rating {
    double theta;
    size_t model;
};

static int best_first(const void *x, const void *y)
{
    const struct by_rating *a = x, *b = y;
    if (a->theta != b->theta) {
        return a->theta > b->theta ? -1 : 1;
    }
    return a->model < b->model ? -1 : 1;
}

static void fill_matrix(const struct attune_votes *votes, const size_t *row_of,
                        struct attune_ranking *out)
{
    const size_t n = out->n;
    double *met = out->win_matrix + n * n; /* second half: scratch */
    for (size_t i = 0; i < votes->n_rows; i++) {
        const struct attune_vote *v = &votes->rows[i];
        const size_t a = row_of[v->a], b = row_of[v->b];
        const double share_a = (1.0 + v->outcome) / 2.0;
        out->win_matrix[a * n + b] += v->weight * share_a;
        out->win_matrix[b * n + a] += v->weight * (1.0 - share_a);
        met[a * n + b] += v->weight;
        met[b * n + a] += v->weight;
    }
    for (size_t i = 0; i < n; i++) {
        double wins = 0.0;
        for (size_t j = 0; j < n; j++) {
            wins += out->win_matrix[i * n + j];
            out->rows[i].n += met[i * n + j];
            out->win_matrix[i * n + j] =
                met[i * n + j] > 0.0 ? out->win_matrix[i * n + j] / met[i * n + j] : NAN;
        }
        out->rows[i].win_rate = out->rows[i].n > 0.0 ? wins / out->rows[i].n : NAN;
    }
}

/* Interval of one column of the replicates, on the theta scale; failed replicates (NAN) are left
 * out. */
static size_t column_interval(const double *replicates, size_t n_replicates, size_t n_models,
                              size_t a, size_t b, double *sample, double *low, double *high,
                              double *sd)
{
    size_t n = 0;
    for (size_t r = 0; r < n_replicates; r++) {
        const double *row = replicates + r * n_models;
        if (isfinite(row[a])) {
            sample[n++] = row[a] - (b == SIZE_MAX ? 0.0 : row[b]);
        }
    }
    if (n < 2) {
        *low = *high = *sd = NAN;
        return n;
    }
    *sd = attune_sd(sample, n);
    *low = attune_quantile(sample, n, 0.025);
    *high = attune_quantile(sample, n, 0.975);
    return n;
}

/* A model is better than another when the 95 % interval of their difference lies above zero. */
static void rank_intervals(const double *replicates, const struct attune_rank_options *o,
                           const size_t *model_of, double *sample, struct attune_ranking *out)
{
    for (size_t i = 0; i < out->n; i++) {
        for (size_t j = 0; j < out->n; j++) {
            double low, high, sd;
            if (i != j && column_interval(replicates, o->n_replicates, out->n, model_of[j],
                                          model_of[i], sample, &low, &high, &sd) > 1) {
                out->rows[i].rank_low += low > 0.0;
                out->rows[i].rank_high -= high < 0.0;
            }
        }
    }
}

static void intervals(const struct attune_bt_fit *fit, const double *replicates,
                      const struct attune_rank_options *o, const size_t *model_of, double *sample,
                      struct attune_ranking *out)
{
    for (size_t i = 0; i < out->n; i++) {
        struct attune_ranked *row = &out->rows[i];
        const double theta = fit->theta[model_of[i]];
        double low = NAN, high = NAN, sd = NAN;
        if (o->interval == ATTUNE_CI_SANDWICH) {
            sd = fit->se_sandwich[model_of[i]];
        } else if (replicates) {
            const size_t n = column_interval(replicates, o->n_replicates, out->n, model_of[i],
                                             SIZE_MAX, sample, &low, &high, &sd);
            out->n_failed_replicates = o->n_replicates - n;
        }
        if (o->interval != ATTUNE_CI_PERCENTILE) {
            low = theta - Z95 * sd;
            high = theta + Z95 * sd;
        }
        row->ci_low = attune_elo(low);
        row->ci_high = attune_elo(high);
    }
    if (replicates) {
        rank_intervals(replicates, o, model_of, sample, out);
    }
}

static enum attune_code fill(const struct attune_ballot *ballot, const struct attune_bt_fit *fit,
                             const double *replicates, const struct attune_rank_options *o,
                             struct attune_ranking *out, struct attune_err *err)
{
    const size_t n = ballot->votes.n_models;
    struct by_rating *order = attune_alloc(n, sizeof *order);
    size_t *model_of = attune_alloc(n, sizeof *model_of), *row_of = attune_alloc(n, sizeof *row_of);
    double *sample = attune_alloc(o->n_replicates + 1, sizeof *sample);
    out->rows = attune_alloc(n, sizeof *out->rows);
    out->win_matrix = attune_alloc(2 * n, n * sizeof *out->win_matrix);
    enum attune_code code = ATTUNE_OK;
    if (!order || !model_of || !row_of || !sample || !out->rows || !out->win_matrix) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a ranking");
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = (struct by_rating){fit->theta[i], i};
    }
    qsort(order, n, sizeof *order, best_first);
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        model_of[i] = order[i].model;
        row_of[order[i].model] = i;
        out->rows[i] = (struct attune_ranked){
            .model = ballot->models.name[order[i].model], .rating = attune_elo(order[i].theta),
            .rank = i + 1, .rank_low = replicates ? 1 : i + 1, .rank_high = replicates ? n : i + 1,
        };
    }
    fill_matrix(&ballot->votes, row_of, out);
    intervals(fit, replicates, o, model_of, sample, out);
out:
    attune_release(order);
    attune_release(model_of);
    attune_release(row_of);
    attune_release(sample);
    return code;
}

enum attune_code attune_rank(struct attune_ballot *ballot, const struct attune_rank_options *o,
                             struct attune_ranking *out, struct attune_err *err)
{
    struct attune_bt_fit fit = {0};
    double *replicates = NULL;
    *out = (struct attune_ranking){0};
    if (ballot->votes.n_models < 2) {
        return attune_fail(err, ATTUNE_E_INPUT, "a ranking needs at least two models, found %zu",
                           ballot->votes.n_models);
    }
    enum attune_code code = check_connected(ballot, o->model.ridge, out, err);
    if (!code) {
        code = ballot->control_length ? add_covariate(ballot, err)
                                      : attune_votes_aggregate(&ballot->votes, err);
    }
    if (!code) {
        code = attune_bt_fit(&ballot->votes, &o->model, 1, &fit, err);
    }
    if (!code && o->n_replicates) {
        replicates = attune_alloc(o->n_replicates, ballot->votes.n_models * sizeof *replicates);
        code = replicates ? attune_bt_bootstrap(&ballot->votes, &o->model, &fit, o->n_replicates,
                                                o->seed, o->n_threads, replicates, err)
                          : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a bootstrap");
    }
    if (!code) {
        code = fill(ballot, &fit, replicates, o, out, err);
        out->log_likelihood = fit.log_likelihood;
        out->tie = fit.tie;
        out->length_effect = ballot->control_length ? fit.beta[0] : NAN;
    }
    attune_release(replicates);
    attune_bt_fit_release(&fit);
    if (code) {
        attune_ranking_release(out);
    }
    return code;
}
