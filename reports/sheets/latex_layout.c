/* Fitting a table to a page. */
#include "reports/sheets/latex_layout.h"

#include <math.h>

#include "base/text.h"

/* Widths of Computer Modern in points: text and digits at \small (9 pt), intervals at \scriptsize
 * (7 pt); brackets and comma of an interval together. */
static const double digit_pt = 4.65, point_pt = 2.6, arrow_pt = 8.0;
static const double small_digit_pt = 3.95, small_point_pt = 2.3, brackets_pt = 9.6;

static double text_width(const char *text)
{
    double width = 0.0;
    size_t n = 1;
    for (; *text; text += n) {
        n = attune_utf8_step(text);
        n = n ? n : 1;
        width += n > 2                                   ? 8 * digit_pt /* as <U+65E5> */
                 : strchr("fijlrt.,:;'!|()[]-I ", *text) ? 3.2
                 : strchr("mwMW%@", *text)               ? 7.4
                 : *text >= 'A' && *text <= 'Z'          ? 6.5
                                                         : 4.6;
    }
    return width;
}

size_t attune_title_break(const char *title)
{
    const long n = (long)strlen(title);
    long best = 0;
    for (long i = 1; i < n; i++) {
        if (title[i] == ' ' && (best == 0 || labs(2 * i - n) < labs(2 * best - n))) {
            best = i;
        }
    }
    return (size_t)best;
}

static double number_width(const struct attune_sheet_column *column, double value, double digit,
                           double point)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_cell_number(&text, column, value);
    const char *s = attune_buf_text(&text);
    const bool fraction = strchr(s, '.') != NULL;
    const double width = (double)(strlen(s) - fraction) * digit + (fraction ? point : 0.0);
    attune_buf_release(&text);
    return width;
}

static double cell_width(const struct attune_sheet_column *column,
                         const struct attune_sheet_cell *cell)
{
    if (cell->kind == ATTUNE_SHEET_TEXT) {
        return text_width(cell->text);
    }
    if (cell->kind != ATTUNE_SHEET_NUMBER) {
        return 2.0 * digit_pt;
    }
    double width = number_width(column, cell->value, digit_pt, point_pt);
    if (!isnan(cell->low) && !column->compact) {
        width = fmax(width, number_width(column, cell->low, small_digit_pt, small_point_pt) +
                                number_width(column, cell->high, small_digit_pt, small_point_pt) +
                                brackets_pt);
    }
    return width;
}

static double header_width(const struct attune_sheet_column *column)
{
    const size_t cut = attune_title_break(column->title);
    struct attune_buf first = ATTUNE_BUF_INIT;
    attune_buf_add_bytes(&first, column->title, cut);
    const bool arrow = column->direction && strcmp(column->direction, "none") != 0;
    const bool unit = column->unit[0] && strcmp(column->unit, "1") != 0;
    const double last = text_width(column->title + cut + (cut > 0)) + (arrow ? arrow_pt : 0.0) +
                        (unit ? text_width(column->unit) + text_width(" ()") : 0.0);
    const double width = fmax(text_width(attune_buf_text(&first)), last);
    attune_buf_release(&first);
    return width;
}

static double column_width(const struct attune_sheet *sheet, size_t c)
{
    double width = header_width(&sheet->columns[c]);
    for (size_t r = 0; r < sheet->n_rows; r++) {
        width =
            fmax(width, cell_width(&sheet->columns[c], &sheet->cells[r * sheet->n_columns + c]));
    }
    return width + 2.0 * ATTUNE_LATEX_GAP_PT;
}

/* First column of the next group. */
static size_t group_end(const struct attune_sheet *sheet, size_t first)
{
    size_t end = first + 1;
    while (end < sheet->n_columns && sheet->columns[end].group == sheet->columns[first].group) {
        end++;
    }
    return end;
}

static double sum(const double *width, size_t first, size_t end)
{
    double total = 0.0;
    for (size_t c = first; c < end; c++) {
        total += width[c];
    }
    return total;
}

/* Cuts columns first .. end - 1 into as few blocks as hold them, of about equal width. */
static size_t cut_group(const double *width, size_t first, size_t end,
                        struct attune_latex_block *blocks)
{
    const double room = ATTUNE_LATEX_PAGE_PT - width[0];
    const double total = sum(width, first, end);
    size_t n = 0;
    for (double share = total / ceil(total / room); first < end;) {
        const size_t start = first;
        double used = 0.0;
        while (first < end && (first == start || used + width[first] <= room) &&
               (first == start || used + 0.5 * width[first] <= share)) {
            used += width[first++];
        }
        blocks[n++] = (struct attune_latex_block){start, first, used + width[0]};
    }
    return n;
}

size_t attune_latex_layout(const struct attune_sheet *sheet, struct attune_latex_block *blocks)
{
    double *width = attune_alloc(sheet->n_columns, sizeof *width);
    if (!width) {
        return 0;
    }
    for (size_t c = 0; c < sheet->n_columns; c++) {
        width[c] = column_width(sheet, c);
    }
    const double total = sum(width, 0, sheet->n_columns);
    size_t n = 0;
    if (total <= ATTUNE_LATEX_PAGE_PT || sheet->n_columns < 3) {
        blocks[n++] = (struct attune_latex_block){0, sheet->n_columns, total};
    } else {
        for (size_t first = 1, end; first < sheet->n_columns; first = end) {
            end = group_end(sheet, first);
            n += cut_group(width, first, end, blocks + n);
        }
    }
    attune_release(width);
    return n;
}

bool attune_latex_has_interval(const struct attune_sheet *sheet, size_t row, size_t column)
{
    const struct attune_sheet_cell *cell = &sheet->cells[row * sheet->n_columns + column];
    return cell->kind == ATTUNE_SHEET_NUMBER && !isnan(cell->low) &&
           !sheet->columns[column].compact;
}

double attune_latex_row_pt(const struct attune_sheet *sheet, const struct attune_latex_block *block)
{
    for (size_t r = 0; r < sheet->n_rows; r++) {
        for (size_t c = block->first; c < block->end; c++) {
            if (attune_latex_has_interval(sheet, r, c)) {
                return 23.5;
            }
        }
    }
    return 11.5;
}
