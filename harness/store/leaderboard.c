/* From the scores of a run to its standings, and those into the database. */
#include "harness/store/leaderboard.h"

#include <math.h>

#include "base/mem.h"
#include "base/thread.h"
#include "harness/store/means.h"
#include "harness/store/store.h"
#include "metrics/stats/bootstrap.h"
#include "metrics/stats/ranks.h"

static const double alpha = 0.05;

void attune_prompt_means(const struct attune_score_table *scores, size_t model, size_t metric,
                         bool distance, double *value, unsigned char *defined)
{
    const double target = scores->metrics.items[metric].target;
    for (size_t p = 0; p < scores->prompts.n; p++) {
        double sum = 0.0;
        size_t n = 0;
        for (size_t s = 0; s < scores->n_seeds; s++) {
            const size_t cell = attune_score_cell(scores, model, metric, p, s);
            if (scores->state[cell] == ATTUNE_CELL_OK) {
                const double v = scores->value[cell];
                sum += distance ? fabs(v - target) : v;
                n++;
            }
        }
        value[p] = n ? sum / (double)n : 0.0;
        defined[p] = n > 0;
    }
}

struct work {
    const struct attune_standing_options *options;
    size_t n_groups;
    struct attune_standing *out; /* (n_metrics, n_groups) */
    /* Of the metrics at hand: */
    const struct attune_means *means;
    struct attune_interval *interval; /* (n_metrics, n_groups) */
    struct attune_rank *rank;         /* the same shape */
    enum attune_code *code;           /* (n_metrics,) */
};

static bool has_direction(const struct attune_metric_info *metric, const char *direction)
{
    return strcmp(metric->direction, direction) == 0;
}

static size_t group_of(const struct attune_standing_options *options, size_t model)
{
    return options->group ? options->group[model] : model;
}

/* Averages the models of each group, prompt by prompt over those that have a value. */
static void average(const struct work *work, const double *value, const unsigned char *defined,
                    double *out, unsigned char *out_defined)
{
    const size_t n_models = work->means->models->n, n_prompts = work->means->n_prompts;
    for (size_t p = 0; p < n_prompts; p++) {
        for (size_t g = 0; g < work->n_groups; g++) {
            double sum = 0.0;
            size_t n = 0;
            for (size_t m = 0; m < n_models; m++) {
                if (group_of(work->options, m) == g && defined[m * n_prompts + p]) {
                    sum += value[m * n_prompts + p];
                    n++;
                }
            }
            out[g * n_prompts + p] = n ? sum / (double)n : 0.0;
            if (out_defined) {
                out_defined[g * n_prompts + p] = n > 0;
            }
        }
    }
}

/* Columns of models become columns of groups, in place: the first model of group g is g or a later
 * one, so a number is read before its place is taken. */
static void fold_groups(const struct work *work, struct attune_means *means)
{
    for (size_t k = 0; k < means->n_metrics; k++) {
        const size_t from = attune_means_at(means, k), to = k * work->n_groups * means->n_prompts;
        if (means->distance[k]) {
            average(work, means->distance[k], means->defined + from, means->distance[k], NULL);
        }
        average(work, means->value + from, means->defined + from, means->value + to,
                means->defined + to);
    }
}

static struct attune_columns columns_of(const struct work *work, size_t metric)
{
    const size_t first = metric * work->n_groups * work->means->n_prompts;
    return (struct attune_columns){
        .value = work->means->value + first,
        .defined = work->means->defined + first,
        .n_columns = work->n_groups,
        .n_units = work->means->n_prompts,
    };
}

static void rank_metric(void *context, size_t metric, size_t worker)
{
    const struct work *work = context;
    const struct attune_metric_info *info = &work->means->metrics[metric];
    if (has_direction(info, "none")) {
        return;
    }
    struct attune_columns table = columns_of(work, metric);
    const bool target = work->means->distance[metric] != NULL;
    if (target) {
        table.value = work->means->distance[metric];
    }
    work->code[metric] =
        attune_rank_columns(&table, target || has_direction(info, "down"), alpha,
                            work->rank + metric * work->n_groups, NULL, NULL);
}

