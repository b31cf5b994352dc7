/* Reading a history and finding its steps. */
#include "reports/history.h"

#include <math.h>

#include "reports/sheets/contrast_sheet.h"

static const double alpha = 0.05;
enum { N_PERMUTATIONS = 1999 };

void attune_history_release(struct attune_history *history)
{
    attune_arena_release(&history->arena);
    *history = (struct attune_history){0};
}

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a history");
}

static const char *copy(struct attune_history *out, const char *text)
{
    const size_t n = strlen(text) + 1;
    char *to = attune_arena_alloc(&out->arena, n, 1);
    return to ? memcpy(to, text, n) : "";
}

/* The metric as the reference run measured it. */
static enum attune_code read_metric(struct attune_store *store, int64_t run, const char *name,
                                    struct attune_metric_list *out, struct attune_err *err)
{
    enum attune_code code = attune_read_metrics(store, run, name, out, err);
    return code || out->n ? code
                          : attune_fail(err, ATTUNE_E_USAGE, "the run has no metric '%s'", name);
}

/* Appends the run's point where it has one. */
static enum attune_code add_run(struct attune_history *out, struct attune_store *store,
                                const struct attune_run_info *run,
                                const struct attune_metric_info *metric, struct attune_err *err)
{
    struct attune_metric_list metrics = {0};
    struct attune_leaderboard board = {0};
    enum attune_code code = attune_read_metrics(store, run->id, metric->name, &metrics, err);
    const bool same = !code && metrics.n && metrics.items[0].version == metric->version &&
                      strcmp(metrics.items[0].identity, metric->identity) == 0;
    bool found = false;
    if (same) {
        code = attune_read_leaderboard(store, run->id, metric->name, &board, err);
    }
    for (size_t i = 0; i < board.n && !found; i++) {
        const struct attune_leaderboard_row *row = &board.items[i];
        found = strcmp(row->model, out->model) == 0 && !isnan(row->mean);
        if (found) {
            out->points[out->n++] =
                (struct attune_history_point){.run = run->id,
                                              .started = copy(out, run->started),
                                              .commit = copy(out, run->attune_commit),
                                              .mean = row->mean,
                                              .ci_low = row->ci_low,
                                              .ci_high = row->ci_high,
                                              .n = row->n,
                                              .p = NAN};
        }
    }
    out->n_left_out += !found;
    attune_leaderboard_release(&board);
    attune_metric_list_release(&metrics);
    return code;
}

/* Steps, and the level between them. */
static enum attune_code find_steps(struct attune_history *out, uint64_t seed,
                                   struct attune_err *err)
{
    double *x = attune_arena_alloc(&out->arena, out->n, sizeof *x);
    struct attune_change_point *steps = attune_arena_alloc(&out->arena, out->n, sizeof *steps);
    if (!x || !steps) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < out->n; i++) {
        x[i] = out->points[i].mean;
    }
    const struct attune_change_options options = {
        .alpha = alpha, .n_permutations = N_PERMUTATIONS, .seed = seed};
    enum attune_code code = attune_change_points(x, out->n, &options, steps, &out->n_steps, err);
    for (size_t k = 0, first = 0; !code && k <= out->n_steps; k++) {
        const size_t end = k < out->n_steps ? steps[k].at : out->n;
        double sum = 0.0;
        for (size_t i = first; i < end; i++) {
            sum += x[i];
        }
        for (size_t i = first; i < end; i++) {
            out->points[i].level = sum / (double)(end - first);
        }
        if (end < out->n) {
            out->points[end].p = steps[k].p;
        }
        first = end;
    }
    return code;
}

