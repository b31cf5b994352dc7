/* A table in LaTeX (booktabs, siunitx). The file compiles by itself and can be \input into a
 * paper of one or two columns: the preamble is taken only where no document class has been loaded
 * yet, and what is wider than one of two columns becomes a table*, which is a plain table in a
 * paper of one. Intervals stand under their values, in a row of their own; numbers of one column
 * have equally many decimals and are padded to equally many digits, so that centred cells are
 * aligned at the decimal point, bold and underlined ones included. */
#include <math.h>

#include "reports/escape.h"
#include "reports/sheets/latex_layout.h"

static const char head[] =
    "% Compiles by itself; in a paper: \\input it, with booktabs and siunitx loaded.\n"
    "\\makeatletter\n"
    "\\ifx\\documentclass\\@twoclasseserror\n"
    "  \\let\\attuneend\\relax\n"
    "\\else\n"
    "  \\documentclass{article}\n"
    "  \\usepackage[T1]{fontenc}\n"
    "  \\usepackage[margin=2cm]{geometry}\n"
    "  \\usepackage{booktabs,siunitx}\n"
    "  \\pagestyle{empty}\n"
    "  \\def\\attuneend{\\end{document}}\n"
    "  \\begin{document}\n"
    "\\fi\n"
    "\\makeatother\n";

/* What pdflatex's fonts do not have: XeTeX and LuaTeX, which know \Umathchar, find it in theirs. */
static const char any_script[] =
    "% Names beyond Latin: lualatex or xelatex with a main font that has them\n"
    "% (\\usepackage{fontspec}\\setmainfont{Noto Serif CJK SC}); pdflatex prints code points.\n"
    "\\protected\\def\\attunechar#1#2{\\ifdefined\\Umathchar#2\\else\\textless{}U+#1"
    "\\textgreater{}\\fi}\n";

/* A comment ends at the end of its line, so line breaks must not get into it. */
static void add_comment(struct attune_buf *out, const char *text)
{
    attune_buf_add(out, "% ");
    attune_escape_terminal(out, text);
    attune_buf_add(out, "\n");
}

static void add_number(struct attune_buf *out, const struct attune_sheet_column *column,
                       double value)
{
    attune_buf_add(out, "\\num{");
    attune_cell_number(out, column, value);
    attune_buf_add(out, "}");
}

static void add_marks(struct attune_buf *out, const struct attune_sheet_cell *cell)
{
    const unsigned shown =
        ATTUNE_MARK_PROXY | ATTUNE_MARK_SIMULATED | ATTUNE_MARK_ABOVE | ATTUNE_MARK_BELOW;
    if (!(cell->marks & shown) && !cell->note) {
        return;
    }
    /* As wide as nothing, so that the digits stay in line. */
    attune_buf_add(out, "\\rlap{$^{");
    attune_buf_add(out, cell->marks & ATTUNE_MARK_ABOVE   ? "+"
                        : cell->marks & ATTUNE_MARK_BELOW ? "-"
                                                          : "");
    attune_buf_add(out, cell->marks & ATTUNE_MARK_PROXY ? "\\circ" : "");
    attune_buf_add(out, cell->marks & ATTUNE_MARK_SIMULATED ? "\\dagger" : "");
    if (cell->note) {
        attune_buf_addf(out, "%s%u", cell->marks & shown ? "," : "", cell->note);
    }
    attune_buf_add(out, "}$}");
}

/* Digits before the decimal point. */
static int whole_digits(double value)
{
    return fabs(value) < 10.0 ? 1 : 1 + (int)floor(log10(fabs(value)));
}

static int most_digits(const struct attune_sheet *sheet, size_t c)
{
    int most = 1;
    for (size_t r = 0; r < sheet->n_rows; r++) {
        const struct attune_sheet_cell *cell = &sheet->cells[r * sheet->n_columns + c];
        if (cell->kind == ATTUNE_SHEET_NUMBER && isfinite(cell->value)) {
            const int n = whole_digits(cell->value);
            most = n > most ? n : most;
        }
    }
    return most;
}

