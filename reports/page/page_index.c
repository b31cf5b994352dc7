/* The first page: standings, methods and cost, figures, prompts, failures, provenance, downloads.
 */
#include <math.h>

#include "base/io/file.h"
#include "reports/escape.h"
#include "reports/page/page_parts.h"
#include "reports/sheets/contrast_sheet.h"

enum { MAX_FAILURES_SHOWN = 200 };

static enum attune_code add_board(struct attune_buf *out, const struct attune_board *board,
                                  const size_t *metrics, size_t n,
                                  const struct attune_board_layout *layout, const char *id,
                                  struct attune_err *err)
{
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    enum attune_code code = attune_board_sheet(board, metrics, n, layout, &sheet, err);
    if (!code) {
        attune_buf_add(out, "<div class=\"scroll\">\n");
        attune_sheet_html(out, &sheet, id);
        attune_buf_add(out, "</div>\n");
    }
    attune_sheet_release(&sheet);
    return code;
}

/* What each model cost, and how far it moved from its base. */
static void add_cost(struct attune_buf *out, const struct attune_board *board)
{
    static const struct {
        const char *title, *unit;
    } columns[] = {{"model", ""},        {"method", ""},
                   {"base", ""},         {"samples", ""},
                   {"failed", ""},       {"generation", "s"},
                   {"candidates", ""},   {"tokens", ""},
                   {"reward calls", ""}, {"divergence from base", "nats"}};
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    sheet.caption = "means per finished sample; divergence: mean of log p - log p of the base";
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        attune_sheet_add_column(
            &sheet, (struct attune_sheet_column){.title = columns[c].title,
                                                 .unit = columns[c].unit,
                                                 .right = c > 2,
                                                 .n_decimals = c == 5 || c == 9 ? 2 : 0});
    }
    for (size_t m = 0; m < board->models.n; m++) {
        const struct attune_model_info *model = &board->models.items[m];
        const double numbers[] = {(double)model->n_ok, (double)model->n_failed, model->generate_s,
                                  model->n_candidates, model->n_tokens,         model->n_rewards,
                                  model->divergence};
        struct attune_sheet_cell *cells = attune_sheet_add_row(&sheet);
        if (!cells) {
            break;
        }
        attune_cell_text(&sheet, &cells[0], model->name);
        cells[0].marks = model->simulated ? ATTUNE_MARK_SIMULATED : 0;
        attune_cell_text(&sheet, &cells[1], model->method);
        attune_cell_text(&sheet, &cells[2], model->base ? model->base : "");
        for (size_t c = 0; c < 7; c++) {
            attune_cell_value(&cells[3 + c], numbers[c]);
        }
    }
    attune_buf_add(out, "<div class=\"scroll\">\n");
    attune_sheet_html(out, &sheet, "cost");
    attune_buf_add(out, "</div>\n");
    attune_sheet_release(&sheet);
}

static void add_prompts(struct attune_buf *out, const struct attune_page_parts *parts)
{
    attune_buf_add(
        out, "<h2 id=\"prompts\">Prompts</h2>\n<ol class=\"prompts\" data-filter=\"prompts\">\n");
    for (size_t p = 0; p < parts->prompts.n; p++) {
        attune_buf_addf(out, "<li><a href=\"prompts/%zu.html\">", p + 1);
        attune_escape_html(out, parts->prompts.items[p].name);
        attune_buf_add(out, "</a> ");
        attune_escape_html(out, parts->prompts.items[p].text);
        attune_buf_add(out, "</li>\n");
    }
    attune_buf_add(out, "</ol>\n");
}

