/* Averaging seeds while the scores are read. */
#include "harness/store/means.h"

#include <math.h>

#include "harness/store/score_scan.h"

static enum attune_code out_of_memory(struct attune_err *err)
{
    attune_fail(err, ATTUNE_E_MEMORY, "out of memory for means by prompt");
    attune_err_hint(err, "choose fewer metrics at a time with --metrics");
    return ATTUNE_E_MEMORY;
}

/* The prompt at hand: sums over its seeds, one per metric. They go into the table once per prompt,
 * whose columns lie far apart. */
struct sums {
    double *value, *distance; /* (n_metrics,) */
    size_t *n_ok;             /* (n_metrics,) */
    bool *met;                /* (n_metrics,) by the sample at hand */
    size_t model, prompt;     /* SIZE_MAX before the first sample */
};

static bool has_target(const struct attune_metric_info *metric)
{
    return strcmp(metric->direction, "target") == 0;
}

/* ---- the table */

static void release(struct attune_means *means)
{
    for (size_t k = 0; means->distance && k < means->n_metrics; k++) {
        attune_release(means->distance[k]);
    }
    attune_release(means->value);
    attune_release(means->defined);
    attune_release((void *)means->distance);
    attune_release(means->counts);
}

static bool allocate(struct attune_means *means)
{
    const size_t n_models = means->models->n, n_columns = means->n_metrics * n_models;
    means->value = attune_alloc(n_columns, (means->n_prompts + 1) * sizeof *means->value);
    means->defined = attune_alloc(n_columns, means->n_prompts + 1);
    means->distance = attune_alloc(means->n_metrics, sizeof *means->distance);
    means->counts = attune_alloc(n_columns, sizeof *means->counts);
    bool enough = means->value && means->defined && means->distance && means->counts;
    for (size_t k = 0; enough && k < means->n_metrics; k++) {
        if (has_target(&means->metrics[k])) {
            means->distance[k] =
                attune_alloc(n_models, (means->n_prompts + 1) * sizeof *means->distance[k]);
            enough = means->distance[k] != NULL;
        }
    }
    return enough;
}

/* ---- sums of one prompt */

static bool sums_init(struct sums *sums, size_t n_metrics)
{
    *sums = (struct sums){
        .value = attune_alloc(n_metrics, sizeof *sums->value),
        .distance = attune_alloc(n_metrics, sizeof *sums->distance),
        .n_ok = attune_alloc(n_metrics, sizeof *sums->n_ok),
        .met = attune_alloc(n_metrics, sizeof *sums->met),
        .model = SIZE_MAX,
    };
    return sums->value && sums->distance && sums->n_ok && sums->met;
}

static void sums_release(struct sums *sums)
{
    attune_release(sums->value);
    attune_release(sums->distance);
    attune_release(sums->n_ok);
    attune_release(sums->met);
}

/* Writes the means of the prompt that is complete, and begins with nothing. */
static void sums_flush(struct sums *sums, struct attune_means *means)
{
    for (size_t k = 0; sums->model < SIZE_MAX && k < means->n_metrics; k++) {
        if (sums->n_ok[k]) {
            const size_t column = sums->model * means->n_prompts + sums->prompt;
            const double n = (double)sums->n_ok[k];
            means->value[attune_means_at(means, k) + column] = sums->value[k] / n;
            means->defined[attune_means_at(means, k) + column] = 1;
            if (means->distance[k]) {
                means->distance[k][column] = sums->distance[k] / n;
            }
        }
    }
    memset(sums->value, 0, means->n_metrics * sizeof *sums->value);
    memset(sums->distance, 0, means->n_metrics * sizeof *sums->distance);
    memset(sums->n_ok, 0, means->n_metrics * sizeof *sums->n_ok);
}

/* ---- reading */

