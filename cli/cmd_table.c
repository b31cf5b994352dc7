/* attune table PRESET: tables for papers. */
#include "cli/report_common.h"
#include "reports/table_preset.h"

struct options {
    const char *format, *out, *run, *metrics;
};

static const struct options defaults = {.format = "table"};

static const struct attune_opt options_table[] = {
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format),
     .choices = "table|latex|markdown|csv|html|json",
     .help = "table, latex, markdown, csv, html or json (default: table)"},
    {"out", ATTUNE_OPT_TEXT, offsetof(struct options, out), .metavar = "FILE",
     .help = "write there instead of printing"},
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "other columns than the table's own, in this order"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "id of a run or name of its suite (default: the latest run)"},
    {NULL},
};

/* A preset's name, or a file: what looks like a path is one. */
static enum attune_code find_spec(const char *name, struct attune_table_spec *out,
                                  struct attune_err *err)
{
    const size_t n = strlen(name);
    if (strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".yaml") == 0) ||
        (n > 4 && strcmp(name + n - 4, ".yml") == 0)) {
        return attune_table_spec_read(out, name, err);
    }
    const struct attune_table_preset *preset = NULL;
    enum attune_code code = attune_table_preset_find(name, &preset, err);
    *out = preset ? preset->spec : (struct attune_table_spec){0};
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct attune_table_spec spec = {0};
    struct attune_store *store = NULL;
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    enum attune_code code = find_spec(args[0], &spec, err);
    if (!code && o->metrics) { /* the named columns, whatever most presets build */
        spec.metrics = o->metrics;
        spec.build = spec.builds_metrics ? spec.build : NULL;
    }
    code = code ? code : attune_store_open_read(&store, common->db, err);
    code = code ? code
                : attune_table_make(&spec, store, o->run, common->seed, common->jobs, &sheet, err);
    code = code ? code : attune_print_sheet(common, &sheet, o->format, o->out, err);
    if (!code && !common->quiet && strcmp(o->format, "table") == 0) {
        fputs("next: attune table ", stderr);
        fputs(args[0], stderr);
        fputs(" --format latex --out table.tex\n", stderr);
    }
    attune_sheet_release(&sheet);
    attune_store_close(store);
    attune_table_spec_release(&spec);
    return code;
}

const struct attune_command attune_command_table = {
    .name = "table",
    .usage = "NAME|SPEC.yaml",
    .summary = "tables for papers: LaTeX, Markdown, CSV, HTML",
    .details = "`attune list tables` shows the names. SPEC.yaml says rows, metrics, columns, "
               "models, methods,\n"
               "sort, baseline, intervals, decimals, caption, label and run of a table of your "
               "own. The LaTeX\n"
               "(booktabs, siunitx) compiles by itself and can be \\input into a paper; bold is "
               "the best together\n"
               "with all that a paired test cannot separate from it, underlined what comes "
               "next.\n\n"
               "Examples:\n"
               "  attune table methods --format latex --out methods.tex\n"
               "  attune table leaderboard --metrics 'harmonic.key_clarity,temporal.*'",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
