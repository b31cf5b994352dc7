/* A spec and a run become a table. */
#include <math.h>

#include "reports/contrast.h"
#include "reports/table_spec.h"

static const double alpha = 0.05;

static bool wanted(const struct attune_table_spec *spec, const struct attune_board_row *row)
{
    return (!spec->models || attune_glob_list(spec->models, row->name)) &&
           (!spec->methods || attune_glob_list(spec->methods, row->method));
}

static size_t metric_named(const struct attune_board *board, const char *name)
{
    size_t k = 0;
    while (k < board->metrics.n && strcmp(board->metrics.items[k].name, name) != 0) {
        k++;
    }
    return k;
}

static enum attune_code no_such(const struct attune_board *board, const char *what,
                                const char *word, struct attune_err *err)
{
    const char *near = NULL;
    const char **names = attune_alloc(board->n_rows + board->metrics.n, sizeof *names);
    size_t n = 0;
    for (size_t r = 0; names && r < board->n_rows; r++) {
        names[n++] = board->rows[r].name;
    }
    for (size_t k = 0; names && k < board->metrics.n; k++) {
        names[n++] = board->metrics.items[k].name;
    }
    near = names ? attune_nearest(word, names, n) : NULL;
    attune_fail(err, ATTUNE_E_USAGE, "%s: run '%s' has no '%s'", what, board->run->name, word);
    attune_err_hint(err, near ? "did you mean '%s'?" : "`attune leaderboard` shows what it has",
                    near);
    attune_release((void *)names);
    return ATTUNE_E_USAGE;
}

/* Candidates and divergence of a model; -1 where they are not known. */
static double sort_key(const struct attune_board *board, size_t row, const char *by)
{
    const struct attune_model_info *m = &board->models.items[row];
    const double x = strcmp(by, "candidates") == 0 ? m->n_candidates : m->divergence;
    return isnan(x) ? -1.0 : x;
}

/* The rows to show, in order. rows (board->n_rows,). */
static enum attune_code choose_rows(const struct attune_table_spec *spec,
                                    const struct attune_board *board, size_t first_metric,
                                    size_t *rows, size_t *n_rows, struct attune_err *err)
{
    const char *by = spec->sort ? spec->sort : "";
    const bool by_cost =
        !board->by_method && (strcmp(by, "candidates") == 0 || strcmp(by, "divergence") == 0);
    const size_t metric = spec->sort ? metric_named(board, by) : first_metric;
    if (spec->sort && !by_cost && strcmp(by, "suite") != 0 && metric == board->metrics.n) {
        return no_such(board, "sort", by, err);
    }
    for (size_t r = 0; r < board->n_rows; r++) {
        rows[r] = r;
    }
    if (metric < board->metrics.n) {
        attune_board_order(board, metric, rows);
    }
    size_t n = 0;
    for (size_t i = 0; i < board->n_rows; i++) {
        const size_t row = rows[i];
        if (!wanted(spec, &board->rows[row])) {
            continue;
        }
        size_t at = n++; /* insertion keeps equals in order; rows before i are free */
        for (; by_cost && at > 0 && sort_key(board, rows[at - 1], by) > sort_key(board, row, by);
             at--) {
            rows[at] = rows[at - 1];
        }
        rows[at] = row;
    }
    *n_rows = n;
    return n ? ATTUNE_OK
             : no_such(board, spec->models ? "models" : "methods",
                       spec->models    ? spec->models
                       : spec->methods ? spec->methods
                                       : "",
                       err);
}

/* Marks the cells of one model that a paired test separates from the baseline, Holm-corrected over
 * the metrics shown. first: the column of the first metric. */
static enum attune_code mark_row(struct attune_store *store, struct attune_side a,
                                 struct attune_side b, const char *metrics,
                                 const struct attune_board *board, const size_t *index, size_t n,
                                 size_t first, uint64_t seed, struct attune_sheet_cell *cells,
                                 struct attune_err *err)
{
    const struct attune_contrast_options how = {
        .globs = metrics, .alpha = alpha, .seed = seed, .n_threads = 1};
    struct attune_contrasts contrasts;
    enum attune_code code = attune_contrasts_read(&contrasts, store, a, b, &how, err);
    for (size_t k = 0; !code && k < n; k++) {
        for (size_t i = 0; i < contrasts.n; i++) {
            const struct attune_contrast *c = &contrasts.items[i];
            if (!c->skipped && strcmp(c->metric, board->metrics.items[index[k]].name) == 0) {
                cells[first + k].marks |= c->verdict == ATTUNE_VERDICT_A   ? ATTUNE_MARK_ABOVE
                                          : c->verdict == ATTUNE_VERDICT_B ? ATTUNE_MARK_BELOW
                                                                           : 0;
            }
        }
    }
    if (!code) {
        attune_contrasts_release(&contrasts);
    }
    return code;
}

