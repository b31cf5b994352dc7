/* attune completion bash|zsh|fish: completion made from the command and option tables. */
#include <ctype.h>

#include "cli/options.h"

static const struct attune_opt options_table[] = {{NULL}};

/* The words a command's first argument chooses among, with spaces between: of "set NAME | list" set
 * and list; "" where it takes something else (in capitals). */
static void first_words(struct attune_buf *out, const struct attune_command *command)
{
    int depth = 0;
    bool at_start = true;
    attune_buf_reset(out);
    for (const char *p = command->usage ? command->usage : ""; *p; p++) {
        depth += (*p == '[') - (*p == ']');
        if (depth > 0 || *p == ']') {
            continue;
        }
        if (at_start && islower((unsigned char)*p)) {
            const size_t n = strcspn(p, " |[");
            attune_buf_addf(out, "%s%.*s", out->n_bytes ? " " : "", (int)n, p);
            p += n - 1;
        }
        at_start = *p == '|' || (at_start && *p == ' ');
    }
}

static void add_spaced(struct attune_buf *out, const char *choices)
{
    for (const char *p = choices; *p; p++) {
        attune_buf_add_bytes(out, *p == '|' ? " " : p, 1);
    }
}

/* A text in single quotes as all three shells read it. */
static void add_quoted(struct attune_buf *out, const char *text)
{
    attune_buf_add(out, "'");
    for (const char *p = text; *p; p++) {
        if (*p == '\'') {
            attune_buf_add(out, "'\\''");
        } else {
            attune_buf_add_bytes(out, p, 1);
        }
    }
    attune_buf_add(out, "'");
}

static void bash_choices(struct attune_buf *out, const struct attune_opt *table)
{
    for (const struct attune_opt *o = table; o && o->name; o++) {
        if (o->kind == ATTUNE_OPT_CHOICE) {
            attune_buf_addf(out, "        --%s) words='", o->name);
            add_spaced(out, o->choices);
            attune_buf_add(out, "' ;;\n");
        } else if (o->kind != ATTUNE_OPT_FLAG) {
            attune_buf_addf(out, "        --%s) words= ;;\n", o->name);
        }
    }
}

static void bash_options(struct attune_buf *out, const struct attune_opt *table)
{
    for (const struct attune_opt *o = table; o && o->name; o++) {
        attune_buf_addf(out, " --%s", o->name);
    }
}

static void write_bash(struct attune_buf *out)
{
    struct attune_buf words = ATTUNE_BUF_INIT;
    attune_buf_add(out, "# bash completion of attune; made by `attune completion bash`\n"
                        "_attune() {\n"
                        "    local current=${COMP_WORDS[COMP_CWORD]} "
                        "previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                        "    local command=${COMP_WORDS[1]} words= first=\n"
                        "    COMPREPLY=()\n"
                        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                        "        COMPREPLY=($(compgen -W '--help --version");
    for (size_t i = 0; attune_commands[i]; i++) {
        attune_buf_addf(out, " %s", attune_commands[i]->name);
    }
    attune_buf_add(out, "' -- \"$current\"))\n"
                        "        return\n"
                        "    fi\n"
                        "    case $command in\n");
    for (size_t i = 0; attune_commands[i]; i++) {
        const struct attune_command *c = attune_commands[i];
        first_words(&words, c);
        attune_buf_addf(out, "    %s) first='%s' words='", c->name, attune_buf_text(&words));
        bash_options(out, c->options);
        bash_options(out, attune_common_options);
        attune_buf_add(out, "'\n        case $previous in\n");
        bash_choices(out, c->options);
        bash_choices(out, attune_common_options);
        attune_buf_add(out, "        esac ;;\n");
    }
    /* what is neither an option nor one of the first words is a file: left to -o default */
    attune_buf_add(out, "    esac\n"
                        "    case $previous:$current in\n"
                        "    --*:* | *:-*) ;;\n"
                        "    *) words=; [ \"$COMP_CWORD\" -eq 2 ] && words=$first ;;\n"
                        "    esac\n"
                        "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                        "}\n"
                        "complete -o default -F _attune attune\n");
    attune_buf_release(&words);
}

/* '--name[help]:metavar:action' specifications of _arguments. */
static void zsh_options(struct attune_buf *out, const struct attune_opt *table)
{
    struct attune_buf spec = ATTUNE_BUF_INIT;
    for (const struct attune_opt *o = table; o && o->name; o++) {
        attune_buf_reset(&spec);
        attune_buf_addf(&spec, "--%s[", o->name);
        for (const char *p = o->help; *p; p++) {
            if (strchr("[]:\\", *p)) {
                attune_buf_add(&spec, "\\");
            }
            attune_buf_add_bytes(&spec, p, 1);
        }
        attune_buf_add(&spec, "]");
        if (o->kind == ATTUNE_OPT_CHOICE) {
            attune_buf_addf(&spec, ":%s:(", o->metavar ? o->metavar : o->name);
            add_spaced(&spec, o->choices);
            attune_buf_add(&spec, ")");
        } else if (o->kind != ATTUNE_OPT_FLAG) {
            attune_buf_addf(&spec, ":%s:%s", o->name,
                            o->kind == ATTUNE_OPT_TEXT ? "_files" : "");
        }
        attune_buf_add(out, " \\\n            ");
        add_quoted(out, attune_buf_text(&spec));
    }
    attune_buf_release(&spec);
}

