#include "reports/table_compute.h"

#include <math.h>

#include "reports/equal_compute.h"
#include "reports/escape.h"

static const double multiples[] = {1, 4, 16, 64, 256, 1024};
enum { N_BUDGETS = sizeof multiples / sizeof *multiples };

/* Tokens of the cheapest piece, scored once. */
static double unit_cost(const struct attune_equal_compute *ec)
{
    double cheapest = INFINITY;
    for (size_t w = 0; w < ec->n_ways; w++) {
        for (size_t i = 0; i < ec->ways[w].n; i++) {
            cheapest = fmin(cheapest, ec->per_piece[ec->ways[w].rows[i]]);
        }
    }
    return cheapest + ATTUNE_REWARD_TOKENS;
}

static void add_columns(const struct attune_equal_compute *ec, double unit,
                        struct attune_sheet *sheet)
{
    attune_sheet_add_column(sheet, (struct attune_sheet_column){.title = "method", .id = "method"});
    for (size_t b = 0; b < N_BUDGETS; b++) {
        char title[48], id[48];
        const double budget = multiples[b] * unit;
        snprintf(title, sizeof title,
                 budget < 1e4 ? "\xe2\x89\xa4 %.0f tokens" : "\xe2\x89\xa4 %.0fk tokens",
                 budget < 1e4 ? budget : budget / 1e3);
        snprintf(id, sizeof id, "within_%.0f", multiples[b] * unit);
        attune_sheet_add_column(
            sheet, (struct attune_sheet_column){.title = attune_sheet_text(sheet, title),
                                                .id = attune_sheet_text(sheet, id),
                                                .direction = "up",
                                                .right = true,
                                                .n_decimals = 2});
    }
    static const struct attune_sheet_column costs[] = {
        {.title = "training", .unit = "tokens", .id = "training", .right = true},
        {.title = "per piece", .unit = "tokens", .id = "per_piece", .right = true},
        {.title = "overtakes at", .unit = "pieces", .id = "overtakes", .right = true},
    };
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        struct attune_sheet_column column = costs[i];
        column.group = 1;
        attune_sheet_add_column(sheet, column);
    }
}

/* The cell of a budget, marked where no paired test puts the model behind the best affordable. */
static void fill_budget(const struct attune_equal_compute *ec, const struct attune_way *way,
                        double budget, struct attune_sheet_cell *cell)
{
    const size_t row = attune_way_within(ec, way, budget);
    if (row == SIZE_MAX) {
        cell->kind = ATTUNE_SHEET_MISSING;
        return;
    }
    size_t first = row;
    for (size_t w = 0; w < ec->n_ways; w++) {
        const size_t other = attune_way_within(ec, &ec->ways[w], budget);
        first =
            other != SIZE_MAX && attune_gold(ec, other) > attune_gold(ec, first) ? other : first;
    }
    const struct attune_standing *s = attune_board_cell(ec->board, ec->metric, row);
    const struct attune_standing *top = attune_board_cell(ec->board, ec->metric, first);
    *cell = (struct attune_sheet_cell){
        .kind = ATTUNE_SHEET_NUMBER,
        .value = s->mean,
        .low = s->ci_low,
        .high = s->ci_high,
        .marks = row == first || (s->rank_low > 0 && s->rank_low <= top->rank_low)
                     ? ATTUNE_MARK_BEST
                     : 0};
    if (attune_row_is_proxy(&ec->board->rows[row], ec->board->metrics.items[ec->metric].name)) {
        cell->marks |= ATTUNE_MARK_PROXY;
    }
}

static void fill_number(struct attune_sheet_cell *cell, double value)
{
    *cell = (struct attune_sheet_cell){.kind = isfinite(value) ? ATTUNE_SHEET_NUMBER
                                                               : ATTUNE_SHEET_MISSING,
                                       .value = value,
                                       .low = NAN,
                                       .high = NAN};
}

