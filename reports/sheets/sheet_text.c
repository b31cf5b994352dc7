/* Tables as Markdown, CSV and JSON. */
#include <math.h>

#include "reports/escape.h"
#include "reports/sheets/sheet.h"

static void markdown_cell(struct attune_buf *out, const struct attune_sheet_column *column,
                          const struct attune_sheet_cell *cell)
{
    const bool best = cell->marks & ATTUNE_MARK_BEST;
    const bool second = cell->marks & ATTUNE_MARK_SECOND;
    attune_buf_add(out, best ? "**" : second ? "<u>" : "");
    if (cell->kind == ATTUNE_SHEET_TEXT) {
        attune_escape_markdown(out, cell->text);
    } else if (cell->kind == ATTUNE_SHEET_NUMBER) {
        attune_cell_number(out, column, cell->value);
    } else if (cell->kind == ATTUNE_SHEET_MISSING) {
        attune_buf_add(out, "\xe2\x80\x93");
    }
    attune_buf_add(out, best ? "**" : second ? "</u>" : "");
    if (cell->kind == ATTUNE_SHEET_NUMBER && !isnan(cell->low) && !column->compact) {
        attune_buf_add(out, " [");
        attune_cell_number(out, column, cell->low);
        attune_buf_add(out, ", ");
        attune_cell_number(out, column, cell->high);
        attune_buf_add(out, "]");
    }
    attune_buf_add(out, cell->marks & ATTUNE_MARK_PROXY ? "\xc2\xb0" : "");
    attune_buf_add(out, cell->marks & ATTUNE_MARK_SIMULATED ? "\xe2\x80\xa0" : "");
    if (cell->marks & (ATTUNE_MARK_ABOVE | ATTUNE_MARK_BELOW)) {
        attune_buf_addf(out, " <sup>%s</sup>", cell->marks & ATTUNE_MARK_ABOVE ? "+" : "-");
    }
    if (cell->note) {
        attune_buf_addf(out, " <sup>%u</sup>", cell->note);
    }
}

/* A comment can't hold "--". */
static void add_comment(struct attune_buf *out, const char *text)
{
    attune_buf_add(out, "<!-- ");
    for (; *text; text++) {
        attune_buf_add_bytes(out, text, 1);
        attune_buf_add(out, *text == '-' && text[1] == '-' ? " " : "");
    }
    attune_buf_add(out, " -->\n");
}

void attune_sheet_markdown(struct attune_buf *out, struct attune_sheet *sheet)
{
    attune_sheet_round(sheet);
    if (sheet->origin[0]) {
        add_comment(out, sheet->origin);
    }
    if (sheet->caption[0]) {
        attune_escape_markdown(out, sheet->caption);
        attune_buf_add(out, "\n\n");
    }
    for (size_t c = 0; c < sheet->n_columns; c++) {
        const struct attune_sheet_column *column = &sheet->columns[c];
        attune_buf_add(out, "| ");
        attune_escape_markdown(out, column->title);
        if (column->direction && strcmp(column->direction, "none") != 0) {
            attune_buf_add(out, " ");
            attune_column_arrow(out, column);
        }
        if (column->unit[0] && strcmp(column->unit, "1") != 0) {
            attune_buf_add(out, " (");
            attune_escape_markdown(out, column->unit);
            attune_buf_add(out, ")");
        }
        attune_buf_add(out, " ");
    }
    attune_buf_add(out, "|\n");
    for (size_t c = 0; c < sheet->n_columns; c++) {
        attune_buf_add(out, sheet->columns[c].right ? "|---:" : "|:---");
    }
    attune_buf_add(out, "|\n");
    for (size_t r = 0; r < sheet->n_rows; r++) {
        for (size_t c = 0; c < sheet->n_columns; c++) {
            attune_buf_add(out, "| ");
            markdown_cell(out, &sheet->columns[c], &sheet->cells[r * sheet->n_columns + c]);
            attune_buf_add(out, " ");
        }
        attune_buf_add(out, "|\n");
    }
    for (size_t i = 0; i < sheet->n_notes; i++) {
        attune_buf_addf(out, "\n<sup>%zu</sup> ", i + 1);
        attune_escape_markdown(out, sheet->notes[i]);
        attune_buf_add(out, "\n");
    }
}

