#include "reports/table_tax.h"

#include <math.h>

#include "reports/tax.h"

enum { MOST = 12 };

static void add_columns(const struct attune_board *board, const struct attune_tax *tax,
                        struct attune_sheet *sheet)
{
    attune_sheet_add_column(sheet, (struct attune_sheet_column){.title = "model", .id = "model"});
    for (size_t k = 0; k < tax->n_metrics; k++) {
        const struct attune_metric_info *m = &board->metrics.items[tax->metrics[k]];
        attune_sheet_add_column(sheet, (struct attune_sheet_column){.title = m->title,
                                                                    .unit = m->unit,
                                                                    .id = m->name,
                                                                    .direction = m->direction,
                                                                    .target = m->target,
                                                                    .right = true,
                                                                    .sign = true,
                                                                    .n_decimals = -1});
    }
}

static void fill(const struct attune_tax_cell *tax, struct attune_sheet *sheet,
                 struct attune_sheet_cell *cell)
{
    if (tax->state == ATTUNE_TAX_MEASURED) {
        *cell = (struct attune_sheet_cell){.kind = ATTUNE_SHEET_NUMBER,
                                           .value = tax->change,
                                           .low = tax->low,
                                           .high = tax->high,
                                           .marks = tax->verdict > 0   ? ATTUNE_MARK_ABOVE
                                                    : tax->verdict < 0 ? ATTUNE_MARK_BELOW
                                                                       : 0};
        return;
    }
    cell->kind = ATTUNE_SHEET_MISSING;
    cell->note =
        attune_sheet_note(sheet, tax->state == ATTUNE_TAX_OPTIMISED
                                     ? "trained or selected on it: no tax"
                                     : "fewer than two prompts with a value on both sides");
}

enum attune_code attune_tax_sheet(const struct attune_table_source *source,
                                  struct attune_sheet *sheet, struct attune_err *err)
{
    const struct attune_board *board = source->board;
    struct attune_tax tax = {0};
    enum attune_code code = ATTUNE_OK;
    size_t *index = attune_alloc(board->metrics.n, sizeof *index);
    size_t *rows = attune_alloc(board->n_rows, sizeof *rows);
    if (!index || !rows) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
        goto out;
    }
    for (size_t r = 0; r < board->n_rows; r++) {
        rows[r] = r;
    }
    const char *asked = source->spec->metrics;
    const size_t n =
        asked ? attune_board_named(board, asked, index) : attune_tax_metrics(board, index);
    code = attune_tax_read(&tax, board, source->store, rows, board->n_rows, index, n,
                           asked ? 0 : MOST, source->seed, source->n_threads, err);
    if (code) {
        goto out;
    }
    char text[300];
    snprintf(text, sizeof text, "%.80s: changes against the base over %zu prompts, 95 %% intervals",
             board->run->name, board->n_prompts);
    sheet->caption = attune_sheet_text(sheet, text);
    attune_board_origin(board, sheet);
    add_columns(board, &tax, sheet);
    for (size_t i = 0; i < tax.n_rows; i++) {
        struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
        if (!cells) {
            break;
        }
        const struct attune_board_row *row = &board->rows[tax.rows[i]];
        cells[0].kind = ATTUNE_SHEET_TEXT;
        cells[0].text = attune_sheet_text(sheet, row->name);
        cells[0].marks = row->simulated ? ATTUNE_MARK_SIMULATED : 0;
        for (size_t k = 0; k < tax.n_metrics; k++) {
            fill(&tax.cells[i * tax.n_metrics + k], sheet, &cells[k + 1]);
        }
    }
    snprintf(text, sizeof text,
             "+ better, - worse than the base (paired sign-change test, Holm over the model's "
             "metrics, 5 %%)");
    attune_sheet_note(sheet, text);
    if (tax.n_metrics < tax.n_considered) {
        snprintf(text, sizeof text,
                 "the %zu of %zu metrics that got worse, or else moved, for most models; Holm over "
                 "all %zu",
                 tax.n_metrics, tax.n_considered, tax.n_considered);
        attune_sheet_note(sheet, text);
    }
out:
    attune_tax_release(&tax);
    attune_release(index);
    attune_release(rows);
    return code;
}