static void add_value(struct attune_buf *out, const struct attune_sheet *sheet, size_t c,
                      const struct attune_sheet_cell *cell)
{
    const struct attune_sheet_column *column = &sheet->columns[c];
    const bool second = cell->marks & ATTUNE_MARK_SECOND;
    for (int i = whole_digits(cell->value); i < most_digits(sheet, c); i++) {
        attune_buf_add(out, "\\phantom{0}");
    }
    if (cell->marks & ATTUNE_MARK_BEST) { /* \num resets the weight of its digits */
        attune_buf_add(out, "$\\mathbf{");
        attune_cell_number(out, column, cell->value);
        attune_buf_add(out, "}$");
        return;
    }
    attune_buf_add(out, second ? "\\underline{" : "");
    add_number(out, column, cell->value);
    attune_buf_add(out, second ? "}" : "");
}

static void add_cell(struct attune_buf *out, const struct attune_sheet *sheet, size_t c,
                     const struct attune_sheet_cell *cell)
{
    switch (cell->kind) {
    case ATTUNE_SHEET_EMPTY:
        break;
    case ATTUNE_SHEET_TEXT: /* a row that begins with [ or * would be read as an option of \\ */
        attune_buf_add(out, "{}");
        attune_escape_latex(out, cell->text);
        break;
    case ATTUNE_SHEET_MISSING:
        attune_buf_add(out, "{--}");
        break;
    case ATTUNE_SHEET_NUMBER:
        add_value(out, sheet, c, cell);
        break;
    }
    add_marks(out, cell);
}

static void add_interval(struct attune_buf *out, const struct attune_sheet *sheet, size_t row,
                         size_t c)
{
    const struct attune_sheet_cell *cell = &sheet->cells[row * sheet->n_columns + c];
    struct attune_sheet_column plain = sheet->columns[c];
    plain.sign = false;
    attune_buf_add(out, "{\\scriptsize(");
    add_number(out, &plain, cell->low);
    attune_buf_add(out, ",\\,");
    add_number(out, &plain, cell->high);
    attune_buf_add(out, ")}");
}

static void add_title(struct attune_buf *out, const char *title)
{
    const size_t cut = attune_title_break(title);
    if (!cut) {
        attune_escape_latex(out, title);
        return;
    }
    struct attune_buf first = ATTUNE_BUF_INIT;
    attune_buf_add_bytes(&first, title, cut);
    attune_buf_add(out, "\\shortstack{");
    attune_escape_latex(out, attune_buf_text(&first));
    attune_buf_add(out, "\\\\{}");
    attune_escape_latex(out, title + cut);
    attune_buf_release(&first);
}

static void add_header(struct attune_buf *out, const struct attune_sheet_column *column, bool first,
                       bool last)
{
    attune_buf_addf(out, "\\multicolumn{1}{%s%c%s}{", first ? "@{}" : "", column->right ? 'c' : 'l',
                    last ? "@{}" : "");
    add_title(out, column->title);
    if (column->direction && strcmp(column->direction, "up") == 0) {
        attune_buf_add(out, " $\\uparrow$");
    } else if (column->direction && strcmp(column->direction, "down") == 0) {
        attune_buf_add(out, " $\\downarrow$");
    } else if (column->direction && strcmp(column->direction, "target") == 0) {
        attune_buf_addf(out, " $\\to\\num{%g}$", column->target);
    }
    if (column->unit[0] && strcmp(column->unit, "1") != 0) {
        attune_buf_add(out, " (");
        attune_escape_latex(out, column->unit);
        attune_buf_add(out, ")");
    }
    attune_buf_add(out, strchr(column->title, ' ') ? "}}" : "}");
}

