/* attune leaderboard: who stands where, with intervals, in five formats. */
#include <math.h>

#include "cli/report_common.h"
#include "reports/board.h"
#include "reports/stability.h"

struct options {
    const char *by, *metrics, *format, *run, *aggregate;
};

static const struct options defaults = {.by = "model", .format = "table", .aggregate = "mean"};

static const struct attune_opt options_table[] = {
    {"by", ATTUNE_OPT_CHOICE, offsetof(struct options, by), .choices = "model|method",
     .help = "a row per model, or per method with its models averaged (default: model)"},
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), "GLOB,...",
     .help = "metrics to show (default: what the suite ranks by; csv and json: all)"},
    {"aggregate", ATTUNE_OPT_CHOICE, offsetof(struct options, aggregate), .choices = "mean|iqm",
     .help = "mean, or interquartile mean over prompts and seeds (default: mean)"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format),
     .choices = "table|json|csv|markdown|latex|html",
     .help = "table, json, csv, markdown, latex or html (default: table)"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), "RUN",
     .help = "id of a run or name of its suite (default: the latest run)"},
    {NULL},
};

/* What a reader may want next, on stderr so that the table can be piped. */
static void hint(const struct attune_common *common, const struct attune_board *board,
                 const size_t *metrics, size_t n_shown, bool chosen)
{
    if (common->quiet) {
        return;
    }
    if (!chosen && n_shown < board->metrics.n) {
        fprintf(stderr, "%zu of %zu metrics; all: attune leaderboard --metrics '*'\n", n_shown,
                board->metrics.n);
    }
    if (!board->by_method && board->n_rows > 1) {
        size_t *order = attune_alloc(board->n_rows, sizeof *order);
        if (order) {
            attune_board_order(board, metrics[0], order);
            struct attune_buf names = ATTUNE_BUF_INIT;
            for (size_t i = 0; i < 2; i++) {
                attune_buf_add(&names, " ");
                attune_quote_shell(&names, board->rows[order[i]].name);
            }
            fprintf(stderr, "next: attune compare%s\n", attune_buf_text(&names));
            attune_buf_release(&names);
        }
        attune_release(order);
    }
}

/* Names the shown metrics of sets whose order another embedding or reference would change. */
static enum attune_code warn_unstable_sets(struct attune_store *store, int64_t run,
                                           const char *shown, struct attune_err *err)
{
    struct attune_set_score_list scores = {0};
    enum attune_code code = attune_read_set_scores(store, run, NULL, &scores, err);
    struct attune_stability_row *rows =
        attune_alloc(attune_stability_set_rows(&scores, NULL), sizeof *rows);
    const size_t n = rows && !code ? attune_stability_set_rows(&scores, rows) : 0;
    for (size_t i = 0; i < n; i++) {
        const bool embedding = rows[i].embedding_tau < ATTUNE_STABLE_TAU;
        const bool reference = rows[i].reference_tau < ATTUNE_STABLE_TAU;
        if (rows[i].unstable && attune_glob_list(shown, rows[i].metric)) {
            fprintf(stderr, "note: another %s orders the models otherwise by %s (tau %.2f; "
                            "`attune stability`)\n",
                    embedding && reference ? "embedding or reference"
                    : embedding            ? "embedding"
                                           : "reference",
                    rows[i].metric, fmin(rows[i].embedding_tau, rows[i].reference_tau));
        }
    }
    attune_release(rows);
    attune_set_score_list_release(&scores);
    return code;
}

