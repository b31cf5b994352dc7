/* `command: [...]`: a program started once per sample. Keys in its arguments are replaced, no shell
 * is involved; it runs in the suite's folder and must leave one file `out`.* behind. */
#include "base/mem.h"
#include "models/pieces/builtin.h"
#include "models/drivers/fingerprint.h"
#include "models/generator.h"
#include "models/drivers/output.h"
#include "models/drivers/process.h"
#include "models/drivers/template.h"

enum { MAX_OUTPUT = 64 << 20 };
static const double kill_grace_s = 2.0;

static enum attune_code open_state(const struct attune_model_spec *spec, void **state,
                                   struct attune_err *err)
{
    if (!spec->command[0]) {
        return attune_fail(err, ATTUNE_E_INPUT, "model '%s': the command is empty", spec->name);
    }
    for (size_t i = 0; spec->command[i]; i++) {
        enum attune_code code =
            attune_template_check(spec->command[i], ATTUNE_TEMPLATE_COMMAND, spec->name, err);
        if (code != ATTUNE_OK) {
            return code;
        }
    }
    return attune_builtin_open_spec(spec, state, err);
}

/* What follows {out} in the arguments: ".wav" of "{out}.wav", or NULL. */
static const char *promised_extension(const char *const *command)
{
    for (size_t i = 0; command[i]; i++) {
        const char *key = strstr(command[i], "{out}");
        if (key && key[strlen("{out}")] == '.') {
            return key + strlen("{out}");
        }
    }
    return NULL;
}

static void free_arguments(char **argv)
{
    for (size_t i = 0; argv && argv[i]; i++) {
        attune_release(argv[i]);
    }
    attune_release(argv);
}

static char **expand_arguments(const struct attune_model_spec *spec,
                               const struct attune_request *request)
{
    size_t n = 0;
    while (spec->command[n]) {
        n++;
    }
    char **argv = attune_alloc(n + 1, sizeof *argv);
    for (size_t i = 0; argv && i < n; i++) {
        struct attune_buf text = ATTUNE_BUF_INIT;
        attune_template_expand(&text, spec->command[i], spec->name, request);
        argv[i] = text.failed ? NULL : attune_strdup(attune_buf_text(&text));
        attune_buf_release(&text);
        if (!argv[i]) {
            free_arguments(argv);
            return NULL;
        }
    }
    return argv;
}

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    const struct attune_model_spec *spec = state;
    struct attune_process *process = NULL;
    char **argv = expand_arguments(spec, request);
    if (!argv) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    *out = (struct attune_generation){.n_candidates = 1, .device_seconds = -1.0};
    double deadline = attune_now_s() + spec->timeout_s;
    enum attune_code code = attune_process_start(
        &process,
        &(struct attune_process_spec){.argv = (const char *const *)argv, .folder = spec->folder,
                                      .limits = spec->limits, .die_with_thread = true},
        err);
    if (code == ATTUNE_OK) {
        code = attune_process_wait(process, MAX_OUTPUT, deadline, request->cancelled, err);
    }
    if (code == ATTUNE_E_TIMEOUT) {
        const char *said = attune_process_stderr(process);
        code = attune_fail(err, ATTUNE_E_TIMEOUT, "not done after %g s%s%s", spec->timeout_s,
                           *said ? "; stderr: " : "", said);
    }
    attune_process_stop(process, code == ATTUNE_OK ? 0.0 : kill_grace_s);
    if (code == ATTUNE_OK) {
        code = attune_output_find(request->out, promised_extension(spec->command), out->path,
                                  sizeof out->path, err);
    }
    free_arguments(argv);
    return code;
}

static enum attune_code fingerprint(void *state, char *hash, struct attune_err *err)
{
    const struct attune_model_spec *spec = state;
    return attune_fingerprint_argv(spec->command, spec->folder, hash, err);
}

static const char *const no_options[] = {NULL};

const struct attune_generator attune_generator_command = {
    .name = "command", .summary = "a program started once per sample", .builtin = false,
    .options = no_options, .open = open_state, .generate = generate,
    .close = attune_builtin_close_spec, .fingerprint = fingerprint,
};
