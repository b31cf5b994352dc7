/* A table on a terminal: aligned, cut into blocks where it is wider than the screen. */
#include <math.h>

#include "reports/escape.h"
#include "reports/sheets/sheet.h"

enum { MAX_HEADER_LINES = 4, GAP = 2 };

#define BOLD "\x1b[1m"
#define UNDERLINE "\x1b[4m"
#define DIM "\x1b[2m"
#define GREEN "\x1b[32m"
#define RED "\x1b[31m"
#define PLAIN "\x1b[0m"

/* What is left of a width; 0 where out of memory made the measured text shorter than the shown. */
static size_t rest(size_t width, size_t used)
{
    return width > used ? width - used : 0;
}

static void spaces(struct attune_buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        attune_buf_add(out, " ");
    }
}

/* What stands behind a number: '*' best (where bold can't say it), a degree sign for proxies,
 * footnotes. */
static void add_suffix(struct attune_buf *out, const struct attune_sheet_cell *cell, bool color)
{
    if ((cell->marks & ATTUNE_MARK_BEST) && !color) {
        attune_buf_add(out, "*");
    }
    if (cell->marks & (ATTUNE_MARK_ABOVE | ATTUNE_MARK_BELOW)) {
        attune_buf_add(out, cell->marks & ATTUNE_MARK_ABOVE ? "+" : "-");
    }
    if (cell->marks & ATTUNE_MARK_PROXY) {
        attune_buf_add(out, "\xc2\xb0");
    }
    if (cell->marks & ATTUNE_MARK_SIMULATED) {
        attune_buf_add(out, "\xe2\x80\xa0");
    }
    if (cell->note) {
        attune_buf_addf(out, "[%u]", cell->note);
    }
}

/* text in at most width columns: the middle gives way, so that names with a common start or end
 * stay apart. */
static void add_shortened(struct attune_buf *out, const char *text, size_t width)
{
    struct attune_buf plain = ATTUNE_BUF_INIT;
    attune_escape_terminal(&plain, text);
    const char *s = attune_buf_text(&plain);
    const size_t total = attune_text_width(s);
    if (total <= width) {
        attune_buf_add(out, s);
    } else {
        const size_t head = (width - 1) / 2, tail = total - (width - 1 - head);
        size_t at = 0;
        bool cut = false;
        for (size_t n; *s; s += n) {
            n = attune_utf8_step(s);
            n = n ? n : 1;
            char one[8] = {0};
            memcpy(one, s, n);
            const size_t w = attune_text_width(one);
            if (at + w <= head || at >= tail) {
                attune_buf_add(out, one);
            } else if (!cut) {
                attune_buf_add(out, "\xe2\x80\xa6");
                cut = true;
            }
            at += w;
        }
    }
    attune_buf_release(&plain);
}

static void add_body(struct attune_buf *out, const struct attune_sheet_column *column,
                     const struct attune_sheet_cell *cell, size_t most)
{
    switch (cell->kind) {
    case ATTUNE_SHEET_EMPTY:
        break;
    case ATTUNE_SHEET_TEXT:
        add_shortened(out, cell->text, most);
        break;
    case ATTUNE_SHEET_MISSING:
        attune_buf_add(out, "\xe2\x80\x93");
        break;
    case ATTUNE_SHEET_NUMBER:
        attune_cell_number(out, column, cell->value);
        if (!isnan(attune_cell_half(cell)) && !column->compact) {
            struct attune_sheet_column plain = *column;
            plain.sign = false;
            attune_buf_add(out, " \xc2\xb1");
            attune_cell_number(out, &plain, attune_cell_half(cell));
        }
        break;
    }
}

/* A title broken at spaces into lines of about equal width; the last one carries direction and
 * unit. */
static size_t header_lines(const struct attune_sheet_column *column, size_t width,
                           struct attune_buf lines[MAX_HEADER_LINES])
{
    struct attune_buf title = ATTUNE_BUF_INIT;
    attune_escape_terminal(&title, column->title);
    const size_t arrow_at = title.n_bytes + 1; /* stays with the word before it */
    if (column->direction && strcmp(column->direction, "none") != 0) {
        attune_buf_add(&title, " ");
        attune_column_arrow(&title, column);
    }
    if (column->unit[0] && strcmp(column->unit, "1") != 0) {
        attune_buf_addf(&title, " (%s)", column->unit);
    }
    size_t n = 0;
    const char *text = attune_buf_text(&title);
    while (*text) {
        const size_t word = strcspn(text, " ");
        struct attune_buf next = ATTUNE_BUF_INIT;
        attune_buf_add_bytes(&next, text, word);
        const size_t needed = attune_text_width(attune_buf_text(&next));
        const size_t used = n ? attune_text_width(attune_buf_text(&lines[n - 1])) : 0;
        const bool arrow = (size_t)(text - attune_buf_text(&title)) == arrow_at;
        if (n == 0 || (used + 1 + needed > width && n < MAX_HEADER_LINES && !arrow)) {
            n++;
        } else {
            attune_buf_add(&lines[n - 1], " ");
        }
        attune_buf_add(&lines[n - 1], attune_buf_text(&next));
        attune_buf_release(&next);
        text += word;
        text += *text == ' ';
    }
    attune_buf_release(&title);
    return n;
}

