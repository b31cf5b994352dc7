/* Errors as values: filling and showing struct attune_err. */
#include "base/err.h"

__attribute__((format(printf, 5, 0)))
static enum attune_code fill(struct attune_err *err, enum attune_code code, const char *file,
                             long line, const char *fmt, va_list ap)
{
    if (!err) {
        return code;
    }
    /* The message may quote the struct's own old text, so it is built aside first. */
    char message[sizeof err->message];
    vsnprintf(message, sizeof message, fmt, ap);
    char where[sizeof err->file];
    snprintf(where, sizeof where, "%s", file ? file : "");
    err->code = code;
    err->line = line;
    memcpy(err->message, message, sizeof message);
    memcpy(err->file, where, sizeof where);
    err->hint[0] = '\0';
    return code;
}

enum attune_code (attune_fail)(struct attune_err *err, enum attune_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, code, NULL, 0, fmt, ap);
    va_end(ap);
    return code;
}

enum attune_code (attune_fail_at)(struct attune_err *err, enum attune_code code, const char *file,
                                  long line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, code, file, line, fmt, ap);
    va_end(ap);
    return code;
}

void attune_err_hint(struct attune_err *err, const char *fmt, ...)
{
    if (!err) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof err->hint, fmt, ap);
    va_end(ap);
}

const char *attune_err_text(const struct attune_err *err, char *buf, size_t size)
{
    if (err->file[0] && err->line > 0) {
        snprintf(buf, size, "%s:%ld: %s", err->file, err->line, err->message);
    } else if (err->file[0]) {
        snprintf(buf, size, "%s: %s", err->file, err->message);
    } else {
        snprintf(buf, size, "%s", err->message);
    }
    return buf;
}

int attune_exit_code(enum attune_code code)
{
    switch (code) {
    case ATTUNE_OK:
        return 0;
    case ATTUNE_E_USAGE:
        return 2;
    case ATTUNE_E_INPUT:
    case ATTUNE_E_IO:
        return 3;
    case ATTUNE_E_STORE:
        return 4;
    case ATTUNE_E_INCONCLUSIVE:
        return 5;
    case ATTUNE_E_MISSING:
        return 6;
    case ATTUNE_E_TIMEOUT:
    case ATTUNE_E_CHILD:
        return 1;
    case ATTUNE_E_INTERRUPTED:
        return 130;
    case ATTUNE_E_MEMORY:
    case ATTUNE_E_INTERNAL:
        return 70;
    }
    return 70;
}
