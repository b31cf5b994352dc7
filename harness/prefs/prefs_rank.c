/* Ratings with intervals and rank intervals from a ballot. */
#include "harness/prefs/prefs_rank.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/stats/order.h"

static const double Z95 = 1.959963984540054;

const char *const attune_style_names[ATTUNE_N_STYLES] = {"length", "loudness", "density"};

/* Votes in memory before equal ones are merged. */
enum { FIRST_MERGE = 1 << 16 };

void attune_ballot_release(struct attune_ballot *ballot)
{
    attune_names_release(&ballot->models);
    attune_release(ballot->differences);
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

static size_t n_controls(const struct attune_ballot *ballot)
{
    size_t n = 0;
    for (size_t i = 0; i < ATTUNE_N_STYLES; i++) {
        n += ballot->control[i];
    }
    return n;
}

/* The controlled differences of a comparison; false when one is unknown. */
static bool differences(const struct attune_ballot *ballot, const struct attune_preference *p,
                        double d[ATTUNE_N_STYLES])
{
    const double all[] = {p->length_a - p->length_b, p->loudness_a - p->loudness_b,
                          p->density_a - p->density_b};
    size_t n = 0;
    for (size_t i = 0; i < ATTUNE_N_STYLES; i++) {
        if (ballot->control[i]) {
            d[n++] = all[i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(d[i])) {
            return false;
        }
    }
    return true;
}

static enum attune_code keep_differences(struct attune_ballot *ballot, const double *d,
                                         struct attune_err *err)
{
    const size_t k = n_controls(ballot);
    void *items = ballot->differences;
    if (!attune_grow(&items, &ballot->difference_capacity, ballot->votes.n_rows,
                     k * sizeof(double))) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for comparisons");
    }
    ballot->differences = items;
    memcpy(ballot->differences + k * ballot->votes.n_rows, d, k * sizeof *d);
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
    double d[ATTUNE_N_STYLES];
    const bool controls = n_controls(ballot) > 0;
    if (!differences(ballot, p, d)) {
        ballot->n_without_style++;
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
    if (controls) {
        code = keep_differences(ballot, d, err);
    }
    ballot->n_comparisons++;
    ballot->n_ties += outcome == ATTUNE_TIE;
    if (!code) {
        code = attune_votes_add(&ballot->votes, (uint32_t)a, (uint32_t)b, outcome, 1.0, err);
    }
    if (!code && ballot->history) {
        code = attune_elo_history_add(ballot->history, a, b, outcome, p->time, p->line, err);
    }
    return code || controls ? code : merge_when_full(ballot, err);
}

void attune_ranking_release(struct attune_ranking *ranking)
{
    attune_release(ranking->rows);
    attune_release(ranking->win_matrix);
    *ranking = (struct attune_ranking){0};
}

/* One model of each of the first few components, its whole group beside it while there is room. */
static void name_components(const struct attune_ballot *ballot, const uint32_t *label,
                            struct attune_ranking *ranking)
{
    struct attune_buf names = ATTUNE_BUF_INIT;
    for (uint32_t c = 0; c < ranking->n_components && c < 4; c++) {
        size_t n = 0;
        attune_buf_add(&names, c ? ", {" : "{");
        for (size_t i = 0; i < ballot->votes.n_models; i++) {
            if (label[i] == c && n++ < 3) {
                attune_buf_addf(&names, "%s'%.24s'", n > 1 ? " " : "", ballot->models.name[i]);
            }
        }
        attune_buf_add(&names, n > 3 ? " ...}" : "}");
    }
    snprintf(ranking->components, sizeof ranking->components, "%s%s", attune_buf_text(&names),
             ranking->n_components > 4 ? ", ..." : "");
    attune_buf_release(&names);
}

/* Without a ridge, ratings of separate components cannot be compared. */
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
    name_components(ballot, label, ranking);
    if (ranking->n_components > 1 && ridge <= 0.0) {
        code = attune_fail(err, ATTUNE_E_INPUT,
                           "the comparisons fall into %zu groups that never met: %s",
                           ranking->n_components, ranking->components);
        attune_err_hint(err, "rank the groups apart, or give a ridge (--ridge .5)");
    }
    attune_release(label);
    return code;
}

/* The differences, each over its sd, become the covariates. */
static enum attune_code add_covariates(struct attune_ballot *ballot, struct attune_err *err)
{
    const size_t n = ballot->votes.n_rows, k = n_controls(ballot);
    for (size_t c = 0, style = 0; style < ATTUNE_N_STYLES; style++) {
        if (!ballot->control[style]) {
            continue;
        }
        double mean = 0.0, squares = 0.0;
        for (size_t i = 0; i < n; i++) {
            mean += ballot->differences[i * k + c] / (double)n;
        }
        for (size_t i = 0; i < n; i++) {
            const double d = ballot->differences[i * k + c] - mean;
            squares += d * d;
        }
        if (!(squares > 0.0)) {
            attune_fail(err, ATTUNE_E_INPUT, "no comparison has clips of different known %s",
                        attune_style_names[style]);
            attune_err_hint(err, "fields '%s_a' and '%s_b' of the votes",
                            attune_style_names[style], attune_style_names[style]);
            return ATTUNE_E_INPUT;
        }
        for (size_t i = 0; i < n; i++) { /* a zero difference stays zero */
            ballot->differences[i * k + c] /= sqrt(squares / (double)n);
        }
        c++;
    }
    ballot->votes.covariates = ballot->differences;
    ballot->votes.n_covariates = k;
    ballot->differences = NULL;
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

/* Without a bootstrap: from the sandwich covariance of the two ratings. */
static void normal_rank_intervals(const struct attune_bt_fit *fit, const size_t *model_of,
                                  struct attune_ranking *out)
{
    const size_t n = out->n;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const size_t a = model_of[i], b = model_of[j];
            const double *v = fit->covariance;
            const double se = sqrt(fmax(v[a * n + a] + v[b * n + b] - 2.0 * v[a * n + b], 0.0));
            const double ahead = fit->theta[b] - fit->theta[a];
            if (i != j) {
                out->rows[i].rank_low += ahead > Z95 * se;
                out->rows[i].rank_high -= ahead < -Z95 * se;
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
    } else {
        normal_rank_intervals(fit, model_of, out);
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
            .rank = i + 1, .rank_low = 1, .rank_high = n,
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
        code = n_controls(ballot) ? add_covariates(ballot, err)
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
        for (size_t i = 0, c = 0; i < ATTUNE_N_STYLES; i++) {
            out->effect[i] = ballot->control[i] ? fit.beta[c++] : NAN;
        }
    }
    attune_release(replicates);
    attune_bt_fit_release(&fit);
    if (code) {
        attune_ranking_release(out);
    }
    return code;
}