static void add_failures(struct attune_buf *out, const struct attune_page_parts *parts)
{
    attune_buf_add(out, "<h2 id=\"failures\">Failures</h2>\n");
    size_t n = 0;
    for (size_t i = 0; i < parts->samples.n; i++) {
        const struct attune_page_sample *s = &parts->samples.items[i];
        if (!s->failed || n++ >= MAX_FAILURES_SHOWN) {
            continue;
        }
        attune_buf_add(
            out, n == 1
                     ? "<div class=\"scroll\"><table class=\"sortable\"><thead><tr><th "
                       "scope=\"col\">model</th><th scope=\"col\">prompt</th><th "
                       "scope=\"col\">seed</th><th scope=\"col\">reason</th></tr></thead><tbody>\n"
                     : "");
        attune_buf_add(out, "<tr><th scope=\"row\">");
        attune_escape_html(out, parts->board->models.items[s->model].name);
        attune_buf_addf(out, "</th><td><a href=\"prompts/%zu.html\">", s->prompt + 1);
        attune_escape_html(out, parts->prompts.items[s->prompt].name);
        attune_buf_addf(out, "</a></td><td>%lld</td><td>", (long long)s->seed);
        attune_escape_html(out, s->error ? s->error : "");
        attune_buf_add(out, "</td></tr>\n");
    }
    attune_buf_add(out, n ? "</tbody></table></div>\n"
                          : "<p>None: every sample was made and scored.</p>\n");
    if (n > MAX_FAILURES_SHOWN) {
        attune_buf_addf(out, "<p class=\"note\">%zu more in failures.csv</p>\n",
                        n - MAX_FAILURES_SHOWN);
    }
}

static void add_provenance(struct attune_buf *out, const struct attune_run_info *run)
{
    const struct {
        const char *name, *text;
    } items[] = {{"suite", run->name},
                 {"suite file", run->suite_path},
                 {"suite hash", run->suite_hash},
                 {"prompt hash", run->prompt_hash},
                 {"started", run->started},
                 {"ended", run->ended ? run->ended : "not finished"},
                 {"attune", run->attune_version},
                 {"commit", run->attune_commit},
                 {"compiler", run->compiler},
                 {"flags", run->cflags},
                 {"processor", run->cpu},
                 {"host", run->host},
                 {"libraries", run->libraries},
                 {"FFT", run->fft},
                 {"sound font", run->soundfont},
                 {"sound font hash", run->soundfont_hash}};
    attune_buf_add(out, "<h2 id=\"provenance\">Provenance</h2>\n<dl>\n");
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        if (items[i].text && items[i].text[0]) {
            attune_buf_addf(out, "<dt>%s</dt><dd>", items[i].name);
            attune_escape_html(out, items[i].text);
            attune_buf_add(out, "</dd>\n");
        }
    }
    attune_buf_add(out, "</dl>\n<details><summary>the suite</summary><pre>");
    for (const char *line = run->suite; *line;) {
        const size_t n = strcspn(line, "\n");
        struct attune_buf text = ATTUNE_BUF_INIT;
        attune_buf_add_bytes(&text, line, n);
        attune_escape_html(out, attune_buf_text(&text));
        attune_buf_add(out, "\n");
        attune_buf_release(&text);
        line += n + (line[n] == '\n');
    }
    attune_buf_add(out, "</pre></details>\n");
}

static void add_figures(struct attune_buf *out, const struct attune_page_parts *parts)
{
    static const struct {
        const char *name, *alt;
    } figures[] = {
        {"leaderboard", "means with intervals, one panel per metric; the numbers are in the "
                        "leaderboard above"},
        {"radar", "the same metrics as axes of a disc, a line per model"},
        {"heatmap", "metrics by models, coloured by distance from the mean of the models"}};
    attune_buf_add(out, "<h2 id=\"figures\">Figures</h2>\n<div class=\"figures\">\n");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        struct attune_buf path = ATTUNE_BUF_INIT;
        attune_buf_addf(&path, "%s/figures/%s.svg", parts->options->out, figures[i].name);
        if (attune_file_exists(attune_buf_text(&path))) {
            attune_buf_addf(out,
                            "<figure><a href=\"figures/%s.svg\"><img loading=\"lazy\" "
                            "src=\"figures/%s.svg\" alt=\"%s\"></a><figcaption>%s: <a "
                            "href=\"figures/%s.gp\" download>script</a>, <a "
                            "href=\"figures/%s.dat\" download>data</a></figcaption></figure>\n",
                            figures[i].name, figures[i].name, figures[i].alt, figures[i].name,
                            figures[i].name, figures[i].name);
        }
        attune_buf_release(&path);
    }
    attune_buf_add(out, "</div>\n");
}