static void add_notes(struct attune_buf *out, const struct attune_sheet *sheet)
{
    unsigned marks = 0;
    for (size_t i = 0; i < sheet->n_rows * sheet->n_columns; i++) {
        marks |= sheet->cells[i].marks;
    }
    attune_buf_add(out, "\\par\\smallskip\\footnotesize\\raggedright\n");
    if (marks & ATTUNE_MARK_BEST) {
        attune_buf_add(out, "Bold: best, or not separable from the best by a paired test "
                            "(Wilcoxon, Holm-corrected, 5\\,\\%).");
        attune_buf_add(out, marks & ATTUNE_MARK_SECOND ? " Underlined: next.\n" : "\n");
    }
    if (marks & ATTUNE_MARK_PROXY) {
        attune_buf_add(out, "$^\\circ$: optimised or selected on this metric.\n");
    }
    if (marks & ATTUNE_MARK_SIMULATED) {
        attune_buf_add(out, "$^\\dagger$: simulated.\n");
    }
    for (size_t i = 0; i < sheet->n_notes; i++) {
        attune_buf_addf(out, "$^{%zu}$: ", i + 1);
        attune_escape_latex(out, sheet->notes[i]);
        attune_buf_add(out, ".\n");
    }
}

/* Column 0 of a block, then its own. */
static size_t block_column(const struct attune_latex_block *block, size_t i)
{
    return block->first == 0 ? i : i == 0 ? 0 : block->first + i - 1;
}

static void add_row(struct attune_buf *out, const struct attune_sheet *sheet,
                    const struct attune_latex_block *block, size_t n, size_t row, bool last)
{
    bool intervals = false;
    for (size_t i = 0; i < n; i++) {
        const size_t c = block_column(block, i);
        attune_buf_add(out, i ? " & " : "");
        add_cell(out, sheet, c, &sheet->cells[row * sheet->n_columns + c]);
        intervals = intervals || attune_latex_has_interval(sheet, row, c);
    }
    attune_buf_add(out, intervals ? " \\\\[-1pt]\n" : " \\\\\n");
    for (size_t i = 0; intervals && i < n; i++) {
        const size_t c = block_column(block, i);
        attune_buf_add(out, i ? " & " : "");
        if (attune_latex_has_interval(sheet, row, c)) {
            add_interval(out, sheet, row, c);
        }
    }
    attune_buf_add(out, !intervals ? "" : last ? " \\\\\n" : " \\\\\n\\addlinespace[2pt]\n");
}

static void add_block(struct attune_buf *out, const struct attune_sheet *sheet,
                      const struct attune_latex_block *block, size_t from, size_t to)
{
    const size_t n = block->end - block->first + (block->first > 0);
    attune_buf_add(out, "\\begin{tabular}{@{}");
    for (size_t i = 0; i < n; i++) {
        attune_buf_add(out, sheet->columns[block_column(block, i)].right ? "c" : "l");
    }
    attune_buf_add(out, "@{}}\n\\toprule\n");
    for (size_t i = 0; i < n; i++) {
        attune_buf_add(out, i ? " & " : "");
        add_header(out, &sheet->columns[block_column(block, i)], i == 0, i + 1 == n);
    }
    attune_buf_add(out, " \\\\\n\\midrule\n");
    for (size_t r = from; r < to; r++) {
        add_row(out, sheet, block, n, r, r + 1 == to);
    }
    attune_buf_add(out, "\\bottomrule\n\\end{tabular}\n");
}

/* Floats of a page at most: LaTeX would cut a larger one off at the foot. */
struct floats {
    struct attune_buf *out;
    const struct attune_sheet *sheet;
    const char *star; /* "*": over both columns */
    const char *where;
    double room_pt;     /* left in the open one */
    size_t n, n_pieces; /* floats so far; pieces in the open one, 0: none is open */
};

