/* The program: finds the command, parses its options, runs it, prints its error, gives its exit
 * code. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "attune_version.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cli/options.h"

#define COMMAND(name) extern const struct attune_command attune_command_##name;
#include "cli/commands.def"
#undef COMMAND

const struct attune_command *const attune_commands[] = {
#define COMMAND(name) &attune_command_##name,
#include "cli/commands.def"
#undef COMMAND
    NULL,
};

static void print_error(const struct attune_err *err)
{
    char text[1200];
    fprintf(stderr, "attune: %s\n", attune_err_text(err, text, sizeof text));
    if (err->hint[0]) {
        fprintf(stderr, "hint: %s\n", err->hint);
    }
}

/* 0 becomes an error where a piece of what was printed is missing. */
static int checked_exit(int exit_code)
{
    if (exit_code || !attune_text_lost()) {
        return exit_code;
    }
    struct attune_err err = ATTUNE_ERR_INIT;
    attune_fail(&err, ATTUNE_E_MEMORY, "out of memory: a piece of the output is missing");
    print_error(&err);
    return attune_exit_code(ATTUNE_E_MEMORY);
}

static int print_text(struct attune_buf *text)
{
    fputs(attune_buf_text(text), stdout);
    attune_buf_release(text);
    return fflush(stdout) == 0 ? 0 : attune_exit_code(ATTUNE_E_IO);
}

static int unknown_command(const char *name)
{
    enum { N_COMMANDS = sizeof attune_commands / sizeof *attune_commands - 1 };
    const char *names[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++) {
        names[i] = attune_commands[i]->name;
    }
    struct attune_err err = ATTUNE_ERR_INIT;
    attune_fail(&err, ATTUNE_E_USAGE, "unknown command '%s'", name);
    const char *near = attune_nearest(name, names, N_COMMANDS);
    attune_err_hint(&err, near ? "did you mean `attune %s`?" : "`attune --help` lists the commands",
                    near);
    print_error(&err);
    return attune_exit_code(ATTUNE_E_USAGE);
}

static const char default_db[] = "attune.db";

static struct attune_common common_defaults(void)
{
    const char *db = getenv("ATTUNE_DB");
    return (struct attune_common){
        .db = db && db[0] ? db : default_db,
        .seed = 1,
        .jobs = attune_core_count(),
    };
}

static int run_command(const struct attune_command *command, char **argv, int argc)
{
    struct attune_common common = common_defaults();
    struct attune_err err = ATTUNE_ERR_INIT;
    int exit_code = 0, n_args = 0;
    enum attune_code code = ATTUNE_OK;
    void *options = attune_alloc(1, command->options_size ? command->options_size : 1);
    if (!options) {
        code = attune_fail(&err, ATTUNE_E_MEMORY, "out of memory");
        goto out;
    }
    if (command->defaults) {
        memcpy(options, command->defaults, command->options_size);
    }
    code = attune_options_parse(command, &common, options, argv, argc, &n_args, &err);
    if (code) {
        goto out;
    }
    if (common.help) {
        struct attune_buf help = ATTUNE_BUF_INIT;
        attune_help_command(&help, command);
        exit_code = print_text(&help);
        goto out;
    }
    common.db_named = common.db != default_db;
    const char *no_color = getenv("NO_COLOR");
    common.color = isatty(STDOUT_FILENO) && !common.no_color && !(no_color && no_color[0]);
    code = command->run(&common, options, argv, n_args, &exit_code, &err);
    if (code == ATTUNE_OK && (fflush(stdout) != 0 || ferror(stdout))) {
        if (errno == EPIPE) { /* the reader (head, less) has seen enough: end as it expects */
            signal(SIGPIPE, SIG_DFL);
            raise(SIGPIPE);
        }
        code = attune_fail(&err, ATTUNE_E_IO, "cannot write to standard output");
    }
out:
    attune_release(options);
    if (code) {
        print_error(&err);
        return attune_exit_code(code);
    }
    return checked_exit(exit_code);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* numbers stay in the C locale */
    signal(SIGPIPE, SIG_IGN);       /* a closed pipe is a write error, handled where it happens */
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        const struct attune_command *about = argc > 2 ? attune_command_find(argv[2]) : NULL;
        struct attune_buf help = ATTUNE_BUF_INIT;
        if (about) {
            attune_help_command(&help, about);
        } else {
            attune_help_all(&help);
        }
        int exit_code = print_text(&help);
        return argc < 2 ? attune_exit_code(ATTUNE_E_USAGE) : checked_exit(exit_code);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("attune %s (%s)\n", ATTUNE_VERSION, ATTUNE_COMMIT);
        return 0;
    }
    const struct attune_command *command = attune_command_find(argv[1]);
    return command ? run_command(command, argv + 2, argc - 2) : unknown_command(argv[1]);
}
