/* Options from tables: parsing, checking, help. */
#include "cli/options.h"

#include <errno.h>
#include <math.h>

#include "base/text.h"

const struct attune_opt attune_common_options[] = {
    {"db", ATTUNE_OPT_TEXT, offsetof(struct attune_common, db), .metavar = "FILE",
     .help = "the experiment's database (default: $ATTUNE_DB, else attune.db)"},
    {"jobs", ATTUNE_OPT_COUNT, offsetof(struct attune_common, jobs), .metavar = "N", .lo = 1,
     .hi = 256, .help = "threads (default: cores)"},
    {"seed", ATTUNE_OPT_COUNT, offsetof(struct attune_common, seed), .metavar = "N",
     .help = "seed of every random draw (default: 1)"},
    {"quiet", ATTUNE_OPT_FLAG, offsetof(struct attune_common, quiet),
     .help = "no progress, no hints"},
    {"verbose", ATTUNE_OPT_FLAG, offsetof(struct attune_common, verbose), .help = "say more"},
    {"no-color", ATTUNE_OPT_FLAG, offsetof(struct attune_common, no_color),
     .help = "plain text (also: NO_COLOR)"},
    {"help", ATTUNE_OPT_FLAG, offsetof(struct attune_common, help), .help = "this text"},
    {NULL},
};

static const struct attune_opt *find(const struct attune_opt *table, const char *name, size_t n)
{
    for (const struct attune_opt *o = table; o && o->name; o++) {
        if (strlen(o->name) == n && strncmp(o->name, name, n) == 0) {
            return o;
        }
    }
    return NULL;
}

static enum attune_code unknown_option(const struct attune_command *command, const char *given,
                                       struct attune_err *err)
{
    enum { MAX = 64 };
    const char *names[MAX];
    size_t n = 0;
    for (const struct attune_opt *o = command->options; o && o->name && n < MAX; o++) {
        names[n++] = o->name;
    }
    for (const struct attune_opt *o = attune_common_options; o->name && n < MAX; o++) {
        names[n++] = o->name;
    }
    enum attune_code code = attune_fail(err, ATTUNE_E_USAGE, "unknown option '%s' of `attune %s`",
                                        given, command->name);
    const char *near = attune_nearest(given + strspn(given, "-"), names, n);
    if (near) {
        attune_err_hint(err, "did you mean '--%s'?", near);
    } else {
        attune_err_hint(err, "`attune %s --help` lists the options", command->name);
    }
    return code;
}

static bool is_choice(const char *choices, const char *value)
{
    const size_t n = strlen(value);
    for (const char *c = choices; n && *c;) {
        const size_t m = strcspn(c, "|");
        if (m == n && strncmp(c, value, n) == 0) {
            return true;
        }
        c += m + (c[m] == '|');
    }
    return false;
}

static enum attune_code set_number(const struct attune_opt *opt, void *field, const char *value,
                                   struct attune_err *err)
{
    const bool bounded = opt->lo != 0.0 || opt->hi != 0.0;
    char *end = NULL;
    errno = 0;
    if (opt->kind == ATTUNE_OPT_COUNT) {
        const unsigned long long n = strtoull(value, &end, 10);
        const bool digits = value[0] >= '0' && value[0] <= '9';
        if (digits && !*end && !errno &&
            (!bounded || ((double)n >= opt->lo && (double)n <= opt->hi))) {
            *(uint64_t *)field = n;
            return ATTUNE_OK;
        }
    } else {
        const double x = strtod(value, &end);
        if (end != value && !*end && isfinite(x) && (!bounded || (x >= opt->lo && x <= opt->hi))) {
            *(double *)field = x;
            return ATTUNE_OK;
        }
    }
    attune_fail(err, ATTUNE_E_USAGE, "--%s '%s' is not a %s", opt->name, value,
                opt->kind == ATTUNE_OPT_COUNT ? "whole number" : "number");
    if (bounded) {
        attune_fail(err, ATTUNE_E_USAGE, "--%s '%s': allowed are %ss from %g to %g", opt->name,
                    value, opt->kind == ATTUNE_OPT_COUNT ? "whole number" : "number", opt->lo,
                    opt->hi);
    }
    return ATTUNE_E_USAGE;
}

static enum attune_code set_value(const struct attune_opt *opt, void *base, const char *value,
                                  struct attune_err *err)
{
    void *field = (char *)base + opt->offset;
    switch (opt->kind) {
    case ATTUNE_OPT_FLAG:
        *(bool *)field = true;
        return ATTUNE_OK;
    case ATTUNE_OPT_TEXT:
        *(const char **)field = value;
        return ATTUNE_OK;
    case ATTUNE_OPT_CHOICE:
        if (!is_choice(opt->choices, value)) {
            return attune_fail(err, ATTUNE_E_USAGE, "--%s '%s': allowed are %s", opt->name, value,
                               opt->choices);
        }
        *(const char **)field = value;
        return ATTUNE_OK;
    case ATTUNE_OPT_COUNT:
    case ATTUNE_OPT_NUMBER:
        return set_number(opt, field, value, err);
    }
    return ATTUNE_E_INTERNAL;
}

