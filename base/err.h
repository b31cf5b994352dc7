/* Errors as values.
 *
 * A function that can fail returns `enum attune_code` (0 is success) and takes `struct attune_err
 * *` as its last parameter. On success the struct is untouched; on failure it holds what went
 * wrong, the place in the input where there is one, and a hint that says what to do. The error
 * parameter may be NULL. The libraries never exit and never print.
 *
 * Messages: lower case, what failed first, the subject in single quotes, the value and the allowed
 * range.
 */
#ifndef ATTUNE_BASE_ERR_H
#define ATTUNE_BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum attune_code {
    ATTUNE_OK = 0,
    ATTUNE_E_USAGE,        /* the caller asked for something that does not exist */
    ATTUNE_E_INPUT,        /* an input file or text is malformed */
    ATTUNE_E_IO,           /* the operating system refused (open, read, write) */
    ATTUNE_E_STORE,        /* the database is locked, damaged or of another version */
    ATTUNE_E_MEMORY,       /* an allocation failed */
    ATTUNE_E_TIMEOUT,      /* a child process did not answer in time */
    ATTUNE_E_CHILD,        /* a child process failed or broke the protocol */
    ATTUNE_E_MISSING,      /* a program, sound font or baseline that is needed is not there */
    ATTUNE_E_INCONCLUSIVE, /* not enough data for a verdict */
    ATTUNE_E_INTERRUPTED,  /* Ctrl-C */
    ATTUNE_E_INTERNAL,     /* a broken invariant: a bug in attune */
};

struct attune_err {
    enum attune_code code;
    char message[512];
    char file[512]; /* input file, "" where there is none */
    long line;      /* 1-based line of the input, 0 where there is none */
    char hint[256]; /* "" where there is none */
};

#define ATTUNE_ERR_INIT {.code = ATTUNE_OK}

/* Fills err (replacing what it held) and returns code, so that `return attune_fail(...)` reads
 * well. */
enum attune_code attune_fail(struct attune_err *err, enum attune_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Same, with the place in the input. line 0: the whole file. */
enum attune_code attune_fail_at(struct attune_err *err, enum attune_code code, const char *file,
                                long line, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* The analyzer does not look into other files: here it sees that the code given is the one
 * returned.
 */
#ifdef __clang_analyzer__
#define attune_fail(err, code, ...) (attune_fail(err, code, __VA_ARGS__), (code))
#define attune_fail_at(err, code, ...) (attune_fail_at(err, code, __VA_ARGS__), (code))
#endif

/* Adds the `hint:` line to an error that has been filled. */
void attune_err_hint(struct attune_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* One line for people: "file:line: message" as far as known, without the hint.
 * Returns buf, always terminated. */
const char *attune_err_text(const struct attune_err *err, char *buf, size_t size);

/* The exit code of the contract (0, 1, 2, 3, 4, 5, 6, 70, 130) for an error code. */
int attune_exit_code(enum attune_code code);

#include "base/banned.h"

#endif