struct layout {
    size_t body, suffix; /* widths of the two parts of a cell */
    size_t width;        /* of the column, header included */
    size_t most;         /* columns that a text may take */
    size_t n_lines;
};

static struct layout measure(const struct attune_sheet *sheet, size_t c, size_t screen, bool color)
{
    /* Names take less than half of the screen, so that something stands beside them. */
    struct layout layout = {.most = screen / 2 - GAP};
    struct attune_buf text = ATTUNE_BUF_INIT;
    for (size_t r = 0; r < sheet->n_rows; r++) {
        const struct attune_sheet_cell *cell = &sheet->cells[r * sheet->n_columns + c];
        attune_buf_reset(&text);
        add_body(&text, &sheet->columns[c], cell, layout.most);
        const size_t body = attune_text_width(attune_buf_text(&text));
        attune_buf_reset(&text);
        add_suffix(&text, cell, color);
        const size_t suffix = attune_text_width(attune_buf_text(&text));
        layout.body = body > layout.body ? body : layout.body;
        layout.suffix = suffix > layout.suffix ? suffix : layout.suffix;
    }
    attune_buf_release(&text);
    layout.width = layout.body + layout.suffix;
    struct attune_buf lines[MAX_HEADER_LINES] = {ATTUNE_BUF_INIT};
    layout.n_lines = header_lines(&sheet->columns[c], layout.width > 8 ? layout.width : 8, lines);
    for (size_t i = 0; i < MAX_HEADER_LINES; i++) {
        const size_t width = attune_text_width(attune_buf_text(&lines[i]));
        layout.width = width > layout.width ? width : layout.width;
        attune_buf_release(&lines[i]);
    }
    return layout;
}

static void write_header(struct attune_buf *out, const struct attune_sheet *sheet,
                         const struct layout *layouts, const size_t *shown, size_t n_shown,
                         bool color)
{
    size_t n_lines = 0;
    for (size_t i = 0; i < n_shown; i++) {
        const size_t n = layouts[shown[i]].n_lines;
        n_lines = n > n_lines ? n : n_lines;
    }
    for (size_t line = 0; line < n_lines; line++) {
        struct attune_buf row = ATTUNE_BUF_INIT;
        for (size_t i = 0; i < n_shown; i++) {
            const struct layout *layout = &layouts[shown[i]];
            struct attune_buf lines[MAX_HEADER_LINES] = {ATTUNE_BUF_INIT};
            const size_t n = header_lines(
                &sheet->columns[shown[i]],
                layout->body + layout->suffix > 8 ? layout->body + layout->suffix : 8, lines);
            const size_t above = n_lines - n; /* titles stand on the line above the numbers */
            const char *text = line >= above ? attune_buf_text(&lines[line - above]) : "";
            const size_t pad = rest(layout->width, attune_text_width(text));
            spaces(&row, (i ? GAP : 0) + (sheet->columns[shown[i]].right ? pad : 0));
            attune_buf_add(&row, text);
            spaces(&row, sheet->columns[shown[i]].right || i + 1 == n_shown ? 0 : pad);
            for (size_t k = 0; k < MAX_HEADER_LINES; k++) {
                attune_buf_release(&lines[k]);
            }
        }
        attune_buf_addf(out, "%s%s%s\n", color ? DIM : "", attune_buf_text(&row),
                        color ? PLAIN : "");
        attune_buf_release(&row);
    }
}

static const char *style_of(const struct attune_sheet_cell *cell)
{
    return cell->marks & ATTUNE_MARK_BEST     ? BOLD
           : cell->marks & ATTUNE_MARK_SECOND ? UNDERLINE
           : cell->marks & ATTUNE_MARK_GOOD   ? GREEN
           : cell->marks & ATTUNE_MARK_BAD    ? RED
                                              : "";
}

static void write_cell(struct attune_buf *out, const struct attune_sheet_column *column,
                       const struct attune_sheet_cell *cell, const struct layout *layout, bool last,
                       bool color)
{
    struct attune_buf body = ATTUNE_BUF_INIT, suffix = ATTUNE_BUF_INIT;
    add_body(&body, column, cell, layout->most);
    add_suffix(&suffix, cell, color);
    const size_t n_body = attune_text_width(attune_buf_text(&body));
    const size_t n_suffix = attune_text_width(attune_buf_text(&suffix));
    if (column->right) {
        spaces(out, rest(layout->width, layout->suffix + n_body));
    }
    const char *style = color ? style_of(cell) : "";
    attune_buf_addf(out, "%s%s%s%s", style, attune_buf_text(&body), *style ? PLAIN : "",
                    attune_buf_text(&suffix));
    if (!last) {
        spaces(out, column->right ? rest(layout->suffix, n_suffix)
                                  : rest(layout->width, n_body + n_suffix));
    }
    attune_buf_release(&body);
    attune_buf_release(&suffix);
}