/* One option at argv[*i]; advances *i over its value. */
static enum attune_code parse_one(const struct attune_command *command,
                                  struct attune_common *common, void *options, char **argv,
                                  int argc, int *i, struct attune_err *err)
{
    const char *name = argv[*i] + 2;
    const size_t n = strcspn(name, "=");
    const char *value = name[n] == '=' ? name + n + 1 : NULL;
    void *base = options;
    const struct attune_opt *opt = find(command->options, name, n);
    if (!opt) {
        opt = find(attune_common_options, name, n);
        base = common;
    }
    if (!opt) {
        return unknown_option(command, argv[*i], err);
    }
    if (opt->kind == ATTUNE_OPT_FLAG && value) {
        return attune_fail(err, ATTUNE_E_USAGE, "--%s takes no value", opt->name);
    }
    if (opt->kind != ATTUNE_OPT_FLAG && !value) {
        if (*i + 1 >= argc) {
            return attune_fail(err, ATTUNE_E_USAGE, "--%s needs a value: --%s %s", opt->name,
                               opt->name, opt->metavar ? opt->metavar : "VALUE");
        }
        value = argv[++*i];
    }
    return set_value(opt, base, value, err);
}

enum attune_code attune_options_parse(const struct attune_command *command,
                                      struct attune_common *common, void *options, char **argv,
                                      int argc, int *n_args, struct attune_err *err)
{
    bool only_args = false;
    *n_args = 0;
    for (int i = 0; i < argc; i++) {
        if (!only_args && strcmp(argv[i], "--") == 0) {
            only_args = true;
        } else if (!only_args && strcmp(argv[i], "-h") == 0) {
            common->help = true;
        } else if (!only_args && strncmp(argv[i], "--", 2) == 0) {
            enum attune_code code = parse_one(command, common, options, argv, argc, &i, err);
            if (code) {
                return code;
            }
        } else if (!only_args && argv[i][0] == '-' && argv[i][1]) {
            return unknown_option(command, argv[i], err);
        } else {
            argv[(*n_args)++] = argv[i];
        }
    }
    if (common->help) {
        return ATTUNE_OK;
    }
    if (*n_args < command->min_args || (command->max_args >= 0 && *n_args > command->max_args)) {
        attune_fail(err, ATTUNE_E_USAGE, "`attune %s` takes %s, %d given", command->name,
                    command->usage && command->usage[0] ? command->usage : "no arguments", *n_args);
        attune_err_hint(err, "`attune %s --help` shows how it is used", command->name);
        return ATTUNE_E_USAGE;
    }
    return ATTUNE_OK;
}

static void help_options(struct attune_buf *out, const struct attune_opt *table)
{
    for (const struct attune_opt *o = table; o && o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->metavar || o->choices ? " " : "",
                 o->metavar   ? o->metavar
                 : o->choices ? o->choices
                              : "");
        attune_buf_addf(out, strlen(left) > 25 ? "  %s\n%29s" : "  %-27s", left, "");
        attune_buf_addf(out, "%s\n", o->help);
    }
}

void attune_help_command(struct attune_buf *out, const struct attune_command *command)
{
    attune_buf_addf(out, "attune %s: %s\n\nusage: attune %s%s%s%s\n", command->name,
                    command->summary, command->name,
                    command->usage && command->usage[0] ? " " : "",
                    command->usage ? command->usage : "",
                    command->options && command->options[0].name ? " [OPTION...]" : "");
    if (command->options && command->options[0].name) {
        attune_buf_add(out, "\n");
        help_options(out, command->options);
    }
    attune_buf_add(out, "\nof every command:\n");
    help_options(out, attune_common_options);
    if (command->details) {
        attune_buf_addf(out, "\n%s\n", command->details);
    }
}

void attune_help_all(struct attune_buf *out)
{
    attune_buf_add(out, "attune: evaluate and benchmark aligned music models\n\n"
                        "usage: attune COMMAND [ARGUMENT...] [OPTION...]\n\n");
    for (size_t i = 0; attune_commands[i]; i++) {
        attune_buf_addf(out, "  %-12s %s\n", attune_commands[i]->name, attune_commands[i]->summary);
    }
    attune_buf_add(
        out, "\n`attune COMMAND --help` explains one; `attune --version` says what this is.\n");
}

const struct attune_command *attune_command_find(const char *name)
{
    for (size_t i = 0; attune_commands[i]; i++) {
        if (strcmp(attune_commands[i]->name, name) == 0) {
            return attune_commands[i];
        }
    }
    return NULL;
}
