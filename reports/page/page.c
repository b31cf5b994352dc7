/* The report: reads everything once, then writes the pages. */
#include "reports/page/page.h"

#include "base/io/file.h"
#include "base/thread.h"
#include "reports/page/page_parts.h"
#include "reports/plots/plot.h"

/* Samples grouped by prompt, models in their order within. */
static enum attune_code group_by_prompt(struct attune_page_parts *parts, struct attune_err *err)
{
    const size_t n = parts->samples.n, n_prompts = parts->prompts.n;
    parts->by_prompt = attune_alloc(n, sizeof *parts->by_prompt);
    parts->first = attune_alloc(n_prompts + 2, sizeof *parts->first);
    if (!parts->by_prompt || !parts->first) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a page");
    }
    /* Counting sort: first[p + 1] counts, then sums, then moves to its place. */
    size_t *next = parts->first + 1;
    for (size_t i = 0; i < n; i++) {
        next[parts->samples.items[i].prompt + 1]++;
    }
    for (size_t p = 0; p < n_prompts; p++) {
        next[p + 1] += next[p];
    }
    for (size_t i = 0; i < n; i++) {
        parts->by_prompt[next[parts->samples.items[i].prompt]++] = i;
    }
    return ATTUNE_OK;
}

static enum attune_code read_headline_scores(struct attune_page_parts *parts,
                                             struct attune_store *store, struct attune_err *err)
{
    struct attune_buf globs = ATTUNE_BUF_INIT;
    for (size_t i = 0; i < parts->n_headline; i++) {
        attune_buf_addf(&globs, "%s%s", i ? "," : "",
                        parts->board->metrics.items[parts->headline[i]].name);
    }
    enum attune_code code = attune_read_scores(store, parts->board->run->id,
                                               attune_buf_text(&globs), &parts->scores, err);
    attune_buf_release(&globs);
    return code;
}

static enum attune_code write_csv(const struct attune_page_parts *parts, struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_board_csv(parts->board, &text);
    enum attune_code code = attune_text_save(parts->options->out, "leaderboard.csv", &text, err);
    attune_buf_reset(&text);
    attune_buf_add(&text, "model,prompt,seed,reason\n");
    for (size_t i = 0; i < parts->samples.n; i++) {
        const struct attune_page_sample *s = &parts->samples.items[i];
        if (s->failed) {
            attune_buf_add_csv(&text, parts->board->models.items[s->model].name);
            attune_buf_add(&text, ",");
            attune_buf_add_csv(&text, parts->prompts.items[s->prompt].name);
            attune_buf_addf(&text, ",%lld,", (long long)s->seed);
            attune_buf_add_csv(&text, s->error ? s->error : "");
            attune_buf_add(&text, "\n");
        }
    }
    if (!code) {
        code = attune_text_save(parts->options->out, "failures.csv", &text, err);
    }
    attune_buf_release(&text);
    return code;
}

typedef enum attune_code fill_fn(struct attune_figure *figure, const struct attune_plot_input *in,
                                 struct attune_err *err);

/* One figure of the headline metrics into OUT/figures. */
static enum attune_code draw(const struct attune_page_parts *parts, const size_t *rows,
                             const char *name, fill_fn *fill, struct attune_err *err)
{
    const struct attune_plot_input in = {.board = parts->board,
                                         .metrics = parts->headline,
                                         .n_metrics = parts->n_headline,
                                         .rows = rows,
                                         .n_rows = parts->board->n_rows};
    struct attune_buf path = ATTUNE_BUF_INIT;
    struct attune_figure figure = {0};
    attune_buf_addf(&path, "%s/figures/%s.svg", parts->options->out, name);
    enum attune_code code = attune_figure_init(&figure, attune_buf_text(&path), "svg", err);
    if (!code) {
        code = fill(&figure, &in, err);
    }
    if (!code) {
        code = attune_figure_write(&figure, NULL, err);
    }
    attune_figure_release(&figure);
    attune_buf_release(&path);
    return code;
}

/* Whether the figures could be drawn: where not, the page goes without. Only out of memory is an
 * error. */
static enum attune_code draw_all(const struct attune_page_parts *parts, bool *drawn,
                                 struct attune_err *err)
{
    struct attune_err why = ATTUNE_ERR_INIT;
    size_t *rows = attune_alloc(parts->board->n_rows, sizeof *rows);
    if (!rows) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    attune_board_order(parts->board, parts->headline[0], rows);
    enum attune_code code = draw(parts, rows, "leaderboard", attune_plot_leaderboard, &why);
    code = code ? code : draw(parts, rows, "heatmap", attune_plot_heatmap, &why);
    *drawn = code == ATTUNE_OK;
    if (*drawn) { /* where there are 3 metrics for it */
        code = draw(parts, rows, "radar", attune_plot_radar, &why);
    }
    attune_release(rows);
    return code == ATTUNE_E_MEMORY ? attune_fail(err, code, "%s", why.message) : ATTUNE_OK;
}

enum attune_code attune_page_save(const struct attune_page_parts *parts, const char *name,
                                  const struct attune_buf *text, struct attune_err *err)
{
    return attune_text_save(parts->options->out, name, text, err);
}

static enum attune_code make_folder(const struct attune_page_parts *parts, const char *name,
                                    struct attune_err *err)
{
    struct attune_buf folder = ATTUNE_BUF_INIT;
    attune_buf_addf(&folder, "%s/%s", parts->options->out, name);
    enum attune_code code = attune_dir_make(attune_buf_text(&folder), err);
    attune_buf_release(&folder);
    return code;
}

