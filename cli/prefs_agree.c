/* attune prefs agree: every metric, score and reward model against people's ratings and votes. */
#include "cli/prefs_agree.h"

#include <math.h>

#include "base/mem.h"
#include "harness/prefs/prefs_store.h"
#include "harness/prefs/ratings_store.h"
#include "harness/reward/baselines.h"
#include "harness/reward/items.h"
#include "harness/reward/reward_model.h"
#include "metrics/metric.h"
#include "metrics/stats/multiplicity.h"

enum { SPLITS = 100 };

/* ---- labels */

static enum attune_code read_labels(struct attune_agreeing *a, char **files, int n_files,
                                    struct attune_err *err)
{
    struct attune_prefs_account votes;
    struct attune_ratings_account ratings;
    enum attune_code code = ATTUNE_OK;
    for (int i = 0; i < n_files && !code; i++) {
        code = attune_ratings_recognise(files[i], a->o->from)
                   ? attune_ratings_read(files[i], a->o->from, attune_rating_table_take,
                                         &a->ratings, &ratings, err)
                   : attune_prefs_read(files[i], a->o->from, attune_vote_table_take, &a->votes,
                                       &votes, err);
    }
    if (n_files == 0) {
        struct attune_store *store = NULL;
        code = attune_store_open(&store, a->common->db, ATTUNE_STORE_READ, err);
        if (!code) {
            code = attune_ratings_each(store, attune_rating_table_take, &a->ratings, err);
            code = code ? code : attune_prefs_each(store, attune_vote_table_take, &a->votes, err);
            attune_store_close(store);
        }
    }
    if (!code && a->ratings.n == 0 && a->votes.n == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "no ratings and no votes");
    }
    return code;
}

/* ---- candidates */

typedef enum attune_code candidate_fn(struct attune_agreeing *a, const char *name, double sign,
                                      const double *value, struct attune_err *err);

static enum attune_code load_items(const struct attune_agreeing *a,
                                   const struct attune_names *names, bool stored,
                                   struct attune_items *items, struct attune_err *err)
{
    if (stored) {
        struct attune_store *store = NULL;
        enum attune_code code = attune_store_open(&store, a->common->db, ATTUNE_STORE_READ, err);
        if (!code) {
            code = attune_items_from_store(items, names, store, err);
            attune_store_close(store);
        }
        return code;
    }
    const struct attune_item_source source = {
        .table = a->o->features, .folder = a->o->folder, .n_threads = a->common->jobs,
        .metrics = a->o->metrics ? a->o->metrics : "*",
    };
    return attune_items_load(items, names, &source, err);
}

/* Calls each for every feature of the items and for every reward model. */
static enum attune_code each_candidate(struct attune_agreeing *a, const struct attune_items *items,
                                       candidate_fn *each, struct attune_err *err)
{
    const size_t n = items->names->n;
    const struct attune_reward_voice voice = {ATTUNE_ENSEMBLE_MEAN, 0.0};
    double *value = attune_alloc(n, sizeof *value);
    enum attune_code code =
        value ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for samples");
    for (size_t k = 0; k < items->features.n && !code; k++) {
        const char *name = items->features.name[k];
        const struct attune_metric *metric = attune_metric_find(name);
        const bool down = metric && metric->direction == ATTUNE_DOWN;
        for (size_t i = 0; i < n; i++) {
            const double x = items->x[i * items->features.n + k];
            value[i] = metric && metric->direction == ATTUNE_TARGET ? -fabs(x - metric->target) : x;
        }
        if (attune_glob_list(a->o->metrics, name)) {
            code = each(a, name, down ? -1.0 : 1.0, value, err);
        }
    }
    for (const char *at = a->o->models; at && *at && !code;) {
        char path[1024];
        struct attune_reward_model model = {0};
        snprintf(path, sizeof path, "%.*s", (int)strcspn(at, ","), at);
        at += strcspn(at, ",");
        at += *at == ',';
        code = attune_reward_model_load(&model, path, err);
        for (size_t axis = 0; axis < model.axes.n && !code; axis++) {
            char name[128];
            snprintf(name, sizeof name, "%.80s%s%.40s", path, model.axes.name[axis][0] ? ":" : "",
                     model.axes.name[axis]);
            code = attune_reward_model_score(&model, axis, &voice, items, value, err);
            code = code ? code : each(a, name, 1.0, value, err);
        }
        attune_reward_model_release(&model);
    }
    attune_release(value);
    return code;
}

/* ---- statistics */

