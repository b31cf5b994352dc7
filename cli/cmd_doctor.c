/* attune doctor: what this build is made of, what it finds on this machine, and what is missing for
 * what. */
#include <sys/utsname.h>
#include <unistd.h>

#include <jansson.h>
#include <sqlite3.h>

#include "attune_version.h"
#include "base/fft.h"
#include "base/io/file.h"
#include "base/io/render.h"
#include "base/thread.h"
#include "cli/command.h"
#include "metrics/metric.h"
#include "models/drivers/process.h"
#include "models/drivers/worker_check.h"

struct options {
    const char *generator, *scorer;
};

static const struct attune_opt options_table[] = {
    {"generator", ATTUNE_OPT_TEXT, offsetof(struct options, generator), .metavar = "CMD",
     .help = "check a generator worker, step by step (words separated by blanks)"},
    {"scorer", ATTUNE_OPT_TEXT, offsetof(struct options, scorer), .metavar = "CMD",
     .help = "check a scorer worker"},
    {NULL},
};

static void line(const char *what, const char *state, const char *text)
{
    printf("%-14s %-8s %s\n", what, state, text);
}

/* The first line a program prints, or "" when it can't be run. Only out of memory is an error. */
static enum attune_code program_says(const char *program, const char *argument,
                                     struct attune_buf *out, struct attune_err *err)
{
    const char *const argv[] = {program, argument, NULL};
    const struct attune_process_spec spec = {.argv = argv, .folder = "/"};
    struct attune_process *process = NULL;
    struct attune_err why = ATTUNE_ERR_INIT;
    attune_buf_reset(out);
    enum attune_code code = attune_process_start(&process, &spec, &why);
    if (code == ATTUNE_OK) {
        code = attune_process_read_line(process, out, 4096, attune_now_s() + 10.0, NULL, &why);
    }
    attune_process_stop(process, 0.2);
    return code == ATTUNE_E_MEMORY ? attune_fail(err, code, "%s", why.message) : ATTUNE_OK;
}

static enum attune_code check_program(const char *name, const char *argument, const char *purpose,
                                      struct attune_err *err)
{
    char path[4096];
    struct attune_buf says = ATTUNE_BUF_INIT;
    if (!attune_program_find(name, "/", path, sizeof path)) {
        line(name, "missing", purpose);
        return ATTUNE_OK;
    }
    enum attune_code code = argument ? program_says(path, argument, &says, err) : ATTUNE_OK;
    line(name, "ok", says.n_bytes ? attune_buf_text(&says) : path);
    attune_buf_release(&says);
    return code;
}

static void check_database(const char *path)
{
    char text[600];
    struct attune_buf folder = ATTUNE_BUF_INIT;
    attune_path_folder(&folder, path);
    if (attune_file_exists(path)) {
        snprintf(text, sizeof text, "%s (`attune db check` looks inside)", path);
        line("database", access(path, W_OK) == 0 ? "ok" : "read-only", text);
    } else {
        snprintf(text, sizeof text, "%s (made by the first run)", path);
        line("database", access(attune_buf_text(&folder), W_OK) == 0 ? "ok" : "blocked", text);
    }
    attune_buf_release(&folder);
}

static enum attune_code report(const struct attune_common *common, struct attune_err *why)
{
    static const struct {
        const char *name, *argument, *purpose;
    } programs[] = {
        {"gnuplot", "--version", "plots; package gnuplot-nox"},
        {"mma", NULL, "the suite mma.yaml; package mma"},
        {"python3", "--version", "the workers in models/workers"},
        {"pdflatex", NULL, "only to typeset the tables; attune itself does not need it"},
    };
    enum attune_code code = ATTUNE_OK;
    char text[1200];
    struct utsname host;
    struct attune_err err = ATTUNE_ERR_INIT;
    printf("attune %s (%s), %s build by %s\n", ATTUNE_VERSION, ATTUNE_COMMIT, ATTUNE_BUILD_TYPE,
           ATTUNE_COMPILER);
    printf("flags %s\n\n", ATTUNE_CFLAGS);
    if (uname(&host) == 0) {
        snprintf(text, sizeof text, "%s %s, %zu cores", host.sysname, host.machine,
                 attune_core_count());
        line("machine", "ok", text);
    }
    line("fft", "ok", attune_fft_backend());
    snprintf(text, sizeof text, "SQLite %s, Jansson %s", sqlite3_libversion(),
             jansson_version_str());
    line("libraries", "ok", text);
    snprintf(text, sizeof text, "%zu per sample", attune_n_metrics);
    line("metrics", "ok", text);
    const char *soundfont = attune_soundfont_find(NULL, &err);
    if (soundfont) {
        line("rendering", "ok", soundfont);
    } else {
        line("rendering", "missing", attune_err_text(&err, text, sizeof text));
        line("", "", err.hint);
    }
    for (size_t i = 0; i < sizeof programs / sizeof *programs && !code; i++) {
        code = check_program(programs[i].name, programs[i].argument, programs[i].purpose, why);
    }
    check_database(common->db);
    return code;
}

static enum attune_code check_worker(const char *role, const char *command, int *exit_code,
                                     struct attune_err *err)
{
    enum { TIMEOUT_S = 60 };
    static const char *const outcomes[] = {"ok", "warning", "failed"};
    struct attune_check_report found;
    char **argv = NULL;
    enum attune_code code = attune_argv_split(command, &argv, err);
    if (!code) {
        code = attune_worker_check(&found, role, (const char *const *)argv, NULL, TIMEOUT_S, err);
    }
    attune_argv_release(argv);
    if (code) {
        return code;
    }
    printf("%s worker: %s\n", role, command);
    for (size_t i = 0; i < found.n_steps; i++) {
        const struct attune_check_step *step = &found.steps[i];
        printf("  %-8s %s\n", outcomes[step->outcome], step->name);
        if (step->detail[0]) {
            printf("           %s\n", step->detail);
        }
        *exit_code = step->outcome == ATTUNE_CHECK_FAILED ? 1 : *exit_code;
    }
    return ATTUNE_OK;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    enum attune_code code = ATTUNE_OK;
    if (!o->generator && !o->scorer) {
        code = report(common, err);
    }
    if (o->generator && !code) {
        code = check_worker("generator", o->generator, exit_code, err);
    }
    if (o->scorer && !code) {
        code = check_worker("scorer", o->scorer, exit_code, err);
    }
    return code;
}

const struct attune_command attune_command_doctor = {
    .name = "doctor",
    .summary = "say what this installation has and lacks; check a worker",
    .details = "Examples:\n"
               "  attune doctor\n"
               "  attune doctor --generator 'python3 my_worker.py --ckpt dpo.pt'   exit 1 when a "
               "step fails",
    .options = options_table,
    .options_size = sizeof(struct options),
    .min_args = 0,
    .max_args = 0,
    .run = run,
};
