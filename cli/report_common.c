/* Printing tables, and the size of the terminal. */
#include "cli/report_common.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/io/file.h"

size_t attune_terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) {
        return size.ws_col;
    }
    return 80;
}

void attune_say_warnings(const struct attune_figure *figure)
{
    if (figure->warnings.n_bytes) {
        fprintf(stderr, "attune: %s", attune_buf_text(&figure->warnings));
    }
}

void attune_quote_shell(struct attune_buf *out, const char *text)
{
    attune_buf_add(out, "'");
    for (; *text; text++) {
        attune_buf_add_bytes(out, (unsigned char)*text < 0x20 ? "?" : text, 1);
        attune_buf_add(out, *text == '\'' ? "\\''" : "");
    }
    attune_buf_add(out, "'");
}

enum attune_code attune_print_buf(const struct attune_buf *text, const char *out,
                                  struct attune_err *err)
{
    if (text->failed) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a report");
    }
    if (out) {
        return attune_text_save("", out, text, err);
    }
    fputs(attune_buf_text(text), stdout);
    return ATTUNE_OK;
}

enum attune_code attune_print_sheet(const struct attune_common *common, struct attune_sheet *sheet,
                                    const char *format, const char *out, struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    enum attune_code code = attune_sheet_write(&text, sheet, format, attune_terminal_width(),
                                               common->color && !out, err);
    if (!code) {
        code = attune_print_buf(&text, out, err);
    }
    attune_buf_release(&text);
    return code;
}
