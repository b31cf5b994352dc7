/* From the scores of a run to its standings, and those into the database. */
#include "harness/store/leaderboard.h"

#include <math.h>

#include "base/mem.h"
#include "base/thread.h"
#include "harness/store/store.h"
#include "metrics/stats/bootstrap.h"
#include "metrics/stats/ranks.h"

static const double alpha = 0.05;

struct counts {
    size_t n_ok, n_undefined, n_failed, n_elsewhere; /* elsewhere: not applicable */
};

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

static void count_cells(const struct attune_score_table *scores, size_t model, size_t metric,
                        struct counts *counts)
{
    const size_t first = attune_score_cell(scores, model, metric, 0, 0);
    for (size_t i = 0; i < scores->prompts.n * scores->n_seeds; i++) {
        const uint8_t state = scores->state[first + i];
        counts->n_ok += state == ATTUNE_CELL_OK;
        counts->n_undefined += state == ATTUNE_CELL_UNDEFINED;
        counts->n_failed += state == ATTUNE_CELL_FAILED;
        counts->n_elsewhere += state == ATTUNE_CELL_NOT_APPLICABLE;
    }
}

struct work {
    const struct attune_score_table *scores;
    const struct attune_standing_options *options;
    size_t n_groups;
    double *value;          /* (n_metrics, n_groups, n_prompts) prompt means */
    double *distance;       /* the same from the target, filled for metrics that have one */
    unsigned char *defined; /* the same shape */
    struct attune_interval *interval; /* (n_metrics, n_groups) */
    struct attune_rank *rank;         /* the same shape */
    enum attune_code *code;           /* (n_metrics,) */
};

static bool has_direction(const struct work *work, size_t metric, const char *direction)
{
    return strcmp(work->scores->metrics.items[metric].direction, direction) == 0;
}

static size_t group_of(const struct attune_standing_options *options, size_t model)
{
    return options->group ? options->group[model] : model;
}

/* Prompt means of all groups: the mean over those members that have one. scratch: of one model,
 * and how many members each prompt has. */
static void gather(const struct work *work, size_t metric, bool distance, double *table,
                   double *value, unsigned char *defined, size_t *n_members)
{
    const size_t n_prompts = work->scores->prompts.n;
    for (size_t g = 0; g < work->n_groups; g++) {
        const size_t first = (metric * work->n_groups + g) * n_prompts;
        memset(n_members, 0, n_prompts * sizeof *n_members);
        for (size_t m = 0; m < work->scores->models.n; m++) {
            if (group_of(work->options, m) != g) {
                continue;
            }
            attune_prompt_means(work->scores, m, metric, distance, value, defined);
            for (size_t p = 0; p < n_prompts; p++) {
                table[first + p] += value[p];
                n_members[p] += defined[p];
            }
        }
        for (size_t p = 0; p < n_prompts; p++) {
            work->defined[first + p] = n_members[p] > 0;
            table[first + p] /= n_members[p] ? (double)n_members[p] : 1.0;
        }
    }
}

static enum attune_code gather_all(const struct work *work, struct attune_err *err)
{
    const size_t n_prompts = work->scores->prompts.n;
    enum attune_code code = ATTUNE_OK;
    double *value = attune_alloc(n_prompts, sizeof *value);
    unsigned char *defined = attune_alloc(n_prompts, sizeof *defined);
    size_t *n_members = attune_alloc(n_prompts, sizeof *n_members);
    if (value && defined && n_members) {
        for (size_t k = 0; k < work->scores->metrics.n; k++) {
            gather(work, k, false, work->value, value, defined, n_members);
            if (has_direction(work, k, "target")) {
                gather(work, k, true, work->distance, value, defined, n_members);
            }
        }
    } else {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu prompts", n_prompts);
    }
    attune_release(value);
    attune_release(defined);
    attune_release(n_members);
    return code;
}

static void rank_metric(void *context, size_t metric, size_t worker)
{
    const struct work *work = context;
    if (has_direction(work, metric, "none")) {
        return;
    }
    const bool target = has_direction(work, metric, "target");
    const size_t first = metric * work->n_groups * work->scores->prompts.n;
    const struct attune_columns table = {
        .value = (target ? work->distance : work->value) + first,
        .defined = work->defined + first,
        .n_columns = work->n_groups,
        .n_units = work->scores->prompts.n,
    };
    const bool smaller_is_better = target || has_direction(work, metric, "down");
    work->code[metric] = attune_rank_columns(&table, smaller_is_better, alpha,
                                             work->rank + metric * work->n_groups, NULL, NULL);
}

