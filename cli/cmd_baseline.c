/* attune baseline set|list|remove: names a run's model so that later ones can be held against it.
 */
#include <stdlib.h>

#include "cli/report_common.h"
#include "harness/store/store.h"

struct options {
    const char *model, *run;
};

static const struct attune_opt options_table[] = {
    {"model", ATTUNE_OPT_TEXT, offsetof(struct options, model), .metavar = "MODEL",
     .help = "set: the model that the name stands for"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "set: id of a run or name of its suite (default: the latest run)"},
    {NULL},
};

static enum attune_code check_model(struct attune_store *store, int64_t run, const char *model,
                                    struct attune_err *err)
{
    struct attune_model_list models = {0};
    enum attune_code code = attune_read_models(store, run, &models, err);
    const char *names[256];
    size_t n = 0;
    bool found = false;
    for (size_t m = 0; m < models.n; m++) {
        found = found || strcmp(models.items[m].name, model) == 0;
        if (n < 256) {
            names[n++] = models.items[m].name;
        }
    }
    if (!code && !found) {
        const char *near = attune_nearest(model, names, n);
        code = attune_fail(err, ATTUNE_E_USAGE, "no model '%s' in the run", model);
        attune_err_hint(err, near ? "did you mean '%s'?" : "`attune leaderboard` shows the models",
                        near);
    }
    attune_model_list_release(&models);
    return code;
}

static enum attune_code set(struct attune_store *store, const struct options *o, const char *name,
                            struct attune_err *err)
{
    if (!o->model) {
        return attune_fail(err, ATTUNE_E_USAGE, "`attune baseline set %s` needs --model MODEL",
                           name);
    }
    int64_t run = 0;
    char now[32];
    attune_utc_now(now);
    enum attune_code code = attune_read_run_id(store, o->run, &run, err);
    if (!code) {
        code = check_model(store, run, o->model, err);
    }
    return code ? code
                : attune_store_exec(store, err,
                                    "INSERT OR REPLACE INTO baseline VALUES (?1, ?2, ?3, ?4)",
                                    "titt", name, run, o->model, now);
}

static enum attune_code remove_one(struct attune_store *store, const char *name,
                                   struct attune_err *err)
{
    int64_t run = 0;
    char *model = NULL;
    enum attune_code code = attune_read_baseline(store, name, &run, &model, err);
    attune_release(model);
    return code ? code
                : attune_store_exec(store, err, "DELETE FROM baseline WHERE name = ?1", "t", name);
}

static enum attune_code list(const struct attune_common *common, struct attune_store *store,
                             struct attune_err *err)
{
    sqlite3_stmt *stmt = attune_store_prepare(store,
                                              "SELECT b.name, b.model, r.name, r.id, b.created "
                                              "FROM baseline b JOIN run r ON r.id = b.run "
                                              "ORDER BY b.name",
                                              err);
    if (!stmt) {
        return ATTUNE_E_STORE;
    }
    static const char *const titles[] = {"baseline", "model", "suite", "run", "set"};
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    for (size_t c = 0; c < 5; c++) {
        attune_sheet_add_column(&sheet, (struct attune_sheet_column){.title = titles[c]});
    }
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct attune_sheet_cell *cells = attune_sheet_add_row(&sheet);
        for (int c = 0; cells && c < 5; c++) {
            cells[c].kind = ATTUNE_SHEET_TEXT;
            cells[c].text = attune_sheet_text(&sheet, (const char *)sqlite3_column_text(stmt, c));
        }
    }
    sqlite3_finalize(stmt);
    enum attune_code code = rc == SQLITE_DONE
                                ? attune_print_sheet(common, &sheet, "table", NULL, err)
                                : attune_store_fail(store, "read the baselines", err);
    attune_sheet_release(&sheet);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const bool lists = strcmp(args[0], "list") == 0, sets = strcmp(args[0], "set") == 0;
    if (!lists && !sets && strcmp(args[0], "remove") != 0) {
        return attune_fail(err, ATTUNE_E_USAGE, "baseline '%s': set, list or remove", args[0]);
    }
    if (n_args != (lists ? 1 : 2)) {
        return attune_fail(err, ATTUNE_E_USAGE,
                           lists ? "`attune baseline list` takes no name"
                                 : "`attune baseline %s` needs a name",
                           args[0]);
    }
    struct attune_store *store = NULL;
    enum attune_code code =
        attune_store_open(&store, common->db, lists ? ATTUNE_STORE_READ : ATTUNE_STORE_WRITE, err);
    if (!code) {
        code = lists  ? list(common, store, err)
               : sets ? set(store, options, args[1], err)
                      : remove_one(store, args[1], err);
    }
    if (!code && sets && !common->quiet) {
        fprintf(stderr, "next: attune regress --baseline %s --candidate MODEL\n", args[1]);
    }
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_baseline = {
    .name = "baseline",
    .usage = "set NAME --model MODEL | list | remove NAME",
    .summary = "name the model that later ones must not fall behind",
    .details = "Examples:\n"
               "  attune baseline set release-3 --model mine-dpo\n"
               "  attune regress --baseline release-3 --candidate mine-dpo",
    .options = options_table,
    .options_size = sizeof(struct options),
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
