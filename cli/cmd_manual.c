/* attune manual DIR: the manual pages, made from the command and option tables, and the catalogue
 * of metrics, made from the registry. */
#include <ctype.h>

#include "attune_version.h"
#include "base/io/file.h"
#include "cli/catalogue.h"
#include "cli/options.h"

struct options {
    const char *audit;
};

static const struct attune_opt options_table[] = {
    {"audit", ATTUNE_OPT_TEXT, offsetof(struct options, audit), .metavar = "FILE",
     .help = "an audit as JSON, for the cards of the catalogue (default: no cards)"},
    {NULL},
};

/* Text as troff reads it: no request at the start of a line, backslashes and hyphens kept. */
static void add_text(struct attune_buf *out, const char *text)
{
    bool line_start = out->n_bytes == 0 || out->text[out->n_bytes - 1] == '\n';
    for (const char *p = text; *p; p++) {
        if (line_start && (*p == '.' || *p == '\'')) {
            attune_buf_add(out, "\\&");
        }
        if (*p == '\\') {
            attune_buf_add(out, "\\e");
        } else if (*p == '-') {
            attune_buf_add(out, "\\-");
        } else {
            attune_buf_add_bytes(out, p, 1);
        }
        line_start = *p == '\n';
    }
}

static void add_heading(struct attune_buf *out, const char *name)
{
    attune_buf_addf(out, ".SH %s\n", name);
}

static void add_title(struct attune_buf *out, const char *command, const char *summary)
{
    attune_buf_add(out, ".\\\" made by `attune manual`\n.TH ATTUNE");
    if (command[0]) {
        attune_buf_add(out, "\\-");
        for (const char *p = command; *p; p++) {
            attune_buf_addf(out, "%c", toupper((unsigned char)*p));
        }
    }
    attune_buf_add(out, " 1 \"\" \"attune " ATTUNE_VERSION "\" \"User commands\"\n.SH NAME\n");
    add_text(out, "attune");
    if (command[0]) {
        attune_buf_add(out, "\\-");
        add_text(out, command);
    }
    attune_buf_add(out, " \\- ");
    add_text(out, summary);
    attune_buf_add(out, "\n.ad l\n.nh\n");
}

/* Paragraphs are filled; indented lines, the examples and lists, stand as they are. */
static void add_details(struct attune_buf *out, const char *details)
{
    struct attune_buf line = ATTUNE_BUF_INIT;
    bool verbatim = false;
    for (const char *p = details; *p;) {
        const size_t n = strcspn(p, "\n");
        if (n == 0) {
            attune_buf_add(out, verbatim ? ".fi\n.PP\n" : ".PP\n");
            verbatim = false;
        } else {
            if (verbatim != (*p == ' ')) {
                verbatim = *p == ' ';
                attune_buf_add(out, verbatim ? ".nf\n" : ".fi\n");
            }
            attune_buf_reset(&line);
            attune_buf_add_bytes(&line, p, n);
            add_text(out, attune_buf_text(&line));
            attune_buf_add(out, "\n");
        }
        p += n + (p[n] == '\n');
    }
    attune_buf_add(out, verbatim ? ".fi\n" : "");
    out->failed = out->failed || line.failed;
    attune_buf_release(&line);
}

static void add_options(struct attune_buf *out, const struct attune_opt *table)
{
    for (const struct attune_opt *o = table; o && o->name; o++) {
        attune_buf_add(out, ".TP\n.B ");
        add_text(out, "--");
        add_text(out, o->name);
        if (o->metavar || o->choices) {
            attune_buf_add(out, " \\fI");
            add_text(out, o->metavar ? o->metavar : o->choices);
            attune_buf_add(out, "\\fR");
        }
        attune_buf_add(out, "\n");
        add_text(out, o->help);
        attune_buf_add(out, "\n");
    }
}

static void page_of(struct attune_buf *out, const struct attune_command *command)
{
    attune_buf_reset(out);
    add_title(out, command->name, command->summary);
    add_heading(out, "SYNOPSIS");
    attune_buf_add(out, ".B attune ");
    add_text(out, command->name);
    attune_buf_add(out, "\n");
    if (command->usage) {
        add_text(out, command->usage);
        attune_buf_add(out, " ");
    }
    attune_buf_add(out, "[OPTION...]\n");
    if (command->details) {
        add_heading(out, "DESCRIPTION");
        add_details(out, command->details);
    }
    add_heading(out, "OPTIONS");
    add_options(out, command->options);
    add_options(out, attune_common_options);
    add_heading(out, "SEE ALSO");
    attune_buf_add(out, ".BR attune (1)\n");
}

static void page_of_all(struct attune_buf *out)
{
    static const char *const exits[][2] = {
        {"0", "all is well"},
        {"1", "a gate failed, or more samples failed than the suite allows"},
        {"2", "the command line is wrong"},
        {"3", "an input is malformed or cannot be read"},
        {"4", "the database is locked, damaged or of another version"},
        {"5", "inconclusive: not enough data; the needed number is printed"},
        {"6", "the baseline is missing"},
        {"70", "internal error"},
        {"130", "interrupted; everything finished so far is kept"},
    };
    attune_buf_reset(out);
    add_title(out, "", "evaluate and benchmark aligned music models");
    add_heading(out, "SYNOPSIS");
    attune_buf_add(out, ".B attune\n.I command\n[argument ...] [option ...]\n");
    add_heading(out, "COMMANDS");
    for (size_t i = 0; attune_commands[i]; i++) {
        attune_buf_add(out, ".TP\n.BR attune\\-");
        add_text(out, attune_commands[i]->name);
        attune_buf_add(out, " (1)\n");
        add_text(out, attune_commands[i]->summary);
        attune_buf_add(out, "\n");
    }
    add_heading(out, "OPTIONS OF EVERY COMMAND");
    add_options(out, attune_common_options);
    add_heading(out, "EXIT STATUS");
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++) {
        attune_buf_addf(out, ".TP\n.B %s\n", exits[i][0]);
        add_text(out, exits[i][1]);
        attune_buf_add(out, "\n");
    }
    add_heading(out, "ENVIRONMENT");
    attune_buf_add(out, ".TP\n.B ATTUNE_DB\nthe database, where no \\-\\-db names one\n"
                        ".TP\n.B ATTUNE_SOUNDFONT\nthe sound font that renders MIDI\n"
                        ".TP\n.B NO_COLOR\nno colours\n");
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct attune_buf page = ATTUNE_BUF_INIT;
    enum attune_code code = attune_dir_make(args[0], err);
    if (!code) {
        code = attune_catalogue_make(&page, args[0], o->audit, err);
    }
    if (!code) {
        code = attune_text_save(args[0], "metrics.md", &page, err);
    }
    if (!code) {
        page_of_all(&page);
        code = attune_text_save(args[0], "attune.1", &page, err);
    }
    for (size_t i = 0; attune_commands[i] && !code; i++) {
        char name[64];
        snprintf(name, sizeof name, "attune-%s.1", attune_commands[i]->name);
        page_of(&page, attune_commands[i]);
        code = attune_text_save(args[0], name, &page, err);
    }
    attune_buf_release(&page);
    return code;
}

const struct attune_command attune_command_manual = {
    .name = "manual",
    .usage = "DIR",
    .summary = "write the manual pages and the catalogue of metrics into a folder",
    .options = options_table,
    .options_size = sizeof(struct options),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