static enum attune_code add_scores(struct attune_score_scan *scan, struct sums *sums,
                                   struct attune_means *means, struct attune_err *err)
{
    memset(sums->met, 0, means->n_metrics * sizeof *sums->met);
    bool more;
    enum attune_code code;
    while (!(code = attune_scan_score(scan, &more, err)) && more) {
        const size_t k = scan->metric;
        struct attune_score_counts *counts = &means->counts[k * means->models->n + scan->model];
        sums->met[k] = true;
        counts->n_undefined += !scan->defined;
        if (scan->defined) {
            counts->n_ok++;
            sums->n_ok[k]++;
            sums->value[k] += scan->value;
            sums->distance[k] += fabs(scan->value - means->metrics[k].target);
        }
    }
    for (size_t k = 0; !code && k < means->n_metrics; k++) {
        struct attune_score_counts *counts = &means->counts[k * means->models->n + scan->model];
        counts->n_failed += !sums->met[k] && scan->failed;
        counts->n_elsewhere += !sums->met[k] && !scan->failed;
    }
    return code;
}

static enum attune_code read_all(struct attune_score_scan *scan, struct sums *sums,
                                 struct attune_means *means, struct attune_err *err)
{
    bool more;
    enum attune_code code;
    while (!(code = attune_scan_sample(scan, &more, err)) && more) {
        if (scan->model != sums->model || scan->prompt != sums->prompt) {
            sums_flush(sums, means);
            sums->model = scan->model;
            sums->prompt = scan->prompt;
        }
        code = add_scores(scan, sums, means, err);
        if (code) {
            return code;
        }
    }
    if (!code) {
        sums_flush(sums, means);
    }
    return code;
}

/* ids: (n_prompts,) of the prompts in order. */
static enum attune_code read_means(struct attune_store *store, int64_t run, const int64_t *ids,
                                   struct attune_means *means, struct attune_err *err)
{
    const struct attune_metric_list metrics = {.items = (struct attune_metric_info *)means->metrics,
                                               .n = means->n_metrics};
    const struct attune_scan_lists lists = {means->models, &metrics, ids, means->n_prompts,
                                            sizeof *ids};
    struct attune_score_scan scan = {0};
    struct sums sums;
    enum attune_code code = sums_init(&sums, means->n_metrics) && allocate(means)
                                ? attune_scan_init(&scan, store, run, &lists, err)
                                : out_of_memory(err);
    if (!code) {
        code = read_all(&scan, &sums, means, err);
    }
    attune_scan_release(&scan);
    sums_release(&sums);
    return code;
}

static enum attune_code read_prompt_ids(struct attune_store *store, int64_t run, int64_t **ids,
                                        size_t *n, struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(
        store, "SELECT prompt FROM run_prompt WHERE run = ?1 ORDER BY position", err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    sqlite3_bind_int64(stmt, 1, run);
    enum attune_code code = ATTUNE_OK;
    size_t capacity = 0;
    int rc = SQLITE_ROW;
    while (!code && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (attune_grow((void **)ids, &capacity, *n, sizeof **ids)) {
            (*ids)[(*n)++] = sqlite3_column_int64(stmt, 0);
        } else {
            code = out_of_memory(err);
        }
    }
    if (!code && rc != SQLITE_DONE) {
        code = attune_store_fail(store, "read the prompts", err);
    }
    sqlite3_finalize(stmt);
    return code;
}

enum attune_code attune_means_each(struct attune_store *store, int64_t run,
                                   const struct attune_model_list *models,
                                   const struct attune_metric_list *metrics, size_t budget,
                                   attune_means_fn *fn, void *context, struct attune_err *err)
{
    int64_t *ids = NULL;
    size_t n_prompts = 0;
    enum attune_code code = read_prompt_ids(store, run, &ids, &n_prompts, err);
    /* A value, a distance and a flag. */
    const size_t per_metric = (models->n * n_prompts + 1) * (2 * sizeof(double) + 1);
    const size_t fit = (budget ? budget : ATTUNE_MEANS_BUDGET) / per_metric;
    const size_t step = fit ? fit : 1;
    for (size_t first = 0; first < metrics->n && !code; first += step) {
        struct attune_means means = {
            .models = models,
            .metrics = metrics->items + first,
            .n_metrics = metrics->n - first < step ? metrics->n - first : step,
            .n_prompts = n_prompts,
        };
        code = read_means(store, run, ids, &means, err);
        if (!code) {
            code = fn(context, &means, first, err);
        }
        release(&means);
    }
    attune_release(ids);
    return code;
}