/* Names the shown metrics by which half the prompts would order the models otherwise. */
static enum attune_code warn_unstable(const struct attune_common *common,
                                      struct attune_store *store, const struct attune_board *board,
                                      const size_t *metrics, size_t n_shown, struct attune_err *err)
{
    struct attune_buf globs = ATTUNE_BUF_INIT;
    struct attune_metric_list list = {0};
    const int64_t run = board->run->id;
    for (size_t i = 0; i < n_shown; i++) {
        attune_buf_addf(&globs, "%s%s", i ? "," : "", board->metrics.items[metrics[i]].name);
    }
    struct attune_stability_row *rows = attune_alloc(n_shown + 1, sizeof *rows);
    enum attune_code code =
        rows ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rank stability");
    code = code ? code : attune_read_metrics(store, run, attune_buf_text(&globs), &list, err);
    code = code ? code
                : attune_stability_halves(store, run, &board->models, &list, common->seed,
                                          common->jobs, rows, err);
    for (size_t i = 0; i < list.n && !code; i++) {
        if (rows[i].unstable) {
            fprintf(stderr,
                    "note: half the prompts would often order the models otherwise by %s "
                    "(tau %.2f; `attune stability`)\n",
                    rows[i].title, rows[i].halves.mean);
        }
    }
    code = code ? code : warn_unstable_sets(store, run, attune_buf_text(&globs), err);
    attune_release(rows);
    attune_metric_list_release(&list);
    attune_buf_release(&globs);
    return code;
}

static enum attune_code print_board(const struct attune_common *common, const struct options *o,
                                    struct attune_store *store, const struct attune_board *board,
                                    struct attune_buf *out, struct attune_err *err)
{
    if (strcmp(o->format, "csv") == 0) {
        attune_board_csv(board, out);
        return ATTUNE_OK;
    }
    if (strcmp(o->format, "json") == 0) {
        attune_board_json(board, out);
        return ATTUNE_OK;
    }
    size_t *metrics = attune_alloc(board->metrics.n, sizeof *metrics);
    if (!metrics) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    size_t n = board->metrics.n;
    for (size_t k = 0; k < n; k++) {
        metrics[k] = k;
    }
    if (!o->metrics) {
        n = attune_board_headline(board, metrics);
    }
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    enum attune_code code = attune_board_sheet(board, metrics, n, NULL, &sheet, err);
    if (!code) {
        if (strcmp(o->aggregate, "iqm") == 0) {
            sheet.caption = attune_sheet_text(
                &sheet, "interquartile means over prompts and seeds, 95 % intervals over seeds");
        }
        code =
            attune_sheet_write(out, &sheet, o->format, attune_terminal_width(), common->color, err);
    }
    if (!code && strcmp(o->format, "table") == 0 && !common->quiet) {
        code = warn_unstable(common, store, board, metrics, n, err);
    }
    if (!code && strcmp(o->format, "table") == 0) {
        hint(common, board, metrics, n, o->metrics != NULL);
    }
    attune_sheet_release(&sheet);
    attune_release(metrics);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct attune_store *store = NULL;
    struct attune_board board = {0};
    struct attune_buf out = ATTUNE_BUF_INIT;
    enum attune_code code = attune_store_open_read(&store, common->db, err);
    if (!code) {
        code = attune_board_read(&board, store, o->run, o->metrics, strcmp(o->by, "method") == 0,
                                 common->seed, common->jobs, err);
    }
    if (!code && strcmp(o->aggregate, "iqm") == 0) {
        code =
            attune_board_interquartile(&board, store, o->metrics, common->seed, common->jobs, err);
    }
    if (!code) {
        code = print_board(common, o, store, &board, &out, err);
    }
    if (!code) {
        fputs(attune_buf_text(&out), stdout);
        code = out.failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
    }
    attune_buf_release(&out);
    attune_board_release(&board);
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_leaderboard = {
    .name = "leaderboard",
    .usage = "",
    .summary = "means, intervals and ranks of every model",
    .details =
        "Means are over prompts, a prompt's seeds averaged first; intervals are 95 % bootstrap\n"
        "intervals over prompts (from 4096 prompts on, those of infinitely many replicates, by an\n"
        "expansion). Models that a paired, Holm-corrected test cannot separate share\n"
        "their ranks; bold (or *) marks all that may be best. --aggregate iqm: the mean of the\n"
        "middle half of all samples, with intervals over other seeds (Agarwal et al. 2021).\n\n"
        "Examples:\n"
        "  attune leaderboard                               the suite's headline metrics\n"
        "  attune leaderboard --metrics 'harmonic.*'        one family\n"
        "  attune leaderboard --by method --format latex    a table for the paper",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .max_args = 0,
    .run = run,
};
