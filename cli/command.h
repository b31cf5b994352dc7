/* The command table: one file per command, one line in cli/commands.def.
 *
 * A command file's last definition is a const struct attune_command named attune_command_<name>. Options
 * are const tables; parsing, `--help` and the checks of values are made from them (options.h).
 */
#ifndef ATTUNE_CLI_COMMAND_H
#define ATTUNE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum attune_option_kind {
    ATTUNE_OPT_FLAG,   /* bool * */
    ATTUNE_OPT_TEXT,   /* const char ** */
    ATTUNE_OPT_COUNT,  /* uint64_t *, within [lo, hi] */
    ATTUNE_OPT_NUMBER, /* double *, within [lo, hi] */
    ATTUNE_OPT_CHOICE, /* const char **, one of choices ("a|b|c") */
};

struct attune_opt {
    const char *name;     /* without the dashes */
    enum attune_option_kind kind;
    size_t offset;        /* of the field in the command's options struct */
    const char *metavar;  /* "FILE", "N"; NULL for flags */
    const char *choices;  /* for CHOICE */
    double lo, hi;        /* for COUNT and NUMBER */
    const char *help;     /* one line; says unit and default */
};

/* Options that every command takes. */
struct attune_common {
    const char *db;  /* --db, ATTUNE_DB, "attune.db" */
    bool quiet, verbose, no_color, help;
    uint64_t seed;   /* --seed, default 1 */
    uint64_t jobs;   /* --jobs, default: cores */
};

struct attune_command {
    const char *name;     /* "eval" */
    const char *usage;    /* "PATH... [--metrics GLOB,...]" */
    const char *summary;  /* one line */
    const char *details;  /* paragraphs and examples for --help; may be NULL */
    const struct attune_opt *options; /* terminated by a NULL name */
    size_t options_size;  /* sizeof the options struct */
    const void *defaults; /* initial options struct, or NULL for zeros */
    int min_args, max_args; /* positional arguments; max -1: no limit */
    /* Returns ATTUNE_OK or the code that decides the exit code; err is printed by main when filled. exit_code may
     * be set for verdicts that are not errors (1: gate failed, 5: inconclusive). */
    enum attune_code (*run)(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err);
};

extern const struct attune_command *const attune_commands[]; /* NULL-terminated, sorted as in the contract */

#endif