static void fill_standing(const struct work *work, size_t metric, size_t group,
                          struct attune_standing *out)
{
    struct attune_score_counts counts = {0};
    for (size_t m = 0; m < work->means->models->n; m++) {
        if (group_of(work->options, m) == group) {
            const struct attune_score_counts *c =
                &work->means->counts[metric * work->means->models->n + m];
            counts.n_ok += c->n_ok;
            counts.n_undefined += c->n_undefined;
            counts.n_failed += c->n_failed;
            counts.n_elsewhere += c->n_elsewhere;
        }
    }
    const size_t at = metric * work->n_groups + group;
    const struct attune_columns table = columns_of(work, metric);
    size_t n = 0;
    *out = (struct attune_standing){
        .present = counts.n_ok || counts.n_undefined || (counts.n_failed && !counts.n_elsewhere),
        .mean = attune_column_mean(&table, group, &n),
        .ci_low = work->interval[at].low,
        .ci_high = work->interval[at].high,
        .n_undefined = (int64_t)(counts.n_undefined + counts.n_failed),
        .rank_low = (int64_t)work->rank[at].low,
        .rank_high = (int64_t)work->rank[at].high,
    };
    out->n = (int64_t)n;
}

/* Intervals, then ranks, of the metrics at hand. */
static enum attune_code infer(struct work *work, struct attune_err *err)
{
    const size_t n_metrics = work->means->n_metrics;
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.seed = work->options->seed;
    how.n_threads = work->options->n_threads;
    struct attune_columns table = columns_of(work, 0);
    table.n_columns = n_metrics * work->n_groups;
    enum attune_code code = attune_bootstrap_means(&how, &table, work->interval, err);
    if (code) {
        return code;
    }
    attune_parallel_for(n_metrics, work->options->n_threads, rank_metric, work);
    for (size_t k = 0; k < n_metrics && !code; k++) {
        if (work->code[k]) {
            code = attune_fail(err, work->code[k], "out of memory for the ranks of '%s'",
                               work->means->metrics[k].name);
        }
    }
    return code;
}

static enum attune_code take_means(void *context, struct attune_means *means, size_t first,
                                   struct attune_err *err)
{
    struct work *work = context;
    const size_t n_columns = means->n_metrics * work->n_groups;
    work->means = means;
    work->interval = attune_alloc(n_columns, sizeof *work->interval);
    work->rank = attune_alloc(n_columns, sizeof *work->rank);
    work->code = attune_alloc(means->n_metrics, sizeof *work->code);
    enum attune_code code =
        work->interval && work->rank && work->code
            ? ATTUNE_OK
            : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a leaderboard of %zu rows",
                          n_columns);
    if (!code) {
        if (work->options->group) {
            fold_groups(work, means);
        }
        code = infer(work, err);
    }
    for (size_t i = 0; i < n_columns && !code; i++) {
        fill_standing(work, i / work->n_groups, i % work->n_groups,
                      &work->out[first * work->n_groups + i]);
    }
    attune_release(work->interval);
    attune_release(work->rank);
    attune_release(work->code);
    return code;
}

enum attune_code attune_standings(struct attune_store *store, int64_t run,
                                  const struct attune_model_list *models,
                                  const struct attune_metric_list *metrics,
                                  const struct attune_standing_options *options,
                                  struct attune_standing *out, struct attune_err *err)
{
    struct work work = {
        .options = options,
        .n_groups = options->group ? options->n_groups : models->n,
        .out = out,
    };
    return models->n == 0 ? ATTUNE_OK
                          : attune_means_each(store, run, models, metrics, options->budget,
                                              take_means, &work, err);
}

/* ---- into the database */

static void bind_real(sqlite3_stmt *stmt, int column, double value)
{
    if (isnan(value)) {
        sqlite3_bind_null(stmt, column);
    } else {
        sqlite3_bind_double(stmt, column, value);
    }
}

static void bind_rank(sqlite3_stmt *stmt, int column, int64_t rank)
{
    if (rank == 0) {
        sqlite3_bind_null(stmt, column);
    } else {
        sqlite3_bind_int64(stmt, column, rank);
    }
}

