/* Lists of metrics, of scores of whole sets, and the leaderboard as stored. */
#include <math.h>

#include "harness/store/list_query.h"
#include "harness/store/store_read.h"

/* ---- metrics */

static void fill_metric(struct attune_list_query *q, void *item)
{
    struct attune_metric_info *m = item;
    const char **texts[] = {&m->name,   &m->identity, &m->title,   &m->unit, &m->direction,
                            &m->inputs, &m->summary,  &m->source};
    const int n_texts = (int)(sizeof texts / sizeof *texts);
    for (int i = 0; i < n_texts; i++) {
        *texts[i] = attune_text_at(q, i);
    }
    m->id = sqlite3_column_int64(q->stmt, n_texts);
    m->version = sqlite3_column_int(q->stmt, n_texts + 1);
    m->target = attune_double_at(q, n_texts + 2, NAN);
    m->lo = attune_double_at(q, n_texts + 3, -INFINITY);
    m->hi = attune_double_at(q, n_texts + 4, INFINITY);
}

#define METRICS_OF_RUN(condition)                                                                  \
    "SELECT m.name, m.identity, m.title, m.unit, m.direction, m.inputs, m.summary, m.source,"      \
    " m.id, m.version, m.target, m.lo, m.hi FROM run_metric q"                                     \
    " JOIN metric m ON m.id = q.metric WHERE q.run = ?1 AND " condition " ORDER BY q.position"

static enum attune_code read_metrics(struct attune_store *store, const char *sql, int64_t run,
                                     const char *globs, struct attune_metric_list *out,
                                     struct attune_err *err)
{
    *out = (struct attune_metric_list){0};
    const struct attune_list list =
        ATTUNE_CHOSEN(out, offsetof(struct attune_metric_info, name), globs);
    enum attune_code code = attune_read_list(store, sql, run, &list, fill_metric, err);
    if (code) {
        attune_metric_list_release(out);
    }
    return code;
}

enum attune_code attune_read_metrics(struct attune_store *store, int64_t run, const char *globs,
                                     struct attune_metric_list *out, struct attune_err *err)
{
    return read_metrics(store, METRICS_OF_RUN("m.inputs != 'sets'"), run, globs, out, err);
}

enum attune_code attune_read_set_metrics(struct attune_store *store, int64_t run, const char *globs,
                                         struct attune_metric_list *out, struct attune_err *err)
{
    return read_metrics(store, METRICS_OF_RUN("m.inputs = 'sets'"), run, globs, out, err);
}

bool attune_metric_is_of_sets(const struct attune_metric_info *metric)
{
    return strcmp(metric->inputs, "sets") == 0;
}

void attune_metric_list_release(struct attune_metric_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_metric_list){0};
}

/* ---- reward models */

static void fill_reward_model(struct attune_list_query *q, void *item)
{
    struct attune_reward_model_info *m = item;
    const char **texts[] = {&m->name, &m->kind, &m->path, &m->hash, &m->created, &m->trained};
    const int n_texts = (int)(sizeof texts / sizeof *texts);
    for (int i = 0; i < n_texts; i++) {
        *texts[i] = attune_text_at(q, i);
    }
    m->n_runs = sqlite3_column_int64(q->stmt, n_texts);
}

enum attune_code attune_read_reward_models(struct attune_store *store,
                                           struct attune_reward_model_list *out,
                                           struct attune_err *err)
{
    *out = (struct attune_reward_model_list){0};
    enum attune_code code = attune_read_list(
        store,
        "SELECT name, kind, path, hash, created, trained,"
        " (SELECT count(DISTINCT q.run) FROM metric k JOIN run_metric q ON q.metric = k.id"
        "  WHERE k.identity = w.hash AND (k.name = 'reward.' || w.name"
        "   OR k.name GLOB 'reward.' || w.name || '.*'))"
        " FROM reward_model w WHERE ?1 = ?1 ORDER BY name, id",
        0, ATTUNE_LIST(out), fill_reward_model, err);
    if (code) {
        attune_reward_model_list_release(out);
    }
    return code;
}

void attune_reward_model_list_release(struct attune_reward_model_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_reward_model_list){0};
}

/* ---- scores of whole sets */