static void open_float(struct floats *f)
{
    attune_buf_addf(
        f->out, "\\begin{table%s}[%s]\n\\centering\n\\small\n\\setlength{\\tabcolsep}{%gpt}\n%s",
        f->star, f->where, ATTUNE_LATEX_GAP_PT, f->n ? "\\addtocounter{table}{-1}\n" : "");
    if (f->sheet->caption[0]) {
        attune_buf_add(f->out, "\\caption{");
        attune_escape_latex(f->out, f->sheet->caption);
        attune_buf_add(f->out, f->n ? " (continued)}\\smallskip\n" : "}\\smallskip\n");
    }
    if (f->sheet->label[0] && f->n == 0) {
        attune_buf_addf(f->out, "\\label{%s}\n", f->sheet->label);
    }
    f->n++;
    f->room_pt = ATTUNE_LATEX_FLOAT_PT;
}

static void close_float(struct floats *f)
{
    attune_buf_addf(f->out, "\\end{table%s}\n", f->star);
    f->n_pieces = 0;
}

/* A block, in the open float where it fits, cut by rows where it is higher than a page. */
static void place_block(struct floats *f, const struct attune_latex_block *block)
{
    enum { FEW_ROWS = 5 };
    const double row_pt = attune_latex_row_pt(f->sheet, block);
    const size_t n_rows = f->sheet->n_rows;
    size_t from = 0;
    do {
        if (f->n_pieces == 0) {
            open_float(f);
        }
        const double room = f->room_pt - ATTUNE_LATEX_HEADER_PT;
        const size_t fit = room > 0.0 ? (size_t)(room / row_pt) : 0, rest = n_rows - from;
        const bool fits_a_page =
            (double)rest * row_pt <= ATTUNE_LATEX_FLOAT_PT - ATTUNE_LATEX_HEADER_PT;
        if (f->n_pieces > 0 && rest > fit && (fits_a_page || fit < FEW_ROWS)) {
            close_float(f);
            continue;
        }
        const size_t to = rest <= fit ? n_rows : from + fit;
        attune_buf_add(f->out, f->n_pieces ? "\\par\\medskip\n" : "");
        add_block(f->out, f->sheet, block, from, to);
        f->room_pt -= ATTUNE_LATEX_HEADER_PT + (double)(to - from) * row_pt;
        f->n_pieces++;
        from = to;
    } while (from < n_rows);
}

void attune_sheet_latex(struct attune_buf *out, struct attune_sheet *sheet)
{
    attune_sheet_round(sheet);
    struct attune_latex_block *blocks = attune_alloc(sheet->n_columns, sizeof *blocks);
    const size_t n_blocks = blocks ? attune_latex_layout(sheet, blocks) : 0;
    if (n_blocks == 0) {
        sheet->failed = true;
        attune_release(blocks);
        return;
    }
    const bool wide = n_blocks > 1 || blocks[0].width_pt > ATTUNE_LATEX_COLUMN_PT;
    double height_pt = 0.0;
    for (size_t i = 0; i < n_blocks; i++) {
        height_pt +=
            ATTUNE_LATEX_HEADER_PT + (double)sheet->n_rows * attune_latex_row_pt(sheet, &blocks[i]);
    }
    struct attune_buf table = ATTUNE_BUF_INIT;
    struct floats floats = {.out = &table,
                            .sheet = sheet,
                            .star = wide ? "*" : "",
                            .where = height_pt > ATTUNE_LATEX_FLOAT_PT ? "tp" : "t"};
    for (size_t i = 0; i < n_blocks; i++) {
        place_block(&floats, &blocks[i]);
    }
    add_notes(&table, sheet);
    close_float(&floats);
    attune_buf_add(&table, "\\attuneend\n");
    add_comment(out, sheet->origin);
    attune_buf_add(out, head);
    attune_buf_add(out, strstr(attune_buf_text(&table), "\\attunechar{") ? any_script : "");
    attune_buf_add(out, attune_buf_text(&table));
    out->failed = out->failed || table.failed;
    attune_buf_release(&table);
    attune_release(blocks);
}