static void fill_row(const struct attune_equal_compute *ec, const struct attune_way *way,
                     double unit, const struct attune_way *search, struct attune_sheet *sheet,
                     struct attune_sheet_cell *cell)
{
    struct attune_buf name = ATTUNE_BUF_INIT;
    attune_buf_add(&name, way->name);
    if (way->n > 1) {
        attune_buf_addf(&name, " (%zu)", way->n);
    }
    cell->kind = ATTUNE_SHEET_TEXT;
    cell->text = attune_sheet_text(sheet, attune_buf_text(&name));
    cell->marks = ec->board->rows[way->best].simulated ? ATTUNE_MARK_SIMULATED : 0;
    attune_buf_release(&name);
    for (size_t b = 0; b < N_BUDGETS; b++) {
        fill_budget(ec, way, multiples[b] * unit, ++cell);
    }
    fill_number(++cell, ec->training[way->best]);
    fill_number(++cell, ec->per_piece[way->best]);
    struct attune_crossing crossing;
    cell++;
    if (way->trained && search && attune_crossing_find(ec, way->best, search, &crossing)) {
        fill_number(cell, crossing.pieces);
        if (crossing.above) {
            cell->note =
                attune_sheet_note(sheet, "above all its settings; cheaper than the largest "
                                         "from here on");
        }
    }
}

static void add_notes(const struct attune_equal_compute *ec, const struct attune_way *search,
                      struct attune_sheet *sheet)
{
    char text[300];
    snprintf(text, sizeof text,
             "best of a method's models within a budget per piece (how many in brackets); training "
             "spread over %.0f pieces, a reward call counts as %g tokens",
             ec->served, ATTUNE_REWARD_TOKENS);
    attune_sheet_note(sheet, text);
    if (search) {
        snprintf(text, sizeof text,
                 "overtakes: pieces from which the best model of the method is cheaper than %.80s "
                 "at the same mean",
                 search->name);
        attune_sheet_note(sheet, text);
    }
}

enum attune_code attune_compute_sheet(const struct attune_table_source *source,
                                      struct attune_sheet *sheet, struct attune_err *err)
{
    const struct attune_board *board = source->board;
    struct attune_equal_compute ec = {0};
    size_t *rows = attune_alloc(board->n_rows, sizeof *rows);
    size_t *index = attune_alloc(board->metrics.n, sizeof *index);
    enum attune_code code = ATTUNE_OK;
    if (!rows || !index) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
        goto out;
    }
    const bool asked =
        source->spec->metrics && attune_board_named(board, source->spec->metrics, index) > 0;
    const size_t metric = asked ? index[0] : attune_gold_metric(board, index);
    attune_board_order(board, metric, rows);
    code = attune_equal_compute_read(&ec, board, metric, rows, board->n_rows, ATTUNE_SERVED,
                                     ATTUNE_REWARD_TOKENS, err);
    if (code) {
        goto out;
    }
    char caption[300];
    snprintf(caption, sizeof caption, "%.80s: %.120s within a budget of tokens per piece",
             board->run->name, board->metrics.items[metric].title);
    sheet->caption = attune_sheet_text(sheet, caption);
    attune_board_origin(board, sheet);
    const double unit = unit_cost(&ec);
    const struct attune_way *search = attune_way_search(&ec);
    add_columns(&ec, unit, sheet);
    for (size_t i = 0; i < board->n_rows; i++) { /* by the best of each method */
        for (size_t w = 0; w < ec.n_ways; w++) {
            struct attune_sheet_cell *cells =
                ec.ways[w].best == rows[i] ? attune_sheet_add_row(sheet) : NULL;
            if (cells) {
                fill_row(&ec, &ec.ways[w], unit, search, sheet, cells);
            }
        }
    }
    add_notes(&ec, search, sheet);
out:
    attune_equal_compute_release(&ec);
    attune_release(rows);
    attune_release(index);
    return code;
}
