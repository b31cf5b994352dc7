/* Figures of a run: which metrics, which rows, then the kind draws. */
#include "cli/plot_run.h"

#include <math.h>

#include "metrics/metric.h"

/* Those that --metrics names, in its order; else what the kind is made for. */
static size_t choose_metrics(const struct attune_plot_choice *o,
                             const struct attune_plot_kind *kind, const struct attune_board *board,
                             size_t *metrics)
{
    const char *globs = o->metrics ? o->metrics : kind->metrics;
    if (!globs && !kind->all_metrics) {
        return attune_board_headline(board, metrics);
    }
    size_t n = 0;
    for (const char *glob = globs ? globs : "*"; *glob;) {
        struct attune_buf one = ATTUNE_BUF_INIT;
        attune_buf_add_bytes(&one, glob, strcspn(glob, ","));
        for (size_t k = 0; k < board->metrics.n; k++) {
            const struct attune_metric_info *m = &board->metrics.items[k];
            bool taken = !o->metrics && strcmp(m->direction, "none") == 0;
            for (size_t i = 0; i < n; i++) {
                taken = taken || metrics[i] == k;
            }
            if (!taken && attune_metric_chosen(attune_buf_text(&one), m->name)) {
                metrics[n++] = k;
            }
        }
        attune_buf_release(&one);
        glob += strcspn(glob, ",");
        glob += *glob == ',';
    }
    return n;
}

/* The rows that the arguments name, by name or glob, in their order; all without arguments. rows
 * holds all rows, best first, and is overwritten through scratch (board->n_rows,). */
static enum attune_code choose_rows(const struct attune_board *board, char **args, int n_args,
                                    size_t *rows, size_t *scratch, size_t *n_rows,
                                    struct attune_err *err)
{
    size_t n = 0;
    for (int a = 0; a < n_args; a++) {
        bool found = false, exact = false;
        for (size_t i = 0; i < board->n_rows; i++) {
            exact = exact || strcmp(board->rows[i].name, args[a]) == 0;
        }
        for (size_t i = 0; i < board->n_rows; i++) {
            const char *name = board->rows[rows[i]].name;
            bool taken = false;
            for (size_t k = 0; k < n; k++) {
                taken = taken || scratch[k] == rows[i];
            }
            const bool fits = exact ? strcmp(name, args[a]) == 0 : attune_glob(args[a], name);
            found = found || fits;
            if (fits && !taken) {
                scratch[n++] = rows[i];
            }
        }
        if (!found) {
            const char *names[64];
            size_t n_names = 0;
            for (; n_names < board->n_rows && n_names < 64; n_names++) {
                names[n_names] = board->rows[n_names].name;
            }
            const char *near = attune_nearest(args[a], names, n_names);
            attune_fail(err, ATTUNE_E_USAGE, "no %s '%s' in the run",
                        board->by_method ? "method" : "model", args[a]);
            attune_err_hint(err, near ? "did you mean '%s'?" : "`attune leaderboard` shows them",
                            near);
            return ATTUNE_E_USAGE;
        }
    }
    if (n_args > 0) {
        memcpy(rows, scratch, n * sizeof *rows);
    }
    *n_rows = n_args > 0 ? n : board->n_rows;
    return ATTUNE_OK;
}

/* What is drawn by prompt can't show metrics of whole sets: those chosen by default are passed
 * over, one that the reader named is a mistake. */
static enum attune_code leave_out_sets(const struct attune_plot_choice *o,
                                       const struct attune_board *board, size_t *metrics, size_t *n,
                                       struct attune_err *err)
{
    size_t n_kept = 0;
    for (size_t k = 0; k < *n; k++) {
        const struct attune_metric_info *m = &board->metrics.items[metrics[k]];
        if (!attune_metric_is_of_sets(m)) {
            metrics[n_kept++] = metrics[k];
        } else if (o->metrics && !strpbrk(o->metrics, "*?")) {
            return attune_fail(err, ATTUNE_E_USAGE,
                               "'%s' is a metric of whole sets: it has no value per prompt to draw",
                               m->name);
        }
    }
    *n = n_kept;
    return ATTUNE_OK;
}

