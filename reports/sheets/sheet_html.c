/* A table as an HTML element. Cells carry their full value in data-v for sorting; nothing needs
 * a script to be read. */
#include <math.h>

#include "reports/escape.h"
#include "reports/sheets/sheet.h"

static void add_cell(struct attune_buf *out, const struct attune_sheet_column *column,
                     const struct attune_sheet_cell *cell, bool first)
{
    attune_buf_add(out, first ? "<th scope=\"row\"" : "<td");
    if (cell->kind == ATTUNE_SHEET_NUMBER) {
        attune_buf_add(out, " data-v=\"");
        attune_buf_add_double(out, cell->value);
        attune_buf_add(out, "\"");
    }
    const char *class = cell->marks & ATTUNE_MARK_BEST   ? " best"
                        : cell->marks & ATTUNE_MARK_GOOD ? " good"
                        : cell->marks & ATTUNE_MARK_BAD  ? " bad"
                                                         : "";
    attune_buf_addf(out, " class=\"%s%s\">", column->right ? "n" : "t", class);
    switch (cell->kind) {
    case ATTUNE_SHEET_EMPTY:
        break;
    case ATTUNE_SHEET_TEXT:
        attune_escape_html(out, cell->text);
        break;
    case ATTUNE_SHEET_MISSING:
        attune_buf_add(out, "&ndash;");
        break;
    case ATTUNE_SHEET_NUMBER:
        attune_buf_add(out, cell->marks & ATTUNE_MARK_BEST     ? "<b>"
                            : cell->marks & ATTUNE_MARK_SECOND ? "<u>"
                                                               : "");
        attune_cell_number(out, column, cell->value);
        attune_buf_add(out, cell->marks & ATTUNE_MARK_BEST     ? "</b>"
                            : cell->marks & ATTUNE_MARK_SECOND ? "</u>"
                                                               : "");
        if (!isnan(cell->low)) {
            attune_buf_add(out, " <small>[");
            attune_cell_number(out, column, cell->low);
            attune_buf_add(out, ", ");
            attune_cell_number(out, column, cell->high);
            attune_buf_add(out, "]</small>");
        }
        break;
    }
    attune_buf_add(out, cell->marks & ATTUNE_MARK_PROXY
                            ? "<abbr title=\"optimised or selected on this metric\">&deg;</abbr>"
                            : "");
    attune_buf_add(out, cell->marks & ATTUNE_MARK_SIMULATED ? " <em>simulated</em>" : "");
    if (cell->note) {
        attune_buf_addf(out, "<sup>%u</sup>", cell->note);
    }
    attune_buf_add(out, first ? "</th>" : "</td>");
}

void attune_sheet_html(struct attune_buf *out, struct attune_sheet *sheet, const char *id)
{
    attune_sheet_round(sheet);
    attune_buf_addf(out, "<table id=\"%s\" class=\"sortable\">\n<caption>", id);
    attune_escape_html(out, sheet->caption);
    attune_buf_add(out, "</caption>\n<thead><tr>");
    for (size_t c = 0; c < sheet->n_columns; c++) {
        const struct attune_sheet_column *column = &sheet->columns[c];
        attune_buf_addf(out, "<th scope=\"col\" class=\"%s\" data-dir=\"%s\" title=\"",
                        column->right ? "n" : "t", column->direction ? column->direction : "");
        attune_escape_html(out, column->id);
        attune_buf_add(out, "\">");
        attune_escape_html(out, column->title);
        if (column->direction && strcmp(column->direction, "none") != 0) {
            attune_buf_add(out, "&nbsp;");
            attune_column_arrow(out, column);
        }
        if (column->unit[0] && strcmp(column->unit, "1") != 0) {
            attune_buf_add(out, " <small>");
            attune_escape_html(out, column->unit);
            attune_buf_add(out, "</small>");
        }
        attune_buf_add(out, "</th>");
    }
    attune_buf_add(out, "</tr></thead>\n<tbody>\n");
    for (size_t r = 0; r < sheet->n_rows; r++) {
        attune_buf_add(out, "<tr>");
        for (size_t c = 0; c < sheet->n_columns; c++) {
            add_cell(out, &sheet->columns[c], &sheet->cells[r * sheet->n_columns + c], c == 0);
        }
        attune_buf_add(out, "</tr>\n");
    }
    attune_buf_add(out, "</tbody>\n</table>\n");
    for (size_t i = 0; i < sheet->n_notes; i++) {
        attune_buf_addf(out, "<p class=\"note\"><sup>%zu</sup> ", i + 1);
        attune_escape_html(out, sheet->notes[i]);
        attune_buf_add(out, "</p>\n");
    }
}