static enum attune_code copy_database(const struct attune_page_parts *parts,
                                      struct attune_store *store, struct attune_err *err)
{
    struct attune_buf path = ATTUNE_BUF_INIT;
    attune_buf_addf(&path, "%s/attune.db", parts->options->out);
    enum attune_code code = attune_store_copy(store, attune_buf_text(&path), err);
    attune_buf_release(&path);
    return code;
}

struct writing {
    const struct attune_page_parts *parts;
    const struct attune_page_changes *changes;
    enum attune_code *code; /* (n,) of each page, and what went wrong with it */
    struct attune_err *err;
};

/* Prompts first, then the models that have a base. */
static void write_page(void *context, size_t item, size_t worker)
{
    const struct writing *w = context;
    const size_t n_prompts = w->parts->prompts.n;
    w->code[item] = item < n_prompts
                        ? attune_page_prompt(w->parts, item, &w->err[item])
                        : attune_page_model(w->parts, w->changes, item - n_prompts, &w->err[item]);
}

/* Pages wait for the disk, each on its own: several are written at once. */
static enum attune_code write_side_pages(const struct attune_page_parts *parts,
                                         const struct attune_page_changes *changes,
                                         struct attune_err *err)
{
    const size_t n = parts->prompts.n + changes->n;
    struct writing w = {.parts = parts,
                        .changes = changes,
                        .code = attune_alloc(n, sizeof *w.code),
                        .err = attune_alloc(n, sizeof *w.err)};
    enum attune_code code = ATTUNE_OK;
    if (w.code && w.err) {
        attune_parallel_for(n, parts->options->n_threads, write_page, &w);
        for (size_t i = 0; i < n && !code; i++) {
            if (w.code[i]) {
                code = attune_fail(err, w.code[i], "%s", w.err[i].message);
            }
        }
    } else {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a page");
    }
    attune_release(w.code);
    attune_release(w.err);
    return code;
}

/* One page per prompt, one per model that has a base, and the first page. */
static enum attune_code write_pages(const struct attune_page_parts *parts,
                                    const struct attune_board *methods, bool figures,
                                    struct attune_err *err)
{
    struct attune_page_changes changes;
    enum attune_code code = attune_page_changes_read(&changes, parts, err);
    if (!code) {
        code = make_folder(parts, "prompts", err);
    }
    if (!code && changes.n > 0) {
        code = make_folder(parts, "models", err);
    }
    if (!code) {
        code = write_side_pages(parts, &changes, err);
    }
    if (!code) {
        code = attune_page_index(parts, methods, &changes, figures, err);
    }
    attune_page_changes_release(&changes);
    return code;
}

static enum attune_code write_all(struct attune_page_parts *parts, struct attune_store *store,
                                  const struct attune_board *methods,
                                  struct attune_page_result *result, struct attune_err *err)
{
    enum attune_code code = make_folder(parts, "", err);
    if (!code && parts->options->media) {
        code = attune_page_copy(&parts->samples, parts->options, err);
    }
    if (!code) {
        code = write_csv(parts, err);
    }
    if (!code && parts->options->database) {
        code = copy_database(parts, store, err);
    }
    if (!code && parts->options->figures) {
        code = draw_all(parts, &result->has_figures, err);
    }
    if (!code) {
        code = write_pages(parts, methods, result->has_figures, err);
    }
    result->n_prompts = parts->prompts.n;
    result->n_samples = parts->samples.n;
    for (size_t i = 0; i < parts->samples.n; i++) {
        result->n_failed += parts->samples.items[i].failed;
        result->n_gone += parts->samples.items[i].gone;
    }
    return code;
}

enum attune_code attune_page_write(struct attune_store *store,
                                   const struct attune_page_options *options,
                                   struct attune_page_result *result, struct attune_err *err)
{
    *result = (struct attune_page_result){0};
    struct attune_board board = {0}, methods = {0};
    struct attune_page_parts parts = {.options = options, .board = &board};
    size_t *headline = NULL;
    enum attune_code code = attune_board_read(&board, store, options->run, NULL, false,
                                              options->seed, options->n_threads, err);
    if (code) {
        goto out;
    }
    headline = attune_alloc(board.metrics.n, sizeof *headline);
    if (!headline) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a page");
        goto out;
    }
    parts.headline = headline;
    parts.n_headline = attune_board_headline(&board, headline);
    code = attune_board_read(&methods, store, options->run, NULL, true, options->seed,
                             options->n_threads, err);
    if (!code) {
        code = attune_read_prompts(store, board.run->id, &parts.prompts, err);
    }
    if (!code) {
        code = attune_page_samples_read(&parts.samples, store, board.run->id, &board.models,
                                        &parts.prompts, err);
    }
    if (!code) {
        code = group_by_prompt(&parts, err);
    }
    if (!code) {
        code = read_headline_scores(&parts, store, err);
    }
    if (!code) {
        code = write_all(&parts, store, &methods, result, err);
    }
out:
    attune_score_table_release(&parts.scores);
    attune_page_samples_release(&parts.samples);
    attune_prompt_list_release(&parts.prompts);
    attune_release(parts.by_prompt);
    attune_release(parts.first);
    attune_release(headline);
    attune_board_release(&methods);
    attune_board_release(&board);
    return code;
}