static void write_zsh(struct attune_buf *out)
{
    struct attune_buf words = ATTUNE_BUF_INIT;
    attune_buf_add(out, "#compdef attune\n# zsh completion of attune; made by `attune completion "
                        "zsh`\n_attune() {\n"
                        "    local -a commands\n"
                        "    if (( CURRENT == 2 )); then\n"
                        "        commands=(\n");
    for (size_t i = 0; attune_commands[i]; i++) {
        attune_buf_reset(&words);
        attune_buf_addf(&words, "%s:%s", attune_commands[i]->name, attune_commands[i]->summary);
        attune_buf_add(out, "            ");
        add_quoted(out, attune_buf_text(&words));
        attune_buf_add(out, "\n");
    }
    attune_buf_add(out, "        )\n        _describe command commands\n        return\n    fi\n"
                        "    case $words[2] in\n");
    for (size_t i = 0; attune_commands[i]; i++) {
        const struct attune_command *c = attune_commands[i];
        first_words(&words, c);
        attune_buf_addf(out, "    %s)\n        shift words; (( CURRENT-- ))\n        _arguments",
                        c->name);
        zsh_options(out, c->options);
        zsh_options(out, attune_common_options);
        if (words.n_bytes > 0) {
            attune_buf_addf(out, " \\\n            '1: :(%s)'", attune_buf_text(&words));
        }
        attune_buf_add(out, " \\\n            '*: :_files' ;;\n");
    }
    attune_buf_add(out, "    esac\n}\n_attune \"$@\"\n");
    attune_buf_release(&words);
}

static void fish_options(struct attune_buf *out, const char *condition,
                         const struct attune_opt *table)
{
    for (const struct attune_opt *o = table; o && o->name; o++) {
        attune_buf_addf(out, "complete -c attune%s -l %s", condition, o->name);
        if (o->kind == ATTUNE_OPT_CHOICE) {
            attune_buf_add(out, " -x -a '");
            add_spaced(out, o->choices);
            attune_buf_add(out, "'");
        } else if (o->kind != ATTUNE_OPT_FLAG) {
            attune_buf_add(out, o->kind == ATTUNE_OPT_TEXT ? " -r" : " -x");
        }
        attune_buf_add(out, " -d ");
        add_quoted(out, o->help);
        attune_buf_add(out, "\n");
    }
}

static void write_fish(struct attune_buf *out)
{
    struct attune_buf words = ATTUNE_BUF_INIT;
    attune_buf_add(out, "# fish completion of attune; made by `attune completion fish`\n");
    for (size_t i = 0; attune_commands[i]; i++) {
        const struct attune_command *c = attune_commands[i];
        char condition[96];
        attune_buf_addf(out, "complete -c attune -n __fish_use_subcommand -f -a %s -d ", c->name);
        add_quoted(out, c->summary);
        attune_buf_add(out, "\n");
        snprintf(condition, sizeof condition, " -n '__fish_seen_subcommand_from %s'", c->name);
        first_words(&words, c);
        if (words.n_bytes > 0) {
            attune_buf_addf(out, "complete -c attune%s -a '%s'\n", condition,
                            attune_buf_text(&words));
        }
        fish_options(out, condition, c->options);
    }
    fish_options(out, "", attune_common_options);
    attune_buf_release(&words);
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    static const struct {
        const char *name;
        void (*write)(struct attune_buf *out);
    } shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(args[0], shells[i].name) == 0) {
            struct attune_buf out = ATTUNE_BUF_INIT;
            shells[i].write(&out);
            const bool failed = out.failed;
            fputs(attune_buf_text(&out), stdout);
            attune_buf_release(&out);
            return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
        }
    }
    return attune_fail(err, ATTUNE_E_USAGE, "unknown shell '%s'; allowed are bash, zsh, fish",
                       args[0]);
}

const struct attune_command attune_command_completion = {
    .name = "completion",
    .usage = "bash|zsh|fish",
    .summary = "completion script of a shell",
    .details = "Examples:\n"
               "  attune completion bash >~/.local/share/bash-completion/completions/attune\n"
               "  attune completion zsh >~/.zfunc/_attune\n"
               "  attune completion fish >~/.config/fish/completions/attune.fish",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