/* Scores of the chosen metrics. */
static enum attune_code read_scores(const struct attune_plot_input *in,
                                    struct attune_score_table *scores, struct attune_err *err)
{
    struct attune_buf globs = ATTUNE_BUF_INIT;
    for (size_t k = 0; k < in->n_metrics; k++) {
        attune_buf_addf(&globs, "%s%s", k ? "," : "", attune_plot_metric(in, k)->name);
    }
    enum attune_code code =
        attune_read_scores(in->store, in->board->run->id, attune_buf_text(&globs), scores, err);
    attune_buf_release(&globs);
    return code;
}

static enum attune_code draw_run(const struct attune_plot_choice *o,
                                 const struct attune_plot_kind *kind, char **args, int n_args,
                                 struct attune_plot_input *in, struct attune_figure *figure,
                                 struct attune_err *err)
{
    const struct attune_board *board = in->board;
    struct attune_score_table scores = {0};
    enum attune_code code = ATTUNE_OK;
    size_t *metrics = attune_alloc(board->metrics.n, sizeof *metrics);
    size_t *rows = attune_alloc(2 * board->n_rows, sizeof *rows);
    if (!metrics || !rows) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        goto out;
    }
    in->n_metrics = choose_metrics(o, kind, board, metrics);
    if (kind->of_scores || in->by_prompt) {
        code = leave_out_sets(o, board, metrics, &in->n_metrics, err);
        if (code) {
            goto out;
        }
    }
    if (in->n_metrics == 0) {
        code = attune_fail(err, ATTUNE_E_USAGE, "run '%s' has no metric to draw as '%s'",
                           board->run->name, kind->name);
        attune_err_hint(err, "--metrics GLOB,...; `attune leaderboard --format csv` lists them");
        goto out;
    }
    attune_board_order(board, metrics[0], rows);
    code = choose_rows(board, args, n_args, rows, rows + board->n_rows, &in->n_rows, err);
    in->metrics = metrics;
    in->rows = rows;
    in->named = n_args > 0;
    if (!code && (kind->of_scores || in->by_prompt)) {
        code = board->by_method
                   ? attune_fail(err, ATTUNE_E_USAGE, "'%s' is drawn by model", kind->name)
                   : read_scores(in, &scores, err);
        in->scores = &scores;
    }
    if (!code) {
        code = kind->draw(figure, in, err);
    }
out:
    in->scores = NULL; /* goes with this call */
    attune_score_table_release(&scores);
    attune_release(metrics);
    attune_release(rows);
    return code;
}

/* "X,Y" as two numbers; NaN without text. */
static enum attune_code parse_point(const char *text, double out[2], struct attune_err *err)
{
    out[0] = out[1] = NAN;
    if (!text) {
        return ATTUNE_OK;
    }
    char *comma = NULL, *end = NULL;
    out[0] = strtod(text, &comma);
    out[1] = *comma == ',' ? strtod(comma + 1, &end) : NAN;
    if (comma == text || !end || end == comma + 1 || *end || !isfinite(out[0] + out[1])) {
        attune_fail(err, ATTUNE_E_USAGE, "--reference: '%s' is not a point", text);
        attune_err_hint(err, "two numbers, as in --reference 0.5,-1");
        return ATTUNE_E_USAGE;
    }
    return ATTUNE_OK;
}

enum attune_code attune_plot_run(const struct attune_common *common,
                                 const struct attune_plot_choice *o,
                                 const struct attune_plot_kind *kind, char **args, int n_args,
                                 struct attune_figure *figure, struct attune_err *err)
{
    struct attune_store *store = NULL;
    struct attune_board board = {0};
    double reference[2];
    enum attune_code code = parse_point(o->reference, reference, err);
    code = code ? code : attune_store_open_read(&store, common->db, err);
    if (!code) {
        code = attune_board_read(&board, store, o->run, o->metrics, strcmp(o->by, "method") == 0,
                                 common->seed, common->jobs, err);
    }
    if (!code) {
        struct attune_plot_input in = {.board = &board,
                                       .store = store,
                                       .by_prompt = o->by_prompt,
                                       .reference = {reference[0], reference[1]},
                                       .served = o->served,
                                       .reward_tokens = o->reward_tokens,
                                       .seed = common->seed,
                                       .n_threads = common->jobs};
        code = draw_run(o, kind, args, n_args, &in, figure, err);
    }
    attune_board_release(&board);
    attune_store_close(store);
    return code;
}