static void add_downloads(struct attune_buf *out, bool database)
{
    attune_buf_add(out,
                   "<h2 id=\"downloads\">Downloads</h2>\n<ul><li><a href=\"leaderboard.csv\" "
                   "download>leaderboard.csv</a>: every model under every metric</li><li><a "
                   "href=\"failures.csv\" download>failures.csv</a>: samples that failed, with "
                   "their reasons</li>");
    attune_buf_add(out, database ? "<li><a href=\"attune.db\" download>attune.db</a>: the whole "
                                   "experiment as an SQLite database (table "
                                   "<code>leaderboard</code>, view <code>sample_scores</code>)"
                                   "</li>"
                                 : "");
    attune_buf_add(out, "</ul>\n");
}

static enum attune_code add_all_metrics(struct attune_buf *out, const struct attune_board *board,
                                        struct attune_err *err)
{
    size_t *all = attune_alloc(board->metrics.n, sizeof *all);
    if (!all) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a page");
    }
    for (size_t k = 0; k < board->metrics.n; k++) {
        all[k] = k;
    }
    attune_buf_addf(out, "<details><summary>all %zu metrics</summary>\n", board->metrics.n);
    enum attune_code code = add_board(out, board, all, board->metrics.n, NULL, "all-metrics", err);
    attune_buf_add(out, "</details>\n");
    attune_release(all);
    return code;
}

/* The pillars, where the run has them: what each family of metrics comes to. */
static enum attune_code add_pillars(struct attune_buf *out, const struct attune_board *board,
                                    struct attune_err *err)
{
    size_t *pillars = attune_alloc(board->metrics.n, sizeof *pillars), n = 0;
    if (!pillars) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a page");
    }
    for (size_t k = 0; k < board->metrics.n; k++) {
        if (strncmp(board->metrics.items[k].name, "pillar.", 7) == 0) {
            pillars[n++] = k;
        }
    }
    enum attune_code code = ATTUNE_OK;
    if (n > 0) {
        attune_buf_add(out, "<h2 id=\"pillars\">Pillars</h2>\n<p class=\"note\">A pillar weighs "
                            "the metrics of its family that were seen to answer to damage: "
                            "<code>attune describe pillar.harmony</code> lists them.</p>\n");
        code = add_board(out, board, pillars, n, NULL, "pillars-table", err);
    }
    attune_release(pillars);
    return code;
}

enum attune_code attune_page_index(const struct attune_page_parts *parts,
                                   const struct attune_board *methods,
                                   const struct attune_page_changes *changes, bool figures,
                                   struct attune_err *err)
{
    const struct attune_board *board = parts->board;
    struct attune_buf out = ATTUNE_BUF_INIT;
    attune_page_begin(&out, board->run->name, "");
    attune_buf_add(&out, "<h1>");
    attune_escape_html(&out, board->run->name);
    attune_buf_addf(
        &out,
        "</h1>\n<p class=\"lead\">%zu models, %zu prompts, %zu %s%s. Means over prompts with 95 %% "
        "intervals; bold: best, or not separable from the best by a paired, Holm-corrected test; "
        "underlined: next.</p>\n",
        board->models.n, board->n_prompts, board->n_seeds, board->n_seeds == 1 ? "seed" : "seeds",
        board->run->ended ? "" : "; this run is not finished");
    const struct attune_board_layout layout = {.method = true};
    attune_buf_add(&out, "<h2 id=\"leaderboard\">Leaderboard</h2>\n");
    enum attune_code code = add_board(&out, board, parts->headline, parts->n_headline, &layout,
                                      "leaderboard-table", err);
    if (!code) {
        code = add_all_metrics(&out, board, err);
    }
    if (!code) {
        code = add_pillars(&out, board, err);
    }
    if (!code && methods->n_rows > 1) {
        attune_buf_add(&out, "<h2 id=\"methods\">Methods</h2>\n");
        code = add_board(&out, methods, parts->headline, parts->n_headline, NULL, "methods-table",
                         err);
    }
    attune_page_changes_table(&out, parts, changes);
    attune_buf_add(&out, "<h2 id=\"cost-heading\">Cost and divergence</h2>\n");
    add_cost(&out, board);
    if (figures) {
        add_figures(&out, parts);
    }
    add_prompts(&out, parts);
    add_failures(&out, parts);
    add_provenance(&out, board->run);
    add_downloads(&out, parts->options->database);
    attune_page_end(&out);
    code = code ? code : attune_page_save(parts, "index.html", &out, err);
    attune_buf_release(&out);
    return code;
}