static enum attune_code mark_against(const struct attune_table_spec *spec,
                                     struct attune_store *store, const struct attune_board *board,
                                     const size_t *metrics, size_t n, const size_t *rows,
                                     uint64_t seed, struct attune_sheet *sheet,
                                     struct attune_err *err)
{
    struct attune_buf globs = ATTUNE_BUF_INIT, note = ATTUNE_BUF_INIT;
    for (size_t k = 0; k < n; k++) {
        attune_buf_addf(&globs, "%s%s", k ? "," : "", board->metrics.items[metrics[k]].name);
    }
    bool found = false;
    for (size_t r = 0; r < board->n_rows; r++) {
        found = found || strcmp(board->rows[r].name, spec->baseline) == 0;
    }
    enum attune_code code = found ? ATTUNE_OK : no_such(board, "baseline", spec->baseline, err);
    const struct attune_side baseline = {board->run->id, spec->baseline};
    for (size_t i = 0; !code && i < sheet->n_rows; i++) {
        const char *name = board->rows[rows[i]].name;
        if (strcmp(name, spec->baseline) != 0) {
            code = mark_row(store, (struct attune_side){board->run->id, name}, baseline,
                            attune_buf_text(&globs), board, metrics, n, 1, seed,
                            sheet->cells + i * sheet->n_columns, err);
        }
    }
    bool of_sets = false;
    for (size_t k = 0; k < n; k++) {
        of_sets = of_sets || attune_metric_is_of_sets(&board->metrics.items[metrics[k]]);
    }
    attune_buf_addf(&note, "+ better, - worse than %s (paired sign-change test, Holm, 5 %%)%s",
                    spec->baseline, of_sets ? "; columns of sets are not tested" : "");
    attune_sheet_note(sheet, attune_buf_text(&note));
    attune_buf_release(&globs);
    attune_buf_release(&note);
    return code;
}

static void finish(const struct attune_table_spec *spec, struct attune_sheet *sheet)
{
    sheet->caption = spec->caption ? attune_sheet_text(sheet, spec->caption) : sheet->caption;
    sheet->label = spec->label ? attune_sheet_text(sheet, spec->label) : sheet->label;
    for (size_t c = 0; c < sheet->n_columns; c++) {
        struct attune_sheet_column *column = &sheet->columns[c];
        const bool metric = column->direction != NULL;
        column->compact = column->compact || (metric && spec->no_intervals);
        column->n_decimals = metric && spec->decimals ? spec->decimals - 1 : column->n_decimals;
    }
}

static enum attune_code make(const struct attune_table_spec *spec, struct attune_store *store,
                             const struct attune_board *board, size_t *metrics, size_t *rows,
                             uint64_t seed, struct attune_sheet *out, struct attune_err *err)
{
    const size_t n = spec->metrics ? attune_board_named(board, spec->metrics, metrics)
                                   : attune_board_headline(board, metrics);
    if (n == 0) {
        const char *asked = spec->metrics ? spec->metrics : "*";
        attune_fail(err, ATTUNE_E_USAGE, "metrics: run '%s' measured none of '%.100s%s'",
                    board->run->name, asked, strlen(asked) > 100 ? "..." : "");
        attune_err_hint(err, "`attune leaderboard --format csv` lists what it measured");
        return ATTUNE_E_USAGE;
    }
    struct attune_board_layout layout = spec->layout;
    enum attune_code code = choose_rows(spec, board, metrics[0], rows, &layout.n_rows, err);
    layout.rows = rows;
    code = code ? code : attune_board_sheet(board, metrics, n, &layout, out, err);
    if (!code && spec->baseline) {
        code = board->by_method
                   ? attune_fail(err, ATTUNE_E_USAGE, "baseline: a model; rows are methods")
                   : mark_against(spec, store, board, metrics, n, rows, seed, out, err);
    }
    return code;
}

enum attune_code attune_table_make(const struct attune_table_spec *spec, struct attune_store *store,
                                   const char *run, uint64_t seed, size_t n_threads,
                                   struct attune_sheet *out, struct attune_err *err)
{
    struct attune_board board = {0};
    size_t *metrics = NULL, *rows = NULL;
    enum attune_code code = attune_board_read(&board, store, run ? run : spec->run, NULL,
                                              spec->by_method, seed, n_threads, err);
    if (code) {
        return code;
    }
    metrics = attune_alloc(board.metrics.n, sizeof *metrics);
    rows = attune_alloc(board.n_rows, sizeof *rows);
    if (!metrics || !rows) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
    } else if (spec->build) {
        const struct attune_table_source source = {spec, &board, store, seed, n_threads};
        code = spec->build(&source, out, err);
    } else {
        code = make(spec, store, &board, metrics, rows, seed, out, err);
    }
    if (!code) {
        finish(spec, out);
        code = out->failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table")
                           : ATTUNE_OK;
    }
    attune_release(metrics);
    attune_release(rows);
    attune_board_release(&board);
    return code;
}