static bool has_interval(const struct attune_sheet *sheet, size_t column)
{
    for (size_t r = 0; r < sheet->n_rows; r++) {
        if (!isnan(sheet->cells[r * sheet->n_columns + column].low)) {
            return true;
        }
    }
    return false;
}

static void csv_number(struct attune_buf *out, double value)
{
    attune_buf_add(out, ",");
    if (!isnan(value)) {
        attune_buf_add_double(out, value);
    }
}

void attune_sheet_csv(struct attune_buf *out, struct attune_sheet *sheet)
{
    for (size_t c = 0; c < sheet->n_columns; c++) {
        attune_buf_add(out, c ? "," : "");
        attune_buf_add_csv(out, sheet->columns[c].id);
        if (has_interval(sheet, c)) {
            for (int side = 0; side < 2; side++) {
                struct attune_buf name = ATTUNE_BUF_INIT;
                attune_buf_addf(&name, "%s_ci_%s", sheet->columns[c].id, side ? "high" : "low");
                attune_buf_add(out, ",");
                attune_buf_add_csv(out, attune_buf_text(&name));
                attune_buf_release(&name);
            }
        }
    }
    attune_buf_add(out, "\n");
    for (size_t r = 0; r < sheet->n_rows; r++) {
        for (size_t c = 0; c < sheet->n_columns; c++) {
            const struct attune_sheet_cell *cell = &sheet->cells[r * sheet->n_columns + c];
            attune_buf_add(out, c ? "," : "");
            if (cell->kind == ATTUNE_SHEET_TEXT) {
                attune_buf_add_csv(out, cell->text);
            } else if (cell->kind == ATTUNE_SHEET_NUMBER) {
                attune_buf_add_double(out, cell->value);
            }
            if (has_interval(sheet, c)) {
                csv_number(out, cell->low);
                csv_number(out, cell->high);
            }
        }
        attune_buf_add(out, "\n");
    }
}

static void json_member(struct attune_buf *out, const char *name, const char *suffix, bool first)
{
    struct attune_buf key = ATTUNE_BUF_INIT;
    attune_buf_addf(&key, "%s%s", name, suffix);
    attune_buf_add(out, first ? "" : ", ");
    attune_buf_add_json(out, attune_buf_text(&key));
    attune_buf_add(out, ": ");
    attune_buf_release(&key);
}

void attune_sheet_json(struct attune_buf *out, struct attune_sheet *sheet)
{
    attune_buf_add(out, "[");
    for (size_t r = 0; r < sheet->n_rows; r++) {
        attune_buf_add(out, r ? ",\n  {" : "\n  {");
        for (size_t c = 0; c < sheet->n_columns; c++) {
            const struct attune_sheet_cell *cell = &sheet->cells[r * sheet->n_columns + c];
            const char *id = sheet->columns[c].id;
            json_member(out, id, "", c == 0);
            if (cell->kind == ATTUNE_SHEET_TEXT) {
                attune_buf_add_json(out, cell->text);
            } else {
                attune_buf_add_double(out, cell->kind == ATTUNE_SHEET_NUMBER ? cell->value : NAN);
            }
            if (has_interval(sheet, c)) {
                json_member(out, id, "_ci_low", false);
                attune_buf_add_double(out, cell->low);
                json_member(out, id, "_ci_high", false);
                attune_buf_add_double(out, cell->high);
            }
        }
        attune_buf_add(out, "}");
    }
    attune_buf_add(out, sheet->n_rows ? "\n]\n" : "]\n");
}
