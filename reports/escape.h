/* Text from outside (model names, prompts, reasons) made harmless for the languages that reports
 * are written in. Every function appends to a buffer; input is expected to be UTF-8, bytes that
 * are not become U+FFFD or '?'. Control characters become spaces. */
#ifndef ATTUNE_REPORTS_ESCAPE_H
#define ATTUNE_REPORTS_ESCAPE_H

#include <stdbool.h>

#include "base/text.h"

/* LaTeX text mode under pdflatex without further packages. Accented letters of Latin-1 stay;
 * other characters that a standard font may lack are written as their code points, <U+65E5>. */
void attune_escape_latex(struct attune_buf *out, const char *text);

/* HTML text and attribute values in double or single quotes. */
void attune_escape_html(struct attune_buf *out, const char *text);

/* A gnuplot string constant in single quotes, quotes included, to be drawn with `noenhanced`. */
void attune_escape_gnuplot(struct attune_buf *out, const char *text);

/* A cell of a Markdown table; renders as the plain text, HTML and links included. */
void attune_escape_markdown(struct attune_buf *out, const char *text);

/* XML text and attribute values; characters that XML 1.0 forbids are replaced. */
void attune_escape_xml(struct attune_buf *out, const char *text);

/* A path within a URL: percent-encoded but for unreserved characters (RFC 3986) and slashes. */
void attune_escape_url(struct attune_buf *out, const char *path);

/* One line for a terminal: no control characters, so no escape sequences. */
void attune_escape_terminal(struct attune_buf *out, const char *text);

/* Columns that text takes on a terminal. */
size_t attune_text_width(const char *text);

#endif