static void fill_set_score(struct attune_list_query *q, void *item)
{
    struct attune_set_score_info *s = item;
    const char **texts[] = {&s->model, &s->metric, &s->base, &s->reference, &s->embedding, &s->why,
                            &s->details, &s->warnings};
    const int n_texts = (int)(sizeof texts / sizeof *texts);
    for (int i = 0; i < n_texts; i++) {
        *texts[i] = attune_text_at(q, i);
    }
    double *reals[] = {&s->value, &s->ci_low, &s->ci_high};
    for (int i = 0; i < 3; i++) {
        *reals[i] = attune_double_at(q, n_texts + i, NAN);
    }
    s->n = sqlite3_column_int64(q->stmt, n_texts + 3);
    s->n_reference = sqlite3_column_int64(q->stmt, n_texts + 4);
    s->n_dims = sqlite3_column_int64(q->stmt, n_texts + 5);
}

enum attune_code attune_read_set_scores(struct attune_store *store, int64_t run, const char *globs,
                                        struct attune_set_score_list *out, struct attune_err *err)
{
    *out = (struct attune_set_score_list){0};
    const struct attune_list list =
        ATTUNE_CHOSEN(out, offsetof(struct attune_set_score_info, metric), globs);
    enum attune_code code = attune_read_list(
        store,
        "SELECT m.name, k.name, s.base, s.reference, e.name, s.why, s.details, s.warnings, s.value,"
        " s.ci_low, s.ci_high, s.n, s.n_reference, s.n_dims FROM set_score s"
        " JOIN model m ON m.id = s.model JOIN metric k ON k.id = s.metric"
        " JOIN embedding e ON e.id = s.embedding"
        " JOIN run_metric q ON q.run = s.run AND q.metric = s.metric"
        " WHERE s.run = ?1 ORDER BY q.position, m.position",
        run, &list, fill_set_score, err);
    if (code) {
        attune_set_score_list_release(out);
    }
    return code;
}

void attune_set_score_list_release(struct attune_set_score_list *list)
{
    attune_release(list->items);
    attune_arena_release(&list->text);
    *list = (struct attune_set_score_list){0};
}

/* ---- the leaderboard as stored */

static void fill_leaderboard(struct attune_list_query *q, void *item)
{
    struct attune_leaderboard_row *r = item;
    r->model = attune_text_at(q, 0);
    r->method = attune_text_at(q, 1);
    r->metric = attune_text_at(q, 2);
    r->mean = attune_double_at(q, 3, NAN);
    r->ci_low = attune_double_at(q, 4, NAN);
    r->ci_high = attune_double_at(q, 5, NAN);
    r->n = sqlite3_column_int64(q->stmt, 6);
    r->n_undefined = sqlite3_column_int64(q->stmt, 7);
    r->rank_low = sqlite3_column_int64(q->stmt, 8);
    r->rank_high = sqlite3_column_int64(q->stmt, 9);
}

enum attune_code attune_read_leaderboard(struct attune_store *store, int64_t run, const char *globs,
                                         struct attune_leaderboard *out, struct attune_err *err)
{
    *out = (struct attune_leaderboard){0};
    const struct attune_list list =
        ATTUNE_CHOSEN(out, offsetof(struct attune_leaderboard_row, metric), globs);
    /* Rows of derived columns (pillars) have no run_metric entry and come last, by name. */
    enum attune_code code = attune_read_list(
        store,
        "SELECT l.model, l.method, l.metric, l.mean, l.ci_low, l.ci_high, l.n, l.n_undefined,"
        " l.rank_low, l.rank_high FROM leaderboard l"
        " LEFT JOIN model m ON m.run = l.run AND m.name = l.model"
        " LEFT JOIN (SELECT k.name AS name, min(q.position) AS position,"
        "  min(k.inputs = 'sets') AS of_sets FROM run_metric q"
        "  JOIN metric k ON k.id = q.metric WHERE q.run = ?1 GROUP BY k.name) p ON p.name = "
        "l.metric"
        " WHERE l.run = ?1"
        " ORDER BY p.position IS NULL, p.of_sets, p.position, l.metric, m.position, l.model",
        run, &list, fill_leaderboard, err);
    if (code) {
        attune_leaderboard_release(out);
    }
    return code;
}

void attune_leaderboard_release(struct attune_leaderboard *board)
{
    attune_release(board->items);
    attune_arena_release(&board->text);
    *board = (struct attune_leaderboard){0};
}