static void write_block(struct attune_buf *out, const struct attune_sheet *sheet,
                        const struct layout *layouts, const size_t *shown, size_t n_shown,
                        bool color)
{
    write_header(out, sheet, layouts, shown, n_shown, color);
    for (size_t r = 0; r < sheet->n_rows; r++) {
        for (size_t i = 0; i < n_shown; i++) {
            spaces(out, i ? GAP : 0);
            write_cell(out, &sheet->columns[shown[i]],
                       &sheet->cells[r * sheet->n_columns + shown[i]], &layouts[shown[i]],
                       i + 1 == n_shown, color);
        }
        attune_buf_add(out, "\n");
    }
}

/* A paragraph broken at spaces; lines after the first are indented. */
static void write_wrapped(struct attune_buf *out, const char *text, size_t width, size_t indent)
{
    struct attune_buf plain = ATTUNE_BUF_INIT;
    attune_escape_terminal(&plain, text);
    const char *s = attune_buf_text(&plain);
    for (size_t used = 0; *s;) {
        struct attune_buf word = ATTUNE_BUF_INIT;
        const size_t n = strcspn(s, " ");
        attune_buf_add_bytes(&word, s, n);
        const size_t w = attune_text_width(attune_buf_text(&word));
        if (used && used + 1 + w > width) {
            attune_buf_add(out, "\n");
            spaces(out, indent);
            used = indent;
        } else if (used) {
            attune_buf_add(out, " ");
            used++;
        }
        attune_buf_add(out, attune_buf_text(&word));
        attune_buf_release(&word);
        used += w;
        s += n + strspn(s + n, " ");
    }
    attune_buf_add(out, "\n");
    attune_buf_release(&plain);
}

static void write_legend(struct attune_buf *out, const struct attune_sheet *sheet, size_t width,
                         bool color)
{
    unsigned marks = 0;
    for (size_t i = 0; i < sheet->n_rows * sheet->n_columns; i++) {
        marks |= sheet->cells[i].marks;
    }
    if (marks & ATTUNE_MARK_BEST) {
        attune_buf_addf(out, "%s best, or not separable from the best (paired tests, Holm, 5 %%)\n",
                        color ? BOLD "bold" PLAIN : "*");
    }
    if (marks & ATTUNE_MARK_PROXY) {
        attune_buf_add(out, "\xc2\xb0 the model was optimised or selected on this metric\n");
    }
    if (marks & ATTUNE_MARK_SIMULATED) {
        attune_buf_add(out, "\xe2\x80\xa0 simulated\n");
    }
    for (size_t i = 0; i < sheet->n_notes; i++) {
        struct attune_buf note = ATTUNE_BUF_INIT;
        attune_buf_addf(&note, "[%zu] %s", i + 1, sheet->notes[i]);
        write_wrapped(out, attune_buf_text(&note), width, 4);
        attune_buf_release(&note);
    }
}

void attune_sheet_terminal(struct attune_buf *out, struct attune_sheet *sheet, size_t width,
                           bool color)
{
    attune_sheet_round(sheet);
    struct layout *layouts = attune_alloc(sheet->n_columns, sizeof *layouts);
    size_t *shown = attune_alloc(sheet->n_columns + 1, sizeof *shown);
    if (!layouts || !shown || sheet->failed) {
        sheet->failed = true;
        goto out;
    }
    if (sheet->caption[0]) {
        attune_buf_add(out, color ? BOLD : "");
        write_wrapped(out, sheet->caption, width, 0);
        attune_buf_addf(out, "%s\n", color ? PLAIN : "");
    }
    for (size_t c = 0; c < sheet->n_columns; c++) {
        layouts[c] = measure(sheet, c, width, color);
    }
    for (size_t c = sheet->n_columns > 1; c < sheet->n_columns;) {
        size_t n_shown = sheet->n_columns > 1 ? 1 : 0, used = layouts[0].width;
        shown[0] = 0;
        do { /* at least one column per block, however narrow the screen */
            used += GAP + layouts[c].width;
            shown[n_shown++] = c++;
        } while (c < sheet->n_columns && used + GAP + layouts[c].width <= width);
        write_block(out, sheet, layouts, shown, n_shown, color);
        attune_buf_add(out, "\n");
    }
    write_legend(out, sheet, width, color);
out:
    attune_release(layouts);
    attune_release(shown);
}
