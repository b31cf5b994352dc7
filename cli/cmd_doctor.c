/* attune doctor: what this build is made of, what it finds on this machine, and what is missing for what. */
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
#include "models/process.h"

static const struct attune_opt options_table[] = {{NULL}};

static void line(const char *what, const char *state, const char *text)
{
    printf("%-14s %-8s %s\n", what, state, text);
}

/* The first line a program prints, or "" when it can't be run. */
static void program_says(const char *program, const char *argument, struct attune_buf *out)
{
    const char *const argv[] = {program, argument, NULL};
    const struct attune_process_spec spec = {.argv = argv, .folder = "/"};
    struct attune_process *process;
    attune_buf_reset(out);
    if (attune_process_start(&process, &spec, NULL) == ATTUNE_OK) {
        attune_process_read_line(process, out, 4096, attune_now_s() + 10.0, NULL, NULL);
        attune_process_stop(process, 0.2);
    }
}

static void check_program(const char *name, const char *argument, const char *purpose)
{
    char path[4096];
    struct attune_buf says = ATTUNE_BUF_INIT;
    if (!attune_program_find(name, "/", path, sizeof path)) {
        printf("%-14s %-8s %s\n", name, "missing", purpose);
        return;
    }
    if (argument) {
        program_says(path, argument, &says);
    }
    printf("%-14s %-8s %s\n", name, "ok", says.n_bytes ? attune_buf_text(&says) : path);
    attune_buf_release(&says);
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

static void report(const struct attune_common *common)
{
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
    snprintf(text, sizeof text, "SQLite %s, Jansson %s", sqlite3_libversion(), jansson_version_str());
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
    check_program("gnuplot", "--version", "plots; package gnuplot-nox");
    check_program("mma", NULL, "the suite mma.yaml; package mma");
    check_program("python3", "--version", "the workers in models/workers");
    check_program("pdflatex", NULL, "only to typeset the tables; attune itself does not need it");
    check_database(common->db);
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    report(common);
    return ATTUNE_OK;
}

const struct attune_command attune_command_doctor = {
    .name = "doctor",
    .summary = "say what this installation has and lacks",
    .options = options_table,
    .min_args = 0,
    .max_args = 0,
    .run = run,
};
