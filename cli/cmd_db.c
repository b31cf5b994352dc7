/* attune db: is the experiment whole, what is in it, out with it, and what can be saved of it. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/db_salvage.h"
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
     .help = "export: to this file (default: standard output); salvage: the new database"},
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
                               const char *what, struct attune_err *err)
{
    const enum attune_export_format format =
        o->format && strcmp(o->format, "jsonl") == 0 ? ATTUNE_EXPORT_JSONL : ATTUNE_EXPORT_CSV;
    int64_t run_id = 0;
    enum attune_code code = o->run ? attune_read_run_id(store, o->run, &run_id, err) : ATTUNE_OK;
    if (code) {
        return code;
    }
    return o->out ? export_to(o->out, store, what, run_id, format, err)
                  : attune_store_export(store, what, run_id, format, stdout, err);
}

enum verb { CHECK, INFO, EXPORT, SALVAGE, N_VERBS };

static enum attune_code parse_verb(char **args, int n_args, enum verb *verb, struct attune_err *err)
{
    static const char *const verbs[N_VERBS] = {"check", "info", "export", "salvage"};
    const char *near = attune_nearest(args[0], verbs, N_VERBS);
    for (*verb = CHECK; *verb < N_VERBS && strcmp(verbs[*verb], args[0]) != 0;) {
        ++*verb;
    }
    if (*verb < EXPORT ? n_args == 1 : *verb < N_VERBS) {
        return ATTUNE_OK;
    }
    attune_fail(err, ATTUNE_E_USAGE,
                "`attune db` takes check, info, export [WHAT] or salvage DAMAGED.db, not '%s'",
                n_args > 1 ? args[1] : args[0]);
    if (near && strcmp(near, args[0]) != 0) {
        attune_err_hint(err, "did you mean `attune db %s`?", near);
    }
    return ATTUNE_E_USAGE;
}

static enum attune_code salvage(const struct attune_common *common, const struct options *o,
                                const char *damaged, int *exit_code, struct attune_err *err)
{
    if (!o->out) {
        attune_fail(err, ATTUNE_E_USAGE, "where should the new database go?");
        attune_err_hint(err, "attune db salvage %s --out NEW.db", damaged);
        return ATTUNE_E_USAGE;
    }
    return attune_db_salvage(common, damaged, o->out, exit_code, err);
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    enum verb verb;
    enum attune_code code = parse_verb(args, n_args, &verb, err);
    if (code || verb == SALVAGE) {
        return code ? code
                    : salvage(common, options, n_args > 1 ? args[1] : common->db, exit_code, err);
    }
    struct attune_store *store = NULL;
    code = attune_store_open_read(&store, common->db, err);
    if (code == ATTUNE_OK) {
        code = verb == CHECK  ? check(common, store, exit_code, err)
               : verb == INFO ? info(common, store, err)
                              : export(options, store, n_args > 1 ? args[1] : "scores", err);
    }
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_db = {
    .name = "db",
    .usage = "check|info|export [WHAT]|salvage [DAMAGED.db]",
    .summary = "check a database, say what is in it, export it, save what is left of it",
    .details =
        "check   exit 0: whole; 1: samples are missing, changed or incomplete; 4: damaged. Every\n"
        "        finding comes with what to do about it.\n"
        "info    runs with their provenance.\n"
        "export  scores (default), leaderboard, samples, models, prompts, sets, preferences, "
        "events\n"
        "salvage a new database of every row that can be read around damaged pages; says for each\n"
        "        table what is kept and what is lost. The same `attune run` then makes the rest.\n"
        "        Exit 0: nothing is lost; 1: something is; 4: the first pages cannot be read.\n\n"
        "Examples:\n"
        "  attune db check --db study.db\n"
        "  attune db export samples --format jsonl --out samples.jsonl\n"
        "  attune db salvage study.db --out mended.db",
    .options = options_table,
    .options_size = sizeof(struct options),
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