static struct attune_agree_row *add_row(struct attune_agreeing *a, const char *axis,
                                        const char *name, struct attune_err *err)
{
    void *rows = a->rows;
    if (!attune_grow(&rows, &a->row_capacity, a->n_rows, sizeof *a->rows)) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
        return NULL;
    }
    a->rows = rows;
    struct attune_agree_row *row = &a->rows[a->n_rows++];
    *row = (struct attune_agree_row){.axis = axis, .p = NAN};
    snprintf(row->name, sizeof row->name, "%.127s", name);
    return row;
}

/* Means by group of the values that have one; returns how many groups have any. */
static void group_means(const double *value, const uint32_t *group, size_t n, double *mean,
                        size_t n_groups, uint32_t *count)
{
    memset(mean, 0, n_groups * sizeof *mean);
    memset(count, 0, n_groups * sizeof *count);
    for (size_t i = 0; i < n; i++) {
        if (group[i] != UINT32_MAX && isfinite(value[i])) {
            mean[group[i]] += value[i];
            count[group[i]]++;
        }
    }
    for (size_t g = 0; g < n_groups; g++) {
        mean[g] = count[g] ? mean[g] / count[g] : NAN;
    }
}

/* Agreement over the places where both rows are numbers; x and y are compacted. */
static enum attune_code agree_rows(double *x, double *y, size_t n, struct attune_agreement *out,
                                   struct attune_err *err)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(x[i]) && isfinite(y[i])) {
            x[m] = x[i];
            y[m++] = y[i];
        }
    }
    return attune_agree_ratings(x, y, m, out, err);
}

static enum attune_code agree_with_ratings(struct attune_agreeing *a, const char *name, double sign,
                                           const double *value, struct attune_err *err)
{
    const struct attune_rating_table *t = &a->ratings;
    const size_t n = t->items.n, n_systems = t->systems.n;
    double *scratch = attune_alloc(3 * n + 2 * n_systems, sizeof *scratch);
    uint32_t *count = attune_alloc(n_systems, sizeof *count);
    enum attune_code code = scratch && count
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for samples");
    for (size_t axis = 0; axis < t->axes.n && !code; axis++) {
        double *x = scratch, *rating = scratch + n, *y = scratch + 2 * n;
        double *mean_x = scratch + 3 * n, *mean_y = mean_x + n_systems;
        const size_t n_rated = attune_rating_means(t, axis, false, rating);
        if (n_rated == 0 || (a->o->axis && strcmp(a->o->axis, t->axes.name[axis]) != 0)) {
            continue;
        }
        struct attune_agree_row *row = add_row(a, t->axes.name[axis], name, err);
        if (n_rated == SIZE_MAX || !row) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings");
            break;
        }
        for (size_t i = 0; i < n; i++) {
            x[i] = isfinite(rating[i]) ? sign * value[i] : NAN;
            y[i] = isfinite(x[i]) ? rating[i] : NAN;
        }
        group_means(x, t->system, n, mean_x, n_systems, count);
        group_means(y, t->system, n, mean_y, n_systems, count);
        code = agree_rows(x, y, n, &row->samples, err);
        code = code ? code : agree_rows(mean_x, mean_y, n_systems, &row->systems, err);
    }
    attune_release(scratch);
    attune_release(count);
    return code;
}

/* Mean value of each generator's clips against its Bradley-Terry rating. */
static enum attune_code agree_with_standings(struct attune_agreeing *a, const double *value,
                                             struct attune_agreement *out, struct attune_err *err)
{
    const struct attune_vote_table *t = &a->votes;
    const size_t n = t->models.n;
    double *mean = attune_alloc(2 * n, sizeof *mean);
    double *count = attune_alloc(n, sizeof *count);
    enum attune_code code = mean && count ? attune_baseline_ratings(t, mean + n, err)
                                          : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    for (size_t i = 0; i < t->n && !code; i++) {
        const struct attune_vote_row *v = &t->rows[i];
        if (isfinite(value[v->item_a]) && isfinite(value[v->item_b])) {
            mean[v->model_a] += value[v->item_a];
            mean[v->model_b] += value[v->item_b];
            count[v->model_a] += 1.0;
            count[v->model_b] += 1.0;
        }
    }
    for (size_t i = 0; i < n && !code; i++) {
        mean[i] = count[i] > 0.0 ? mean[i] / count[i] : NAN;
    }
    code = code ? code : agree_rows(mean, mean + n, n, out, err);
    attune_release(mean);
    attune_release(count);
    return code;
}