static enum attune_code insert_rows(struct attune_store *store, int64_t run,
                                    const struct attune_model_list *models,
                                    const struct attune_metric_list *metrics,
                                    const struct attune_standing *standing, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    sqlite3_stmt *stmt = attune_store_prepare(
        store,
        "INSERT INTO leaderboard (run, model, method, metric, mean, ci_low, ci_high, n, "
        "n_undefined,"
        " rank_low, rank_high) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    for (size_t i = 0; i < metrics->n * models->n; i++) {
        const struct attune_model_info *model = &models->items[i % models->n];
        const struct attune_standing *s = &standing[i];
        if (!s->present) {
            continue;
        }
        sqlite3_bind_int64(stmt, 1, run);
        sqlite3_bind_text(stmt, 2, model->name, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 3, model->method, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 4, metrics->items[i / models->n].name, -1, SQLITE_STATIC);
        bind_real(stmt, 5, s->mean);
        bind_real(stmt, 6, s->ci_low);
        bind_real(stmt, 7, s->ci_high);
        sqlite3_bind_int64(stmt, 8, s->n);
        sqlite3_bind_int64(stmt, 9, s->n_undefined);
        bind_rank(stmt, 10, s->rank_low);
        bind_rank(stmt, 11, s->rank_high);
        if (sqlite3_step(stmt) != SQLITE_DONE) {
            code = attune_store_fail(store, "write the leaderboard", err);
            break;
        }
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    return code;
}

/* The rows of metrics of whole sets. */
static enum attune_code insert_set_rows(struct attune_store *store, int64_t run,
                                        const struct attune_model_list *models,
                                        struct attune_err *err)
{
    struct attune_metric_list metrics = {0};
    struct attune_set_score_list scores = {0};
    struct attune_standing *standing = NULL;
    enum attune_code code = attune_read_set_metrics(store, run, NULL, &metrics, err);
    if (!code) {
        code = attune_read_set_scores(store, run, NULL, &scores, err);
    }
    if (!code) {
        standing = attune_alloc(metrics.n * models->n, sizeof *standing);
        code = standing ? ATTUNE_OK
                        : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the leaderboard");
    }
    if (!code) {
        attune_set_standings(&scores, &metrics, models, standing);
        code = insert_rows(store, run, models, &metrics, standing, err);
    }
    attune_release(standing);
    attune_set_score_list_release(&scores);
    attune_metric_list_release(&metrics);
    return code;
}

static enum attune_code replace_rows(struct attune_store *store, int64_t run,
                                     const struct attune_model_list *models,
                                     const struct attune_metric_list *metrics,
                                     const struct attune_standing *standing,
                                     struct attune_err *err)
{
    enum attune_code code = attune_store_begin(store, err);
    if (code) {
        return code;
    }
    code = attune_store_exec(store, err, "DELETE FROM leaderboard WHERE run = ?1", "i", run);
    if (!code) {
        code = insert_rows(store, run, models, metrics, standing, err);
    }
    if (!code) {
        code = insert_set_rows(store, run, models, err);
    }
    if (!code) {
        code = attune_store_commit(store, err);
    }
    if (code) {
        attune_store_rollback(store);
    }
    return code;
}

enum attune_code attune_leaderboard_refresh(struct attune_store *store, int64_t run, uint64_t seed,
                                            size_t n_threads, struct attune_err *err)
{
    struct attune_model_list models = {0};
    struct attune_metric_list metrics = {0};
    struct attune_standing *standing = NULL;
    enum attune_code code = attune_read_models(store, run, &models, err);
    if (!code) {
        code = attune_read_metrics(store, run, NULL, &metrics, err);
    }
    if (!code) {
        standing = attune_alloc(metrics.n * models.n, sizeof *standing);
        code = standing ? ATTUNE_OK
                        : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the leaderboard");
    }
    if (!code) {
        const struct attune_standing_options options = {.seed = seed, .n_threads = n_threads};
        code = attune_standings(store, run, &models, &metrics, &options, standing, err);
    }
    if (!code) {
        code = replace_rows(store, run, &models, &metrics, standing, err);
    }
    attune_release(standing);
    attune_metric_list_release(&metrics);
    attune_model_list_release(&models);
    return code;
}
