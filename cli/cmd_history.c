/* attune history MODEL: one metric from run to run, with the steps in between. */
#include "cli/report_common.h"
#include "reports/board.h"
#include "reports/history.h"

struct options {
    const char *metrics, *run, *format;
};

static const struct options defaults = {.format = "table"};

static const struct attune_opt options_table[] = {
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "the first metric that matches is shown (default: what the suite ranks by)"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "suite and prompts are this run's (default: the latest run)"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format),
     .choices = "table|json|csv|markdown|latex|html", .help = "output format (default: table)"},
    {NULL},
};

static enum attune_code show(const struct attune_common *common, const struct options *o,
                             struct attune_store *store, const struct attune_board *board,
                             const char *model, struct attune_err *err)
{
    struct attune_history history = {0};
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    size_t *metrics = attune_alloc(board->metrics.n, sizeof *metrics);
    if (!metrics) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    const size_t n = o->metrics ? attune_board_named(board, o->metrics, metrics)
                                : attune_board_headline(board, metrics);
    const char *metric = n ? board->metrics.items[metrics[0]].name : o->metrics;
    enum attune_code code =
        attune_history_read(&history, store, board->run, model, metric, common->seed, err);
    if (!code) {
        attune_history_sheet(&history, &sheet);
        code = attune_print_sheet(common, &sheet, o->format, NULL, err);
    }
    if (!code && !common->quiet && strcmp(o->format, "table") == 0) {
        fputs("next: attune plot history --out history.svg\n", stderr);
    }
    attune_sheet_release(&sheet);
    attune_history_release(&history);
    attune_release(metrics);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct attune_store *store = NULL;
    struct attune_board board = {0};
    enum attune_code code = attune_store_open_read(&store, common->db, err);
    code = code ? code
                : attune_board_read(&board, store, o->run, o->metrics, false, common->seed,
                                    common->jobs, err);
    code = code ? code : show(common, o, store, &board, args[0], err);
    attune_board_release(&board);
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_history = {
    .name = "history",
    .usage = "MODEL",
    .summary = "one metric of a model from run to run, with the steps in between",
    .details = "Finished runs of one suite on the same prompts. Steps are E-divisive change points "
               "(Matteson & James\n"
               "2014) of the runs' means, by a permutation test; 8 runs are the fewest that can "
               "show one.\n"
               "`attune plot history MODEL` draws it.\n\n"
               "Example:\n"
               "  attune history mine-dpo --metrics harmonic.key_clarity",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