static enum attune_code agree_with_votes(struct attune_agreeing *a, const char *name, double sign,
                                         const double *value, struct attune_err *err)
{
    const struct attune_vote_table *t = &a->votes;
    double *margin = attune_alloc(t->n, sizeof *margin);
    double *turned = attune_alloc(t->items.n, sizeof *turned);
    int *outcome = attune_alloc(t->n, sizeof *outcome);
    const char *axis = t->axes.name[0][0] ? t->axes.name[0] : "votes";
    struct attune_agree_row *row = add_row(a, axis, name, err);
    enum attune_code code = row && margin && outcome && turned
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for votes");
    size_t n = 0;
    for (size_t i = 0; i < t->items.n && !code; i++) {
        turned[i] = sign * value[i];
    }
    for (size_t i = 0; i < t->n && !code; i++) {
        margin[n] = turned[t->rows[i].item_a] - turned[t->rows[i].item_b];
        outcome[n] = t->rows[i].outcome;
        n += isfinite(margin[n]);
    }
    code = code ? code : attune_agree_votes(margin, outcome, n, &row->samples, err);
    code = code ? code : agree_with_standings(a, turned, &row->systems, err);
    attune_release(margin);
    attune_release(turned);
    attune_release(outcome);
    return code;
}

static enum attune_code measure_raters(struct attune_agreeing *a, struct attune_err *err)
{
    struct attune_rated *units = attune_alloc(a->ratings.n, sizeof *units);
    a->raters = attune_alloc(a->ratings.axes.n, sizeof *a->raters);
    enum attune_code code = units && a->raters
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for raters");
    for (size_t axis = 0; axis < a->ratings.axes.n && !code; axis++) {
        const size_t n = attune_rating_units(&a->ratings, axis, units);
        struct attune_agree_raters *r = &a->raters[a->n_raters];
        r->axis = a->ratings.axes.name[axis];
        r->alpha = attune_krippendorff(units, n, ATTUNE_INTERVAL);
        if (isfinite(r->alpha)) {
            const size_t again = attune_rating_units(&a->ratings, axis, units);
            code = attune_split_half(units, again, SPLITS, a->common->seed, &r->reliability, err);
            a->n_raters++;
        }
    }
    attune_release(units);
    return code;
}

static enum attune_code correct(struct attune_agreeing *a, struct attune_err *err)
{
    double *p = attune_alloc(a->n_rows, sizeof *p);
    size_t n = 0;
    if (!p) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
    }
    for (size_t i = 0; i < a->n_rows; i++) {
        p[n] = a->rows[i].samples.p;
        n += isfinite(p[n]);
    }
    enum attune_code code = attune_holm(p, n, err);
    n = 0;
    for (size_t i = 0; i < a->n_rows && !code; i++) {
        if (isfinite(a->rows[i].samples.p)) {
            a->rows[i].p = p[n++];
        }
    }
    attune_release(p);
    return code;
}

/* Axes together, the surest agreement first; rows without one last. */
static int by_agreement(const void *x, const void *y)
{
    const struct attune_agree_row *a = x, *b = y;
    const int axis = strcmp(a->axis, b->axis);
    const double p = a->samples.accuracy.value, q = b->samples.accuracy.value;
    if (axis || isnan(p) != isnan(q)) {
        return axis ? axis : isnan(p) ? 1 : -1;
    }
    return p > q ? -1 : p < q ? 1 : strcmp(a->name, b->name);
}

static enum attune_code compare(struct attune_agreeing *a, const struct attune_names *names,
                                bool stored, candidate_fn *each, struct attune_err *err)
{
    struct attune_items items = {0};
    enum attune_code code = load_items(a, names, stored, &items, err);
    code = code ? code : each_candidate(a, &items, each, err);
    attune_items_release(&items);
    return code;
}

enum attune_code attune_prefs_agree_command(const struct attune_common *common,
                                            const struct attune_prefs_options *o, char **files,
                                            int n_files, struct attune_err *err)
{
    struct attune_agreeing a = {.common = common, .o = o, .votes = {.axis = o->axis}};
    const bool stored = n_files == 0 && !o->features && !o->folder;
    enum attune_code code = read_labels(&a, files, n_files, err);
    if (!code && a.ratings.n) {
        code = measure_raters(&a, err);
        code = code ? code : compare(&a, &a.ratings.items, stored, agree_with_ratings, err);
    }
    if (!code && a.votes.n) {
        code = compare(&a, &a.votes.items, stored, agree_with_votes, err);
    }
    code = code ? code : correct(&a, err);
    if (!code && a.n_rows == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "no metric or score of the labelled samples");
        attune_err_hint(err, "--features FILE, --folder DIR, or runs and scores in the database");
    }
    if (!code) {
        qsort(a.rows, a.n_rows, sizeof *a.rows, by_agreement);
        code = attune_agree_print(&a, err);
    }
    attune_release(a.rows);
    attune_release(a.raters);
    attune_rating_table_release(&a.ratings);
    attune_vote_table_release(&a.votes);
    return code;
}