enum attune_code attune_history_read(struct attune_history *out, struct attune_store *store,
                                     const struct attune_run_info *like, const char *model,
                                     const char *metric, uint64_t seed, struct attune_err *err)
{
    *out = (struct attune_history){0};
    struct attune_run_list runs = {0};
    struct attune_metric_list metrics = {0};
    enum attune_code code = attune_read_runs(store, &runs, err);
    code = code ? code : read_metric(store, like->id, metric, &metrics, err);
    if (code) {
        goto out;
    }
    out->model = copy(out, model);
    out->metric = copy(out, metric);
    out->title = copy(out, metrics.items[0].title);
    out->direction = copy(out, metrics.items[0].direction);
    out->points = attune_arena_alloc(&out->arena, runs.n + 1, sizeof *out->points);
    if (!out->points) {
        code = out_of_memory(err);
        goto out;
    }
    for (size_t i = 0; i < runs.n && !code; i++) {
        const struct attune_run_info *run = &runs.items[i];
        if (strcmp(run->name, like->name) != 0) {
            continue;
        }
        if (run->ended && strcmp(run->prompt_hash, like->prompt_hash) == 0) {
            code = add_run(out, store, run, &metrics.items[0], err);
        } else {
            out->n_left_out++;
        }
    }
    if (!code && out->n == 0) {
        code = attune_fail(err, ATTUNE_E_INCONCLUSIVE,
                           "no finished run of '%s' has a value of %s for '%s'", like->name, metric,
                           model);
    }
    code = code ? code : find_steps(out, seed, err);
out:
    attune_metric_list_release(&metrics);
    attune_run_list_release(&runs);
    if (code) {
        attune_history_release(out);
    }
    return code;
}

void attune_history_step_text(struct attune_buf *out, const struct attune_history *history,
                              size_t at)
{
    const struct attune_history_point *p = &history->points[at];
    attune_buf_addf(out, "run %lld, %.10s, %.7s: ", (long long)p->run, p->started, p->commit);
    attune_difference_text(out, p->level - p[-1].level, NAN, NAN);
    attune_buf_add(out, " (p ");
    attune_p_text(out, p->p);
    attune_buf_add(out, ")");
}

void attune_history_sheet(const struct attune_history *history, struct attune_sheet *sheet)
{
    char text[300];
    snprintf(text, sizeof text, "%s of %s over %zu %s", history->title, history->model, history->n,
             history->n == 1 ? "run" : "runs");
    sheet->caption = attune_sheet_text(sheet, text);
    const struct attune_sheet_column columns[] = {
        {.title = "run", .right = true},
        {.title = "started"},
        {.title = "attune"},
        {.title = "mean", .right = true, .direction = history->direction, .n_decimals = -1},
        {.title = "n", .right = true},
        {.title = "level", .right = true, .n_decimals = -1},
        {.title = "step"},
    };
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        attune_sheet_add_column(sheet, columns[c]);
    }
    for (size_t i = 0; i < history->n; i++) {
        const struct attune_history_point *p = &history->points[i];
        struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
        if (!cells) {
            return;
        }
        attune_cell_value(&cells[0], (double)p->run);
        snprintf(text, sizeof text, "%.10s", p->started);
        attune_cell_text(sheet, &cells[1], text);
        snprintf(text, sizeof text, "%.7s", p->commit);
        attune_cell_text(sheet, &cells[2], text);
        attune_cell_value(&cells[3], p->mean);
        cells[3].low = p->ci_low;
        cells[3].high = p->ci_high;
        attune_cell_value(&cells[4], (double)p->n);
        attune_cell_value(&cells[5], p->level);
        if (!isnan(p->p)) {
            struct attune_buf step = ATTUNE_BUF_INIT;
            attune_difference_text(&step, p->level - p[-1].level, NAN, NAN);
            attune_buf_add(&step, ", p ");
            attune_p_text(&step, p->p);
            attune_cell_text(sheet, &cells[6], attune_buf_text(&step));
            attune_buf_release(&step);
        }
    }
    snprintf(text, sizeof text,
             "steps: E-divisive change points, permutation test at 0.05%s; %zu other %s of the "
             "suite left out (unfinished, other prompts or another version of the metric)",
             history->n < 8 ? " (needs 8 runs)" : "", history->n_left_out,
             history->n_left_out == 1 ? "run" : "runs");
    attune_sheet_note(sheet, text);
}
