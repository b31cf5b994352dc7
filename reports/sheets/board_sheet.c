/* The standings as a table for people, and as CSV and JSON for programs. */
#include <math.h>

#include "reports/board.h"

/* The lowest rank after those that may be best: what gets underlined. */
static int64_t second_rank(const struct attune_board *board, size_t metric)
{
    int64_t second = 0;
    for (size_t r = 0; r < board->n_rows; r++) {
        const int64_t rank = attune_board_cell(board, metric, r)->rank_low;
        if (rank > 1 && (second == 0 || rank < second)) {
            second = rank;
        }
    }
    return second;
}

static void note_left_out(const struct attune_board *board, const struct attune_standing *s,
                          struct attune_sheet *sheet, struct attune_sheet_cell *cell)
{
    if (s->note) {
        cell->note = attune_sheet_note(sheet, s->note);
        return;
    }
    if (s->n_undefined == 0) {
        return;
    }
    char text[160];
    int used = snprintf(text, sizeof text, "%lld %s left out: undefined or failed",
                        (long long)s->n_undefined, s->n_undefined == 1 ? "value" : "values");
    if (s->n < (int64_t)board->n_prompts) {
        snprintf(text + used, sizeof text - (size_t)used, "; %lld of %zu prompts remain",
                 (long long)s->n, board->n_prompts);
    }
    cell->note = attune_sheet_note(sheet, text);
}

static void fill_cell(const struct attune_board *board, size_t metric, size_t row,
                      struct attune_sheet *sheet, struct attune_sheet_cell *cell)
{
    const struct attune_standing *s = attune_board_cell(board, metric, row);
    if (!s->present) {
        cell->kind = ATTUNE_SHEET_MISSING;
        cell->note = attune_sheet_note(sheet, "does not apply to this model's kind of output");
        return;
    }
    cell->kind = isnan(s->mean) ? ATTUNE_SHEET_MISSING : ATTUNE_SHEET_NUMBER;
    cell->value = s->mean;
    cell->low = s->ci_low;
    cell->high = s->ci_high;
    if (attune_standing_is_best(board, metric, row)) {
        cell->marks |= ATTUNE_MARK_BEST;
    } else if (s->rank_low > 0 && s->rank_low == second_rank(board, metric)) {
        cell->marks |= ATTUNE_MARK_SECOND;
    }
    if (attune_row_is_proxy(&board->rows[row], board->metrics.items[metric].name)) {
        cell->marks |= ATTUNE_MARK_PROXY;
    }
    note_left_out(board, s, sheet, cell);
}

void attune_board_origin(const struct attune_board *board, struct attune_sheet *sheet)
{
    char text[400];
    snprintf(text, sizeof text,
             "SELECT * FROM leaderboard WHERE run = %lld; prompts %s; attune %s (%s)",
             (long long)board->run->id, board->run->prompt_hash, board->run->attune_version,
             board->run->attune_commit);
    sheet->origin = attune_sheet_text(sheet, text);
}

/* How many metrics are values of whole sets, not means over prompts. */
static size_t count_of_sets(const struct attune_board *board, const size_t *metrics, size_t n)
{
    size_t n_of_sets = 0;
    for (size_t k = 0; k < n; k++) {
        n_of_sets += attune_metric_is_of_sets(&board->metrics.items[metrics[k]]);
    }
    return n_of_sets;
}

static void describe(const struct attune_board *board, const size_t *metrics, size_t n_metrics,
                     struct attune_sheet *sheet)
{
    const size_t n_of_sets = count_of_sets(board, metrics, n_metrics);
    const char *what =
        n_of_sets == 0           ? "means with 95 % intervals over prompts"
        : n_of_sets == n_metrics ? "all samples as one set, 95 % intervals from resampled prompts"
                                 : "means with 95 % intervals over prompts; columns of sets: one "
                                   "value of all samples, prompts resampled";
    char text[400];
    snprintf(text, sizeof text,
             "%s: %zu prompts \xc3\x97 %zu %s, %s%s",
             board->run->name, board->n_prompts, board->n_seeds,
             board->n_seeds == 1 ? "seed" : "seeds", what,
             board->run->ended ? "" : "; the run is not finished");
    sheet->caption = attune_sheet_text(sheet, text);
    attune_board_origin(board, sheet);
}

