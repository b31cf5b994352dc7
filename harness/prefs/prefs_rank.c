/* Ratings with intervals and rank intervals from a ballot. */
#include "harness/prefs/prefs_rank.h"

#include <math.h>

#include "base/mem.h"
#include "harness/prefs/rank_intervals.h"

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
            .model = ballot->models.name[order[i].model],
            .rating = attune_elo(order[i].theta),
            .rank = i + 1,
            .rank_low = 1,
            .rank_high = n,
        };
    }
    fill_matrix(&ballot->votes, row_of, out);
    attune_rank_intervals(fit, replicates, o, model_of, sample, out);
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
    code = code ? code : attune_ballot_close(ballot, err);
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
        for (size_t i = 0; i < ballot->n_controls; i++) {
            out->effect[i] = fit.beta[i];
        }
    }
    attune_release(replicates);
    attune_bt_fit_release(&fit);
    if (code) {
        attune_ranking_release(out);
    }
    return code;
}
