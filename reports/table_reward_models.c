/* A row per reward or scorer: the models that it puts first, how many no paired test separates from
 * them, and Kendall's tau-b between its order of the models' means and that by each pillar. A
 * reward that agrees with no pillar measures something else, or was optimised. */
#include "reports/table_reward_models.h"

#include <math.h>

#include "metrics/stats/kendall.h"

enum { N_FIXED = 4 }; /* columns before those of the pillars */
static const char rewards[] = "reward.*,scorer.*", others[] = "pillar.*";

/* Means turned so that more is better, of the models that have both. Returns their number. */
static size_t common_means(const struct attune_board *board, size_t a, size_t b, double *x,
                           double *y)
{
    size_t n = 0;
    for (size_t r = 0; r < board->n_rows; r++) {
        const struct attune_standing *s = attune_board_cell(board, a, r);
        const struct attune_standing *t = attune_board_cell(board, b, r);
        if (s->present && t->present && !isnan(s->mean) && !isnan(t->mean)) {
            const bool down_a = strcmp(board->metrics.items[a].direction, "down") == 0;
            const bool down_b = strcmp(board->metrics.items[b].direction, "down") == 0;
            x[n] = down_a ? -s->mean : s->mean;
            y[n++] = down_b ? -t->mean : t->mean;
        }
    }
    return n;
}

static void add_columns(const struct attune_board *board, struct attune_sheet *sheet)
{
    attune_sheet_add_column(sheet, (struct attune_sheet_column){.title = "reward", .id = "reward"});
    attune_sheet_add_column(sheet,
                            (struct attune_sheet_column){.title = "ranks first", .id = "first"});
    attune_sheet_add_column(sheet, (struct attune_sheet_column){
                                       .title = "not separated", .id = "n_first", .right = true});
    attune_sheet_add_column(sheet, (struct attune_sheet_column){
                                       .title = "optimised on", .id = "n_proxy", .right = true});
    for (size_t k = 0; k < board->metrics.n; k++) {
        const struct attune_metric_info *m = &board->metrics.items[k];
        if (attune_glob_list(others, m->name)) {
            struct attune_buf title = ATTUNE_BUF_INIT;
            attune_buf_addf(&title, "\xcf\x84 with %s", m->title);
            attune_sheet_add_column(sheet,
                                    (struct attune_sheet_column){.title = attune_buf_text(&title),
                                                                 .id = m->name,
                                                                 .right = true,
                                                                 .sign = true,
                                                                 .n_decimals = 2,
                                                                 .group = 1});
            attune_buf_release(&title);
        }
    }
}

static void fill_row(const struct attune_board *board, size_t metric, const size_t *order,
                     double *x, double *y, struct attune_sheet *sheet,
                     struct attune_sheet_cell *cells)
{
    const struct attune_metric_info *m = &board->metrics.items[metric];
    size_t n_best = 0, n_proxy = 0;
    for (size_t r = 0; r < board->n_rows; r++) {
        n_best += attune_standing_is_best(board, metric, r);
        n_proxy += attune_row_is_proxy(&board->rows[r], m->name);
    }
    cells[0] = (struct attune_sheet_cell){.kind = ATTUNE_SHEET_TEXT,
                                          .text = attune_sheet_text(sheet, m->title)};
    cells[1] = (struct attune_sheet_cell){
        .kind = ATTUNE_SHEET_TEXT, .text = attune_sheet_text(sheet, board->rows[order[0]].name)};
    const double counts[] = {(double)n_best, (double)n_proxy};
    for (size_t i = 0; i < 2; i++) {
        cells[2 + i].kind = ATTUNE_SHEET_NUMBER;
        cells[2 + i].value = counts[i];
    }
    for (size_t c = N_FIXED, k = 0; k < board->metrics.n; k++) {
        if (attune_glob_list(others, board->metrics.items[k].name)) {
            const size_t n = common_means(board, metric, k, x, y);
            cells[c].kind = n >= 3 ? ATTUNE_SHEET_NUMBER : ATTUNE_SHEET_MISSING;
            cells[c++].value = n >= 3 ? attune_kendall_tau_b(x, y, n, y + board->n_rows) : NAN;
        }
    }
}

enum attune_code attune_reward_models_sheet(const struct attune_table_source *source,
                                            struct attune_sheet *sheet, struct attune_err *err)
{
    const struct attune_board *board = source->board;
    char text[200];
    double *x = attune_alloc(board->n_rows, (2 + ATTUNE_KENDALL_SCRATCH(1)) * sizeof *x);
    size_t *order = attune_alloc(board->n_rows, sizeof *order);
    enum attune_code code = ATTUNE_OK;
    if (!x || !order) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
        goto out;
    }
    snprintf(text, sizeof text, "Rewards and scorers of %s over %zu models and %zu prompts",
             board->run->name, board->n_rows, board->n_prompts);
    sheet->caption = attune_sheet_text(sheet, text);
    attune_board_origin(board, sheet);
    add_columns(board, sheet);
    for (size_t k = 0; k < board->metrics.n; k++) {
        if (attune_glob_list(rewards, board->metrics.items[k].name)) {
            attune_board_order(board, k, order);
            struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
            if (!cells) {
                break;
            }
            fill_row(board, k, order, x, x + board->n_rows, sheet, cells);
        }
    }
    if (sheet->n_rows == 0 && !sheet->failed) {
        attune_fail(err, ATTUNE_E_USAGE, "run '%s' has neither rewards nor scorers",
                    board->run->name);
        attune_err_hint(err, "`scorers:` and `metrics: [reward.*]` in the suite");
        code = ATTUNE_E_USAGE;
    }
    attune_sheet_note(sheet, "not separated: models that no paired test separates from the first; "
                             "optimised on: models trained or selected on it");
    if (sheet->n_columns > N_FIXED) {
        attune_sheet_note(sheet,
                          "\xcf\x84: Kendall's tau-b between the orders of the models' means");
    }
out:
    attune_release(x);
    attune_release(order);
    return code || !sheet->failed ? code
                                  : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
}
