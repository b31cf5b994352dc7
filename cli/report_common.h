/* What the reporting commands share. */
#ifndef ATTUNE_CLI_REPORT_COMMON_H
#define ATTUNE_CLI_REPORT_COMMON_H

#include "base/text.h"
#include "cli/command.h"
#include "reports/plots/figure.h"
#include "reports/sheets/sheet.h"

/* Columns of the terminal that stdout is, 80 where it is none. */
size_t attune_terminal_width(void);

/* What a figure could not draw as asked for, on stderr. */
void attune_say_warnings(const struct attune_figure *figure);

/* text between single quotes as a shell reads it back; control characters become '?'. */
void attune_quote_shell(struct attune_buf *out, const char *text);

/* Writes the sheet in a format to a file (atomically), or to stdout where out is NULL. */
enum attune_code attune_print_sheet(const struct attune_common *common, struct attune_sheet *sheet,
                                    const char *format, const char *out, struct attune_err *err);

/* The same for finished text. */
enum attune_code attune_print_buf(const struct attune_buf *text, const char *out,
                                  struct attune_err *err);

#endif
