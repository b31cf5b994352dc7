/* Inside the room: fitting a table to a page. Widths are estimated from the text; a table wider
 * than a page's text block is cut into blocks of columns that stand below each other and repeat
 * the first column, at the borders of column groups where there are some. */
#ifndef ATTUNE_REPORTS_LATEX_LAYOUT_H
#define ATTUNE_REPORTS_LATEX_LAYOUT_H

#include "reports/sheets/sheet.h"

/* Room in LaTeX's article class at 10 pt (229 pt in one of two columns, 345 pt in one), less what
 * the estimate may err. */
#define ATTUNE_LATEX_COLUMN_PT 222.0
#define ATTUNE_LATEX_PAGE_PT 338.0
#define ATTUNE_LATEX_GAP_PT 4.0 /* \tabcolsep */

/* Columns first .. end - 1, with column 0 before them where first > 0. */
struct attune_latex_block {
    size_t first, end;
    double width_pt;
};

/* blocks (n_columns,); returns their number. 0 when out of memory. */
size_t attune_latex_layout(const struct attune_sheet *sheet, struct attune_latex_block *blocks);

/* Height of a table that leaves room for caption and notes on a page of the article class, of a
 * block's header with its rules, and of a row, with a line of intervals or without. */
#define ATTUNE_LATEX_FLOAT_PT 440.0
#define ATTUNE_LATEX_HEADER_PT 44.0
double attune_latex_row_pt(const struct attune_sheet *sheet,
                           const struct attune_latex_block *block);

/* Whether a cell has an interval to print. */
bool attune_latex_has_interval(const struct attune_sheet *sheet, size_t row, size_t column);

/* Where a title is broken in two: the space nearest to its middle; 0 where there is none. */
size_t attune_title_break(const char *title);

#endif
