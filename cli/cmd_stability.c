/* attune stability: would half the prompts, another seed, embedding or reference have told the same
 * story? */
#include "base/mem.h"
#include "cli/report_common.h"
#include "reports/stability.h"

struct options {
    const char *metrics, *format, *run;
};

static const struct options defaults = {.format = "table"};

static const struct attune_opt options_table[] = {
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "metrics to look at (default: all)"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format),
     .choices = "table|json|csv|markdown|latex|html", .help = "output format (default: table)"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "id of a run or name of its suite (default: the latest run)"},
    {NULL},
};

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct attune_store *store = NULL;
    struct attune_score_table table = {0};
    struct attune_set_score_list sets = {0};
    struct attune_stability_row *rows = NULL;
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    int64_t id = 0;
    enum attune_code code = attune_store_open_read(&store, common->db, err);
    code = code ? code : attune_read_run_id(store, o->run, &id, err);
    code = code ? code : attune_read_scores(store, id, o->metrics, &table, err);
    code = code ? code : attune_read_set_scores(store, id, o->metrics, &sets, err);
    const size_t n = table.metrics.n, n_sets = attune_stability_set_rows(&sets, NULL);
    if (!code) {
        rows = attune_alloc(n + n_sets, sizeof *rows);
        code = rows ? attune_stability_rows(&table, common->seed, rows, err)
                    : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    if (!code) {
        attune_stability_set_rows(&sets, rows + n);
        attune_stability_sheet(rows, n + n_sets, &sheet);
        code = attune_print_sheet(common, &sheet, o->format, NULL, err);
    }
    attune_sheet_release(&sheet);
    attune_release(rows);
    attune_score_table_release(&table);
    attune_set_score_list_release(&sets);
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_stability = {
    .name = "stability",
    .summary = "does the order of the models survive other prompts, seeds, embeddings, references",
    .details =
        "Kendall's tau between the order by all prompts and the order by each of 500 random "
        "halves\n"
        "(mean and worst 5 %), and by each seed alone; for metrics of whole sets, by the same\n"
        "metric through the suite's other embeddings and against its other references (the\n"
        "least). A metric below 2/3 is called unstable: a\n"
        "study with other prompts may well order the models otherwise.",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 0,
    .max_args = 0,
    .run = run,
};
