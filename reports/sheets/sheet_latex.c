/* A table in LaTeX (booktabs, siunitx). The file compiles by itself and can be \input into a
 * paper: the preamble is taken only where no document class has been loaded yet. Numbers of one
 * column have equally many decimals, so right alignment is decimal alignment and bold or
 * underlined cells stay in line, which siunitx' own S columns do not promise. */
#include <math.h>

#include "reports/escape.h"
#include "reports/sheets/sheet.h"

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
    if (!(cell->marks & (ATTUNE_MARK_PROXY | ATTUNE_MARK_SIMULATED)) && !cell->note) {
        return;
    }
    /* As wide as nothing, so that the digits stay in line. */
    attune_buf_add(out, "\\rlap{$^{");
    attune_buf_add(out, cell->marks & ATTUNE_MARK_PROXY ? "\\circ" : "");
    attune_buf_add(out, cell->marks & ATTUNE_MARK_SIMULATED ? "\\dagger" : "");
    if (cell->note) {
        attune_buf_addf(out, "%s%u", cell->marks & ATTUNE_MARK_PROXY ? "," : "", cell->note);
    }
    attune_buf_add(out, "}$}");
}

static void add_cell(struct attune_buf *out, const struct attune_sheet_column *column,
                     const struct attune_sheet_cell *cell)
{
    const bool best = cell->marks & ATTUNE_MARK_BEST, second = cell->marks & ATTUNE_MARK_SECOND;
    switch (cell->kind) {
    case ATTUNE_SHEET_EMPTY:
        break;
    case ATTUNE_SHEET_TEXT:
        attune_buf_add(out,
                       "{}"); /* a row that begins with [ or * would be read as an option of \\ */
        attune_escape_latex(out, cell->text);
        break;
    case ATTUNE_SHEET_MISSING:
        attune_buf_add(out, "{--}");
        break;
    case ATTUNE_SHEET_NUMBER:
        if (best) { /* \num resets the weight of its digits */
            attune_buf_add(out, "$\\mathbf{");
            attune_cell_number(out, column, cell->value);
            attune_buf_add(out, "}$");
        } else {
            attune_buf_add(out, second ? "\\underline{" : "");
            add_number(out, column, cell->value);
            attune_buf_add(out, second ? "}" : "");
        }
        break;
    }
    if (cell->kind == ATTUNE_SHEET_NUMBER && !isnan(cell->low) && !column->compact) {
        struct attune_sheet_column plain = *column;
        plain.sign = false;
        attune_buf_add(out, "\\,{\\scriptsize$\\pm$");
        add_number(out, &plain, attune_cell_half(cell));
        attune_buf_add(out, "}");
    }
    add_marks(out, cell);
}

/* On two lines, broken at the space nearest to the middle, where there is one. */
static void add_title(struct attune_buf *out, const char *title)
{
    const size_t n = strlen(title);
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        if (title[i] == ' ' &&
            (best == 0 || labs(2 * (long)i - (long)n) < labs(2 * (long)best - (long)n))) {
            best = i;
        }
    }
    if (!strchr(title, ' ')) {
        attune_escape_latex(out, title);
        return;
    }
    struct attune_buf first = ATTUNE_BUF_INIT;
    attune_buf_add_bytes(&first, title, best);
    attune_buf_add(out, "\\shortstack{");
    attune_escape_latex(out, attune_buf_text(&first));
    attune_buf_add(out, "\\\\{}");
    attune_escape_latex(out, title + best);
    attune_buf_release(&first);
}

static void add_header(struct attune_buf *out, const struct attune_sheet_column *column, bool first)
{
    attune_buf_addf(out, "\\multicolumn{1}{%s%c}{", first ? "@{}" : "", column->right ? 'c' : 'l');
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

void attune_sheet_latex(struct attune_buf *out, struct attune_sheet *sheet)
{
    attune_sheet_round(sheet);
    add_comment(out, sheet->origin);
    attune_buf_add(out, head);
    attune_buf_add(out, "\\begin{table}[t]\n\\centering\n\\small\n\\setlength{\\tabcolsep}{4pt}\n");
    if (sheet->caption[0]) {
        attune_buf_add(out, "\\caption{");
        attune_escape_latex(out, sheet->caption);
        attune_buf_add(out, "}\n");
    }
    attune_buf_add(out, "\\begin{tabular}{@{}");
    for (size_t c = 0; c < sheet->n_columns; c++) {
        attune_buf_add(out, sheet->columns[c].right ? "r" : "l");
    }
    attune_buf_add(out, "@{}}\n\\toprule\n");
    for (size_t c = 0; c < sheet->n_columns; c++) {
        attune_buf_add(out, c ? " & " : "");
        add_header(out, &sheet->columns[c], c == 0);
    }
    attune_buf_add(out, " \\\\\n\\midrule\n");
    for (size_t r = 0; r < sheet->n_rows; r++) {
        for (size_t c = 0; c < sheet->n_columns; c++) {
            attune_buf_add(out, c ? " & " : "");
            add_cell(out, &sheet->columns[c], &sheet->cells[r * sheet->n_columns + c]);
        }
        attune_buf_add(out, " \\\\\n");
    }
    attune_buf_add(out, "\\bottomrule\n\\end{tabular}\n");
    add_notes(out, sheet);
    attune_buf_add(out, "\\end{table}\n\\attuneend\n");
}
