/* attune db: is the experiment whole, what is in it, and out with it. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command.h"
#include "harness/store/check.h"
#include "harness/store/export.h"
#include "harness/store/schema.h"

struct options {
    const char *format, *out, *run;
};

static const struct attune_opt options_table[] = {
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format), .choices = "csv|jsonl",
     .help = "export: csv or jsonl (default: csv)"},
    {"out", ATTUNE_OPT_TEXT, offsetof(struct options, out), .metavar = "FILE",
     .help = "export: to this file (default: standard output)"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "export: one run, by id or suite name (default: all)"},
    {NULL},
};

struct verdict {
    size_t n[ATTUNE_DAMAGE + 1];
};

static void show_finding(void *context, const struct attune_finding *finding)
{
    static const char *const names[] = {"note", "loss", "damage"};
    struct verdict *verdict = context;
    verdict->n[finding->severity]++;
    printf("%s: %s\n  %s\n", names[finding->severity], finding->what, finding->mend);
}

/* Exit 0: whole; 1: samples are missing or incomplete; 4: the database is damaged. */
static enum attune_code check(const struct attune_common *common, struct attune_store *store,
                              int *exit_code, struct attune_err *err)
{
    struct verdict verdict = {{0}};
    enum attune_code code = attune_store_check(store, show_finding, &verdict, err);
    if (code == ATTUNE_OK) {
        *exit_code = verdict.n[ATTUNE_DAMAGE] ? attune_exit_code(ATTUNE_E_STORE)
                                              : verdict.n[ATTUNE_LOSS] != 0;
        if (!*exit_code && !common->quiet) {
            printf("%s: whole\n", common->db);
        }
    }
    return code;
}

static void show_run(const struct attune_run_info *r)
{
    printf("\nrun %lld '%s'\n", (long long)r->id, r->name);
    printf("  %lld of %lld items, %lld failed; started %s, %s%s\n",
           (long long)(r->n_ok + r->n_failed), (long long)r->n_planned, (long long)r->n_failed,
           r->started, r->ended ? "ended " : "not finished", r->ended ? r->ended : "");
    printf("  suite %s (%.12s), prompts %.12s\n", r->suite_path, r->suite_hash, r->prompt_hash);
    printf("  samples in %s\n", r->files);
    printf("  attune %s (%s), %s, %s\n", r->attune_version, r->attune_commit, r->compiler, r->cpu);
    printf("  libraries %s\n", r->libraries);
    if (r->soundfont) {
        printf("  sound font %s (%.12s)\n", r->soundfont,
               r->soundfont_hash ? r->soundfont_hash : "");
    }
}

static enum attune_code info(const struct attune_common *common, struct attune_store *store,
                             struct attune_err *err)
{
    struct attune_run_list runs;
    struct stat st;
    enum attune_code code = attune_read_runs(store, &runs, err);
    if (code) {
        return code;
    }
    printf("%s: %lld bytes, schema version %d, %zu run%s\n", common->db,
           stat(common->db, &st) == 0 ? (long long)st.st_size : -1LL, ATTUNE_SCHEMA_VERSION, runs.n,
           runs.n == 1 ? "" : "s");
    for (size_t i = 0; i < runs.n; i++) {
        show_run(&runs.items[i]);
    }
    attune_run_list_release(&runs);
    return ATTUNE_OK;
}

static enum attune_code close_export(FILE *file, const char *path, enum attune_code code,
                                     struct attune_err *err)
{
    const bool failed = ferror(file) != 0;
    if ((fclose(file) != 0 || failed) && code == ATTUNE_OK) {
        code = attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot write: %s", strerror(errno));
    }
    return code;
}

/* Into a file beside the wanted one, which then takes its place; straight into what is no regular
 * file. */
static enum attune_code export_to(const char *path, struct attune_store *store, const char *what,
                                  int64_t run, enum attune_export_format format,
                                  struct attune_err *err)
{
    struct stat st;
    const bool direct = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    struct attune_buf part = ATTUNE_BUF_INIT;
    attune_buf_addf(&part, "%s%s", path, direct ? "" : ".part");
    const char *name = attune_buf_text(&part);
    FILE *file = part.failed ? NULL : fopen(name, "w");
    enum attune_code code;
    if (file) {
        code = attune_store_export(store, what, run, format, file, err);
        code = close_export(file, path, code, err);
        if (code == ATTUNE_OK && !direct && rename(name, path) != 0) {
            code = attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot replace: %s", strerror(errno));
        }
        if (code && !direct) {
            unlink(name);
        }
    } else {
        code = attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot write: %s", strerror(errno));
    }
    attune_buf_release(&part);
    return code;
}

static enum attune_code export(const struct options *o, struct attune_store *store,
                               const char *what, struct attune_err *err) {
    const enum attune_export_format format = o->format && strcmp(o->format, "jsonl") == 0
                                                 ? ATTUNE_EXPORT_JSONL
                                                 : ATTUNE_EXPORT_CSV;
    int64_t run_id = 0;
    enum attune_code code = o->run ? attune_read_run_id(store, o->run, &run_id, err) : ATTUNE_OK;
    if (code){return code;}
return o->out ? export_to(o->out, store, what, run_id, format, err)
              : attune_store_export(store, what, run_id, format, stdout, err);
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    static const char *const verbs[] = {"check", "info", "export"};
    const char *verb = attune_nearest(args[0], verbs, 3);
    if (!verb || strcmp(verb, args[0]) != 0 || (n_args > 1 && strcmp(verb, "export") != 0)) {
        attune_fail(err, ATTUNE_E_USAGE, "`attune db` takes check, info or export [WHAT], not '%s'",
                    n_args > 1 ? args[1] : args[0]);
        if (verb && strcmp(verb, args[0]) != 0) {
            attune_err_hint(err, "did you mean `attune db %s`?", verb);
        }
        return ATTUNE_E_USAGE;
    }
    struct attune_store *store = NULL;
    enum attune_code code = attune_store_open_read(&store, common->db, err);
    if (code == ATTUNE_OK) {
        code = verb == verbs[0]   ? check(common, store, exit_code, err)
               : verb == verbs[1] ? info(common, store, err)
                                  : export(options, store, n_args > 1 ? args[1] : "scores", err);
    }
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_db = {
    .name = "db",
    .usage = "check|info|export [WHAT]",
    .summary = "check a database, say what is in it, export it",
    .details =
        "check   exit 0: whole; 1: samples are missing, changed or incomplete; 4: damaged. Every\n"
        "        finding comes with what to do about it.\n"
        "info    runs with their provenance.\n"
        "export  scores (default), leaderboard, samples, models, prompts, sets, preferences, "
        "events\n\n"
        "Examples:\n"
        "  attune db check --db study.db\n"
        "  attune db export samples --format jsonl --out samples.jsonl",
    .options = options_table,
    .options_size = sizeof(struct options),
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
