/* Suites and prompt sets on disk: installed ones, else those of the source tree. */
#include <unistd.h>

#include "cli/list_files.h"

#include "base/io/file.h"
#include "harness/suite/suite.h"

/* All files below a folder of the shipped data, which is found from where the program lies:
 * PREFIX/bin beside PREFIX/share, or the build directory in the source tree. */
static void find_files(struct attune_file_list *files, const char *folder)
{
    static const char *const roots[] = {"../share/attune/fixtures", "../fixtures"};
    char program[4096];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n <= 0) {
        return;
    }
    program[n] = '\0';
    struct attune_buf here = ATTUNE_BUF_INIT, path = ATTUNE_BUF_INIT;
    attune_path_folder(&here, program);
    for (size_t i = 0; i < 2 && files->n == 0; i++) {
        attune_buf_reset(&path);
        attune_buf_addf(&path, "%s/%s/%s", attune_buf_text(&here), roots[i], folder);
        char resolved[4096];
        if (!path.failed && realpath(attune_buf_text(&path), resolved)) {
            attune_file_walk(files, resolved, NULL);
        }
    }
    attune_buf_release(&here);
    attune_buf_release(&path);
}

static void add_problem(struct attune_buf *out, bool json, const struct attune_err *err)
{
    char text[1200];
    attune_err_text(err, text, sizeof text);
    if (json) {
        attune_buf_add(out, ", \"error\": ");
        attune_buf_add_json(out, text);
        attune_buf_add(out, "}");
    } else {
        attune_buf_addf(out, "  cannot be read: %s\n", text);
    }
}

static void begin_entry(struct attune_buf *out, bool json, bool first, const char *path)
{
    if (json) {
        attune_buf_addf(out, "%s\n  {\"path\": ", first ? "" : ",");
        attune_buf_add_json(out, path);
    } else {
        attune_buf_addf(out, "%s\n", path);
    }
}

static void add_suite(struct attune_buf *out, bool json, const struct attune_suite *suite)
{
    if (json) {
        attune_buf_add(out, ", \"suite\": ");
        attune_buf_add_json(out, suite->name);
        attune_buf_addf(out, ", \"prompts\": %zu, \"seeds\": %zu, \"models\": [", suite->prompts.n,
                        suite->n_seeds);
    } else {
        attune_buf_addf(out, "  %s: %zu prompts, %zu seed%s;", suite->name, suite->prompts.n,
                        suite->n_seeds, suite->n_seeds == 1 ? "" : "s");
    }
    for (size_t i = 0; i < suite->n_models; i++) {
        attune_buf_add(out, json && i ? ", " : json ? "" : i ? ", " : " ");
        if (json) {
            attune_buf_add_json(out, suite->models[i].spec.name);
        } else {
            attune_buf_add(out, suite->models[i].spec.name);
        }
    }
    attune_buf_add(out, json ? "]}" : "\n");
}

void attune_list_suites(struct attune_buf *out, bool json)
{
    struct attune_file_list files = {0};
    find_files(&files, "suites");
    bool first = true;
    for (size_t i = 0; i < files.n; i++) {
        struct attune_suite suite;
        struct attune_err err = ATTUNE_ERR_INIT;
        if (!attune_glob("*.yaml", files.paths[i])) {
            continue;
        }
        begin_entry(out, json, first, files.paths[i]);
        first = false;
        if (attune_suite_load(&suite, files.paths[i], &err) == ATTUNE_OK) {
            add_suite(out, json, &suite);
            attune_suite_release(&suite);
        } else {
            add_problem(out, json, &err);
        }
    }
    attune_file_list_release(&files);
}

void attune_list_prompts(struct attune_buf *out, bool json)
{
    struct attune_file_list files = {0};
    find_files(&files, "prompts");
    for (size_t i = 0; i < files.n; i++) {
        struct attune_prompt_set set;
        struct attune_err err = ATTUNE_ERR_INIT;
        begin_entry(out, json, i == 0, files.paths[i]);
        if (attune_prompts_read(&set, files.paths[i], &err) == ATTUNE_OK) {
            attune_buf_addf(
                out, json ? ", \"prompts\": %zu, \"hash\": \"%s\"}" : "  %zu prompts, hash %.12s\n",
                set.n, set.hash);
            attune_prompts_release(&set);
        } else {
            add_problem(out, json, &err);
        }
    }
    attune_file_list_release(&files);
}