static const struct attune_sheet_column cost_columns[] = {
    {.title = "divergence",
     .unit = "nats",
     .id = "divergence",
     .right = true,
     .n_decimals = 2},
    {.title = "candidates", .right = true, .n_decimals = -1},
    {.title = "tokens", .right = true, .n_decimals = 0},
    {.title = "reward calls", .id = "reward_calls", .right = true, .n_decimals = -1},
    {.title = "time", .unit = "s", .id = "generate_s", .right = true, .n_decimals = 2},
};
enum { N_COST = sizeof cost_columns / sizeof *cost_columns };

static void add_columns(const struct attune_board *board, const size_t *metrics, size_t n_metrics,
                        struct attune_board_layout layout, struct attune_sheet *sheet)
{
    attune_sheet_add_column(
        sheet, (struct attune_sheet_column){.title = board->by_method ? "method" : "model"});
    for (size_t i = 0; i < n_metrics; i++) {
        const struct attune_metric_info *m = &board->metrics.items[metrics[i]];
        attune_sheet_add_column(sheet, (struct attune_sheet_column){.title = m->title,
                                                                    .unit = m->unit,
                                                                    .id = m->name,
                                                                    .direction = m->direction,
                                                                    .target = m->target,
                                                                    .right = true,
                                                                    .n_decimals = -1});
    }
    const char *const texts[] = {layout.method ? "method" : NULL, layout.base ? "base" : NULL};
    for (size_t i = 0; i < 2; i++) {
        if (texts[i]) {
            attune_sheet_add_column(sheet,
                                    (struct attune_sheet_column){.title = texts[i], .group = 1});
        }
    }
    for (size_t i = 0; i < N_COST; i++) {
        if (layout.costs & 1u << i) {
            struct attune_sheet_column column = cost_columns[i];
            column.group = 1;
            attune_sheet_add_column(sheet, column);
        }
    }
}

static void set_text(struct attune_sheet *sheet, struct attune_sheet_cell *cell, const char *text)
{
    cell->kind = ATTUNE_SHEET_TEXT;
    cell->text = attune_sheet_text(sheet, text ? text : "");
}

static void fill_row(const struct attune_board *board, size_t r, const size_t *metrics,
                     size_t n_metrics, struct attune_board_layout layout,
                     struct attune_sheet *sheet, struct attune_sheet_cell *cell)
{
    const struct attune_board_row *row = &board->rows[r];
    cell->marks = row->simulated ? ATTUNE_MARK_SIMULATED : 0;
    set_text(sheet, cell++, row->name);
    for (size_t k = 0; k < n_metrics; k++) {
        fill_cell(board, metrics[k], r, sheet, cell++);
    }
    if (layout.method) {
        set_text(sheet, cell++, row->method);
    }
    if (layout.base) {
        set_text(sheet, cell++, row->base);
    }
    if (layout.costs) { /* by model, so rows and models are the same */
        const struct attune_model_info *m = &board->models.items[r];
        const double cost[N_COST] = {m->divergence, m->n_candidates, m->n_tokens, m->n_rewards,
                                     m->generate_s};
        for (size_t i = 0; i < N_COST; i++) {
            if (layout.costs & 1u << i) {
                cell->kind = isfinite(cost[i]) ? ATTUNE_SHEET_NUMBER : ATTUNE_SHEET_MISSING;
                (cell++)->value = cost[i];
            }
        }
    }
}

enum attune_code attune_board_sheet(const struct attune_board *board, const size_t *metrics,
                                    size_t n_metrics, const struct attune_board_layout *layout,
                                    struct attune_sheet *sheet, struct attune_err *err)
{
    struct attune_board_layout chosen = layout ? *layout : (struct attune_board_layout){0};
    if (board->by_method) {
        chosen.method = chosen.base = false;
        chosen.costs = 0;
    }
    size_t *order = attune_alloc(board->n_rows, sizeof *order);
    if (!order) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
    }
    describe(board, metrics, n_metrics, sheet);
    add_columns(board, metrics, n_metrics, chosen, sheet);
    attune_board_order(board, metrics[0], order);
    const size_t *rows = chosen.rows ? chosen.rows : order;
    const size_t n_rows = chosen.rows ? chosen.n_rows : board->n_rows;
    for (size_t i = 0; i < n_rows; i++) {
        struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
        if (!cells) {
            break;
        }
        fill_row(board, rows[i], metrics, n_metrics, chosen, sheet, cells);
    }
    attune_release(order);
    return sheet->failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table")
                         : ATTUNE_OK;
}

static void csv_value(struct attune_buf *out, double value)
{
    attune_buf_add(out, ",");
    if (!isnan(value)) {
        attune_buf_add_double(out, value);
    }
}

