/* A table for people: columns, rows of cells, footnotes; written as terminal text, Markdown, LaTeX,
 * HTML or CSV by the functions at the end. What a cell means is said once here, how it looks once
 * per format.
 *
 * All strings are copied into the sheet. An allocation that fails is remembered (`failed`) and
 * checked by the writers.
 */
#ifndef ATTUNE_REPORTS_SHEET_H
#define ATTUNE_REPORTS_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

enum attune_cell_kind {
    ATTUNE_SHEET_EMPTY, /* nothing belongs here */
    ATTUNE_SHEET_TEXT,
    ATTUNE_SHEET_NUMBER,  /* value, and an interval where low and high are numbers */
    ATTUNE_SHEET_MISSING, /* a number belongs here, but there is none: printed as a dash with its
                             note */
};

enum attune_cell_mark {
    ATTUNE_MARK_BEST = 1 << 0,   /* best, or not separable from the best */
    ATTUNE_MARK_SECOND = 1 << 1, /* next after those */
    ATTUNE_MARK_PROXY = 1 << 2,  /* the model was optimised or selected on this metric */
    ATTUNE_MARK_SIMULATED = 1 << 3,
    ATTUNE_MARK_GOOD = 1 << 4, /* verdicts: coloured on a terminal and on the page */
    ATTUNE_MARK_BAD = 1 << 5,
    ATTUNE_MARK_ABOVE = 1 << 6, /* better than the table's baseline, by a paired test */
    ATTUNE_MARK_BELOW = 1 << 7, /* worse */
};

struct attune_sheet_cell {
    enum attune_cell_kind kind;
    const char *text;
    double value, low, high;
    unsigned marks;
    unsigned note; /* index + 1 of a footnote; 0: none */
};

struct attune_sheet_column {
    const char *title, *unit,
        *id;               /* unit "" where none is to be shown; id: the metric's, may be NULL */
    const char *direction; /* "up", "down", "target", "none" or NULL for columns without one */
    double target;
    bool right;     /* right-aligned */
    int n_decimals; /* of numbers; -1: chosen from the column (attune_sheet_round) */
    bool sign;      /* a plus before positive numbers: differences */
    bool compact;   /* interval left out where the format has little room */
    int group;      /* columns that belong together; wide tables are cut between groups */
};

struct attune_sheet {
    struct attune_arena arena;
    /* origin: how the table was made, kept as a comment; label: LaTeX's, letters, digits, ':-' */
    const char *caption, *origin, *label;
    struct attune_sheet_column *columns; /* (n_columns,) */
    struct attune_sheet_cell *cells;     /* (n_rows, n_columns) */
    const char **notes;                  /* (n_notes,) */
    size_t n_columns, n_rows, n_notes, capacity_columns, capacity_cells, capacity_notes;
    bool failed;
};

#define ATTUNE_SHEET_INIT {.caption = "", .origin = "", .label = ""}

void attune_sheet_release(struct attune_sheet *sheet);

/* A copy of text that lives as long as the sheet ("" when out of memory). */
const char *attune_sheet_text(struct attune_sheet *sheet, const char *text);

/* All columns are added before the first row. */
void attune_sheet_add_column(struct attune_sheet *sheet, struct attune_sheet_column column);

/* A new row of empty cells. Returns its first cell, valid until the next row is added; NULL when
 * out of memory. */
struct attune_sheet_cell *attune_sheet_add_row(struct attune_sheet *sheet);

/* The footnote's number for a cell's note; equal texts share one. */
unsigned attune_sheet_note(struct attune_sheet *sheet, const char *text);

/* Settles n_decimals of columns that left it open: two significant digits of the typical half
 * interval, else four of the largest number. The writers call it. */
void attune_sheet_round(struct attune_sheet *sheet);

/* Half the interval, or NaN. */
double attune_cell_half(const struct attune_sheet_cell *cell);

/* The number as decimals, with a sign where the column asks for one; U+2212 is left to the
 * writers. */
void attune_cell_number(struct attune_buf *out, const struct attune_sheet_column *column,
                        double value);

/* "" or the arrow of a column's direction in UTF-8: up, down, or "=0" for a target. */
void attune_column_arrow(struct attune_buf *out, const struct attune_sheet_column *column);

/* width: columns of the terminal; wider tables are cut into blocks that repeat the first column.
 * color: escape codes for bold, underline and verdicts; without them the best are starred. */
void attune_sheet_terminal(struct attune_buf *out, struct attune_sheet *sheet, size_t width,
                           bool color);
void attune_sheet_markdown(struct attune_buf *out, struct attune_sheet *sheet);

/* A table environment (booktabs, siunitx) that compiles as it is and can be \input into a paper. */
void attune_sheet_latex(struct attune_buf *out, struct attune_sheet *sheet);

/* A <table> element; id: its element id. */
void attune_sheet_html(struct attune_buf *out, struct attune_sheet *sheet, const char *id);

/* RFC 4180, numbers in full; intervals as two further columns. */
void attune_sheet_csv(struct attune_buf *out, struct attune_sheet *sheet);

/* An array of objects, one per row, keyed by column ids (titles where there is no id). */
void attune_sheet_json(struct attune_buf *out, struct attune_sheet *sheet);

/* By name of the format: "table", "markdown", "latex", "html", "csv" or "json". */
enum attune_code attune_sheet_write(struct attune_buf *out, struct attune_sheet *sheet,
                                    const char *format, size_t width, bool color,
                                    struct attune_err *err);

#endif
