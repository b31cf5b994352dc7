/* Tables for people: building them. */
#include "reports/sheets/sheet.h"

#include <math.h>

#include "metrics/stats/order.h"

void attune_sheet_release(struct attune_sheet *sheet)
{
    attune_arena_release(&sheet->arena);
    attune_release(sheet->columns);
    attune_release(sheet->cells);
    attune_release((void *)sheet->notes);
    *sheet = (struct attune_sheet)ATTUNE_SHEET_INIT;
}

const char *attune_sheet_text(struct attune_sheet *sheet, const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = attune_arena_alloc(&sheet->arena, n, 1);
    if (!copy) {
        sheet->failed = true;
        return "";
    }
    memcpy(copy, text, n);
    return copy;
}

void attune_sheet_add_column(struct attune_sheet *sheet, struct attune_sheet_column column)
{
    if (!attune_grow((void **)&sheet->columns, &sheet->capacity_columns, sheet->n_columns,
                     sizeof *sheet->columns)) {
        sheet->failed = true;
        return;
    }
    column.title = attune_sheet_text(sheet, column.title);
    column.unit = attune_sheet_text(sheet, column.unit ? column.unit : "");
    column.id = column.id ? attune_sheet_text(sheet, column.id) : column.title;
    column.direction = column.direction ? attune_sheet_text(sheet, column.direction) : NULL;
    sheet->columns[sheet->n_columns++] = column;
}

struct attune_sheet_cell *attune_sheet_add_row(struct attune_sheet *sheet)
{
    const size_t first = sheet->n_rows * sheet->n_columns;
    for (size_t c = 0; c < sheet->n_columns; c++) {
        if (sheet->failed || !attune_grow((void **)&sheet->cells, &sheet->capacity_cells, first + c,
                                          sizeof *sheet->cells)) {
            sheet->failed = true;
            return NULL;
        }
        sheet->cells[first + c] = (struct attune_sheet_cell){.low = NAN, .high = NAN};
    }
    sheet->n_rows++;
    return sheet->cells + first;
}

unsigned attune_sheet_note(struct attune_sheet *sheet, const char *text)
{
    for (size_t i = 0; i < sheet->n_notes; i++) {
        if (strcmp(sheet->notes[i], text) == 0) {
            return (unsigned)i + 1;
        }
    }
    if (!attune_grow((void **)&sheet->notes, &sheet->capacity_notes, sheet->n_notes,
                     sizeof *sheet->notes)) {
        sheet->failed = true;
        return 0;
    }
    sheet->notes[sheet->n_notes++] = attune_sheet_text(sheet, text);
    return (unsigned)sheet->n_notes;
}

double attune_cell_half(const struct attune_sheet_cell *cell)
{
    return 0.5 * (cell->high - cell->low);
}

/* Decimals that show n significant digits of x. */
static int decimals_for(double x, int n_digits)
{
    if (!(x > 0.0) || !isfinite(x)) {
        return 0;
    }
    const int decimals = n_digits - 1 - (int)floor(log10(x));
    return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

static int column_decimals(const struct attune_sheet *sheet, size_t column, double *half)
{
    double largest = 0.0;
    size_t n = 0;
    bool whole = true;
    for (size_t r = 0; r < sheet->n_rows; r++) {
        const struct attune_sheet_cell *cell = &sheet->cells[r * sheet->n_columns + column];
        if (cell->kind != ATTUNE_SHEET_NUMBER) {
            continue;
        }
        largest = fmax(largest, fabs(cell->value));
        whole = whole && cell->value == floor(cell->value);
        if (attune_cell_half(cell) > 1e-9 * fabs(cell->value)) { /* less is rounding */
            half[n++] = attune_cell_half(cell);
        }
    }
    if (n > 0) {
        return decimals_for(attune_select(half, n, n / 2), 2);
    }
    return whole ? 0 : decimals_for(largest, 4);
}

void attune_sheet_round(struct attune_sheet *sheet)
{
    double *half = attune_alloc(sheet->n_rows, sizeof *half);
    if (!half) {
        sheet->failed = true;
        return;
    }
    for (size_t c = 0; c < sheet->n_columns; c++) {
        if (sheet->columns[c].n_decimals < 0) {
            sheet->columns[c].n_decimals = column_decimals(sheet, c, half);
        }
    }
    attune_release(half);
}

void attune_cell_number(struct attune_buf *out, const struct attune_sheet_column *column,
                        double value)
{
    char text[400];
    snprintf(text, sizeof text, column->sign ? "%+.*f" : "%.*f", column->n_decimals, value);
    /* A negative number that rounds to zero is zero. */
    const bool zero = strspn(text, "+-0.") == strlen(text);
    attune_buf_add(out, zero && (*text == '-' || *text == '+') ? text + 1 : text);
}

void attune_column_arrow(struct attune_buf *out, const struct attune_sheet_column *column)
{
    if (!column->direction) {
        return;
    }
    if (strcmp(column->direction, "up") == 0) {
        attune_buf_add(out, "\xe2\x86\x91");
    } else if (strcmp(column->direction, "down") == 0) {
        attune_buf_add(out, "\xe2\x86\x93");
    } else if (strcmp(column->direction, "target") == 0) {
        attune_buf_addf(out, "=%g", column->target);
    }
}

enum attune_code attune_sheet_write(struct attune_buf *out, struct attune_sheet *sheet,
                                    const char *format, size_t width, bool color,
                                    struct attune_err *err)
{
    if (strcmp(format, "table") == 0) {
        attune_sheet_terminal(out, sheet, width, color);
    } else if (strcmp(format, "markdown") == 0) {
        attune_sheet_markdown(out, sheet);
    } else if (strcmp(format, "latex") == 0) {
        attune_sheet_latex(out, sheet);
    } else if (strcmp(format, "html") == 0) {
        attune_sheet_html(out, sheet, "attune-table");
    } else if (strcmp(format, "csv") == 0) {
        attune_sheet_csv(out, sheet);
    } else if (strcmp(format, "json") == 0) {
        attune_sheet_json(out, sheet);
    } else {
        return attune_fail(err, ATTUNE_E_USAGE, "no format '%s'", format);
    }
    return sheet->failed || out->failed
               ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table")
               : ATTUNE_OK;
}