static void csv_rank(struct attune_buf *out, int64_t rank)
{
    attune_buf_add(out, ",");
    if (rank > 0) {
        attune_buf_addf(out, "%lld", (long long)rank);
    }
}

void attune_board_csv(const struct attune_board *board, struct attune_buf *out)
{
    attune_buf_add(out,
                   "model,method,metric,mean,ci_low,ci_high,n,n_undefined,rank_low,rank_high\n");
    for (size_t k = 0; k < board->metrics.n; k++) {
        for (size_t r = 0; r < board->n_rows; r++) {
            const struct attune_standing *s = attune_board_cell(board, k, r);
            if (!s->present) {
                continue;
            }
            attune_buf_add_csv(out, board->rows[r].name);
            attune_buf_add(out, ",");
            attune_buf_add_csv(out, board->rows[r].method);
            attune_buf_add(out, ",");
            attune_buf_add_csv(out, board->metrics.items[k].name);
            csv_value(out, s->mean);
            csv_value(out, s->ci_low);
            csv_value(out, s->ci_high);
            attune_buf_addf(out, ",%lld,%lld", (long long)s->n, (long long)s->n_undefined);
            csv_rank(out, s->rank_low);
            csv_rank(out, s->rank_high);
            attune_buf_add(out, "\n");
        }
    }
}

static void json_text(struct attune_buf *out, const char *key, const char *text)
{
    attune_buf_addf(out, "\"%s\": ", key);
    if (text) {
        attune_buf_add_json(out, text);
    } else {
        attune_buf_add(out, "null");
    }
    attune_buf_add(out, ", ");
}

static void json_double(struct attune_buf *out, const char *key, double value)
{
    attune_buf_addf(out, "\"%s\": ", key);
    attune_buf_add_double(out, value);
    attune_buf_add(out, ", ");
}

static void json_rank(struct attune_buf *out, const char *key, int64_t rank, const char *end)
{
    if (rank > 0) {
        attune_buf_addf(out, "\"%s\": %lld%s", key, (long long)rank, end);
    } else {
        attune_buf_addf(out, "\"%s\": null%s", key, end);
    }
}

void attune_board_json(const struct attune_board *board, struct attune_buf *out)
{
    attune_buf_addf(out, "{\"run\": %lld, ", (long long)board->run->id);
    json_text(out, "suite", board->run->name);
    attune_buf_addf(out, "\"finished\": %s, \"n_prompts\": %zu, \"n_seeds\": %zu,\n \"metrics\": [",
                    board->run->ended ? "true" : "false", board->n_prompts, board->n_seeds);
    for (size_t k = 0; k < board->metrics.n; k++) {
        const struct attune_metric_info *m = &board->metrics.items[k];
        attune_buf_add(out, k ? ",\n  {" : "\n  {");
        json_text(out, "id", m->name);
        json_text(out, "title", m->title);
        json_text(out, "unit", m->unit);
        json_text(out, "direction", m->direction);
        attune_buf_addf(out, "\"version\": %d}", m->version);
    }
    attune_buf_add(out, "],\n \"leaderboard\": [");
    bool first = true;
    for (size_t k = 0; k < board->metrics.n; k++) {
        for (size_t r = 0; r < board->n_rows; r++) {
            const struct attune_standing *s = attune_board_cell(board, k, r);
            const struct attune_board_row *row = &board->rows[r];
            if (!s->present) {
                continue;
            }
            attune_buf_add(out, first ? "\n  {" : ",\n  {");
            first = false;
            json_text(out, "model", row->name);
            json_text(out, "method", row->method);
            json_text(out, "metric", board->metrics.items[k].name);
            json_double(out, "mean", s->mean);
            json_double(out, "ci_low", s->ci_low);
            json_double(out, "ci_high", s->ci_high);
            attune_buf_addf(out, "\"n\": %lld, \"n_undefined\": %lld, ", (long long)s->n,
                            (long long)s->n_undefined);
            if (s->note) {
                json_text(out, "note", s->note);
            }
            json_rank(out, "rank_low", s->rank_low, ", ");
            json_rank(out, "rank_high", s->rank_high, ", ");
            attune_buf_addf(
                out, "\"simulated\": %s, \"proxy\": %s}", row->simulated ? "true" : "false",
                attune_row_is_proxy(row, board->metrics.items[k].name) ? "true" : "false");
        }
    }
    attune_buf_add(out, "]}\n");
}
