/* The command table: one file per command, one line in cli/commands.def.
 *
 * A command file's last definition is a const struct attune_command named attune_command_<name>.
 * Its options are a const table that fills a struct of the command's own; parsing, `--help`, the
 * manual page and the shell completion are made from the table (options.h).
 *
 *     struct options { const char *metrics; bool compat; };
 *     static const struct attune_opt options[] = {
 *         {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
 *          .help = "metrics to compute (default: all)"},
 *         {"compat", ATTUNE_OPT_FLAG, offsetof(struct options, compat), .help = "add legacy
 * values"}, {NULL},
 *     };
 */
#ifndef ATTUNE_CLI_COMMAND_H
#define ATTUNE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum attune_opt_kind {
    ATTUNE_OPT_FLAG,   /* bool */
    ATTUNE_OPT_TEXT,   /* const char * */
    ATTUNE_OPT_COUNT,  /* uint64_t, within [lo, hi] */
    ATTUNE_OPT_NUMBER, /* double, within [lo, hi] */
    ATTUNE_OPT_CHOICE, /* const char *, one of choices */
};

struct attune_opt {
    const char *name; /* without the dashes */
    enum attune_opt_kind kind;
    size_t offset;       /* of the field in the command's options struct */
    const char *metavar; /* "FILE", "N"; NULL for flags */
    const char *choices; /* for CHOICE: "a|b|c" */
    double lo, hi;       /* for COUNT and NUMBER; both 0: any value of the kind */
    const char *help;    /* one line, with unit and default */
};

/* Options that every command takes. */
struct attune_common {
    const char *db; /* --db, else ATTUNE_DB, else "attune.db" */
    bool db_named;  /* by --db or ATTUNE_DB */
    bool quiet, verbose, no_color, help;
    uint64_t seed; /* --seed, default 1 */
    uint64_t jobs; /* --jobs, default: cores */
    bool color;    /* derived: stdout is a terminal and neither --no-color nor NO_COLOR forbids */
};

struct attune_command {
    const char *name;    /* "eval"; "prefs rank" style sub-commands are positional arguments */
    const char *usage;   /* positional part: "PATH..." */
    const char *summary; /* one line, lower case */
    const char *details; /* paragraphs and examples for --help; may be NULL */
    const struct attune_opt *options; /* terminated by a NULL name */
    size_t options_size;              /* sizeof the options struct */
    const void *defaults;             /* initial options struct, or NULL for zeros */
    int min_args, max_args;           /* positional arguments; max -1: no limit */
    /* Returns ATTUNE_OK, or a code that main turns into the message and the exit code. *exit_code
     * (0 on entry) may be set for verdicts that are not errors: 1 a gate or samples failed, 5
     * inconclusive. */
    enum attune_code (*run)(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err);
};

/* NULL-terminated, order of the contract */
extern const struct attune_command *const attune_commands[];

#endif