static void fill_standing(const struct work *work, size_t metric, size_t group,
                          struct attune_standing *out)
{
    const struct attune_score_table *scores = work->scores;
    struct counts counts = {0};
    for (size_t m = 0; m < scores->models.n; m++) {
        if (group_of(work->options, m) == group) {
            count_cells(scores, m, metric, &counts);
        }
    }
    const size_t at = metric * work->n_groups + group;
    const struct attune_columns table = {
        .value = work->value,
        .defined = work->defined,
        .n_units = scores->prompts.n,
    };
    size_t n = 0;
    *out = (struct attune_standing){
        .present = counts.n_ok || counts.n_undefined || (counts.n_failed && !counts.n_elsewhere),
        .mean = attune_column_mean(&table, at, &n),
        .ci_low = work->interval[at].low,
        .ci_high = work->interval[at].high,
        .n_undefined = (int64_t)(counts.n_undefined + counts.n_failed),
        .rank_low = (int64_t)work->rank[at].low,
        .rank_high = (int64_t)work->rank[at].high,
    };
    out->n = (int64_t)n;
}

enum attune_code attune_standings(const struct attune_score_table *scores,
                                  const struct attune_standing_options *options,
                                  struct attune_standing *out, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    struct work work = {.scores = scores, .options = options};
    work.n_groups = options->group ? options->n_groups : scores->models.n;
    const size_t n_columns = scores->metrics.n * work.n_groups, n_prompts = scores->prompts.n;
    if (n_columns == 0) {
        return ATTUNE_OK;
    }
    work.value = attune_alloc(n_columns, (n_prompts + 1) * sizeof *work.value);
    work.distance = attune_alloc(n_columns, (n_prompts + 1) * sizeof *work.distance);
    work.defined = attune_alloc(n_columns, n_prompts + 1);
    work.interval = attune_alloc(n_columns, sizeof *work.interval);
    work.rank = attune_alloc(n_columns, sizeof *work.rank);
    work.code = attune_alloc(scores->metrics.n, sizeof *work.code);
    if (!work.value || !work.distance || !work.defined || !work.interval || !work.rank ||
        !work.code) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a leaderboard of %zu rows",
                           n_columns);
        goto out;
    }
    code = gather_all(&work, err);
    if (code) {
        goto out;
    }
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.seed = options->seed;
    how.n_threads = options->n_threads;
    const struct attune_columns table = {work.value, work.defined, n_columns, n_prompts};
    code = attune_bootstrap_means(&how, &table, work.interval, err);
    if (code) {
        goto out;
    }
    attune_parallel_for(scores->metrics.n, options->n_threads, rank_metric, &work);
    for (size_t k = 0; k < scores->metrics.n; k++) {
        if (work.code[k]) {
            code = attune_fail(err, work.code[k], "out of memory for the ranks of '%s'",
                               scores->metrics.items[k].name);
            goto out;
        }
        for (size_t g = 0; g < work.n_groups; g++) {
            fill_standing(&work, k, g, &out[k * work.n_groups + g]);
        }
    }
out:
    attune_release(work.value);
    attune_release(work.distance);
    attune_release(work.defined);
    attune_release(work.interval);
    attune_release(work.rank);
    attune_release(work.code);
    return code;
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

enum attune_code attune_leaderboard_refresh(struct attune_store *store, int64_t run, uint64_t seed,
                                            size_t n_threads, struct attune_err *err)
{
    struct attune_score_table scores = {0};
    struct attune_standing *standing = NULL;
    enum attune_code code = attune_read_scores(store, run, NULL, &scores, err);
    if (code) {
        goto out;
    }
    standing = attune_alloc(scores.metrics.n * scores.models.n, sizeof *standing);
    if (!standing) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the leaderboard");
        goto out;
    }
    const struct attune_standing_options options = {.seed = seed, .n_threads = n_threads};
    code = attune_standings(&scores, &options, standing, err);
    if (code) {
        goto out;
    }
    code = attune_store_begin(store, err);
    if (code) {
        goto out;
    }
    code = attune_store_exec(store, err, "DELETE FROM leaderboard WHERE run = ?1", "i", run);
    if (!code) {
        code = insert_rows(store, run, &scores.models, &scores.metrics, standing, err);
    }
    if (!code) {
        code = insert_set_rows(store, run, &scores.models, err);
    }
    if (!code) {
        code = attune_store_commit(store, err);
    }
    if (code) {
        attune_store_rollback(store);
    }
out:
    attune_release(standing);
    attune_score_table_release(&scores);
    return code;
}
