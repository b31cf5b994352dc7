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

static enum attune_code print_table(const struct attune_common *common, const struct options *o,
                                    const struct attune_table_preset *preset,
                                    const struct attune_board *board, struct attune_err *err)
{
    const char *globs = o->metrics ? o->metrics : preset->metrics;
    size_t *metrics = attune_alloc(board->metrics.n, sizeof *metrics);
    if (!metrics) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
    }
    const size_t n = globs ? attune_metrics_in_order(board, globs, metrics)
                           : attune_board_headline(board, metrics);
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    enum attune_code code =
        preset->build && !o->metrics
            ? preset->build(board, &sheet, err)
            : attune_board_sheet(board, metrics, n, &preset->layout, &sheet, err);
    if (!code) {
        code = attune_print_sheet(common, &sheet, o->format, o->out, err);
    }
    attune_sheet_release(&sheet);
    attune_release(metrics);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    const struct attune_table_preset *preset = NULL;
    struct attune_store *store = NULL;
    struct attune_board board = {0};
    enum attune_code code = attune_table_preset_find(args[0], &preset, err);
    if (!code) {
        code = attune_store_open_read(&store, common->db, err);
    }
    if (!code) {
        code = attune_board_read(&board, store, o->run, o->metrics ? o->metrics : preset->metrics,
                                 preset->by_method, common->seed, common->jobs, err);
    }
    if (!code) {
        code = print_table(common, o, preset, &board, err);
    }
    attune_board_release(&board);
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_table = {
    .name = "table",
    .usage = "NAME",
    .summary = "tables for papers: LaTeX, Markdown, CSV, HTML",
    .details = "`attune list tables` shows the names. The LaTeX (booktabs, siunitx) compiles by "
               "itself and can be\n"
               "\\input into a paper; bold is the best together with all that a paired test cannot "
               "separate\n"
               "from it, underlined what comes next.\n\n"
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
