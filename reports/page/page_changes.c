/* Models against their bases: what alignment changed, and where it made things worse. */
#include <math.h>

#include "harness/store/leaderboard.h"
#include "reports/escape.h"
#include "reports/page/page_parts.h"

static size_t find_base(const struct attune_board *board, size_t model)
{
    const char *base = board->rows[model].base;
    for (size_t r = 0; base && r < board->n_rows; r++) {
        if (r != model && strcmp(board->rows[r].name, base) == 0) {
            return r;
        }
    }
    return SIZE_MAX;
}

/* One column: the model's prompt means minus the base's, turned. value, defined: scratch (2 *
 * n_prompts,). */
static void fill_column(const struct attune_page_changes *c, const struct attune_page_parts *parts,
                        size_t item, size_t k, double *value, unsigned char *defined)
{
    const struct attune_score_table *scores = &parts->scores;
    const size_t n = scores->prompts.n, metric = c->metric[k], at = (item * c->n_metrics + k) * n;
    const char *direction = scores->metrics.items[metric].direction;
    const bool target = strcmp(direction, "target") == 0;
    const double sense = target || strcmp(direction, "down") == 0 ? -1.0 : 1.0;
    attune_prompt_means(scores, c->model[item], metric, target, value, defined);
    attune_prompt_means(scores, c->base[item], metric, target, value + n, defined + n);
    for (size_t p = 0; p < n; p++) {
        c->defined[at + p] = defined[p] && defined[n + p];
        c->better[at + p] = c->defined[at + p] ? sense * (value[p] - value[n + p]) : 0.0;
    }
}

static enum attune_code fill(struct attune_page_changes *c, const struct attune_page_parts *parts,
                             struct attune_err *err)
{
    const size_t n_prompts = parts->scores.prompts.n, n_columns = c->n * c->n_metrics;
    double *value = attune_alloc(2 * n_prompts, sizeof *value);
    unsigned char *defined = attune_alloc(2 * n_prompts, 1);
    c->better = attune_alloc(n_columns, n_prompts * sizeof *c->better);
    c->defined = attune_alloc(n_columns, n_prompts);
    c->interval = attune_alloc(n_columns, sizeof *c->interval);
    enum attune_code code = ATTUNE_OK;
    if (!value || !defined || !c->better || !c->defined || !c->interval) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a page");
    }
    for (size_t i = 0; i < n_columns && !code; i++) {
        fill_column(c, parts, i / c->n_metrics, i % c->n_metrics, value, defined);
    }
    if (!code) {
        struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
        how.seed = parts->options->seed;
        how.n_threads = parts->options->n_threads;
        const struct attune_columns table = {c->better, c->defined, n_columns, n_prompts};
        code = attune_bootstrap_means(&how, &table, c->interval, err);
    }
    attune_release(value);
    attune_release(defined);
    return code;
}

enum attune_code attune_page_changes_read(struct attune_page_changes *out,
                                          const struct attune_page_parts *parts,
                                          struct attune_err *err)
{
    *out = (struct attune_page_changes){0};
    const struct attune_board *board = parts->board;
    out->model = attune_alloc(board->n_rows, sizeof *out->model);
    out->base = attune_alloc(board->n_rows, sizeof *out->base);
    out->metric = attune_alloc(parts->scores.metrics.n, sizeof *out->metric);
    if (!out->model || !out->base || !out->metric) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a page");
    }
    for (size_t k = 0; k < parts->scores.metrics.n; k++) {
        if (strcmp(parts->scores.metrics.items[k].direction, "none") != 0) {
            out->metric[out->n_metrics++] = k;
        }
    }
    for (size_t r = 0; r < board->n_rows && out->n_metrics > 0; r++) {
        const size_t base = find_base(board, r);
        if (base != SIZE_MAX) {
            out->model[out->n] = r;
            out->base[out->n++] = base;
        }
    }
    return out->n > 0 && parts->scores.prompts.n > 0 ? fill(out, parts, err) : ATTUNE_OK;
}

void attune_page_changes_release(struct attune_page_changes *changes)
{
    attune_release(changes->model);
    attune_release(changes->base);
    attune_release(changes->metric);
    attune_release(changes->better);
    attune_release(changes->defined);
    attune_release(changes->interval);
    *changes = (struct attune_page_changes){0};
}

/* ---- the table of all */

struct tally {
    double mean;
    size_t n, n_better, n_worse;
};

static struct tally count(const struct attune_page_changes *c, size_t n_prompts, size_t column)
{
    struct tally t = {0};
    const struct attune_columns table = {c->better, c->defined, c->n * c->n_metrics, n_prompts};
    t.mean = attune_column_mean(&table, column, &t.n);
    for (size_t p = column * n_prompts; p < (column + 1) * n_prompts; p++) {
        t.n_better += c->defined[p] && c->better[p] > 0.0;
        t.n_worse += c->defined[p] && c->better[p] < 0.0;
    }
    return t;
}

static void add_change(struct attune_buf *out, const struct attune_page_changes *c,
                       size_t n_prompts, size_t column)
{
    const struct tally t = count(c, n_prompts, column);
    const struct attune_interval *ci = &c->interval[column];
    if (t.n == 0) {
        attune_buf_add(out, "<td class=\"n\">&ndash;</td>");
        return;
    }
    attune_buf_add(out, "<td data-v=\"");
    attune_buf_add_double(out, t.mean);
    attune_buf_addf(out, "\" class=\"n%s\">%+.3g",
                    ci->why          ? ""
                    : ci->low > 0.0  ? " good"
                    : ci->high < 0.0 ? " bad"
                                     : "",
                    t.mean);
    if (!ci->why) {
        attune_buf_addf(out, " <small>[%+.3g, %+.3g]</small>", ci->low, ci->high);
    }
    attune_buf_addf(out, "<br><small>%zu better, %zu worse</small></td>", t.n_better, t.n_worse);
}

void attune_page_changes_table(struct attune_buf *out, const struct attune_page_parts *parts,
                               const struct attune_page_changes *c)
{
    if (c->n == 0) {
        return;
    }
    attune_buf_add(out, "<h2 id=\"changes\">Against the base</h2>\n<div class=\"scroll\">"
                        "<table id=\"changes-table\" class=\"sortable\">\n<caption>mean "
                        "difference over prompts, positive is better, with a 95 % interval "
                        "(coloured where it leaves out 0; not corrected for the number of "
                        "comparisons: <code>attune compare</code> does that). A model's name "
                        "leads to its worst prompts.</caption>\n<thead><tr><th scope=\"col\">model"
                        "</th><th scope=\"col\">base</th>");
    for (size_t k = 0; k < c->n_metrics; k++) {
        attune_buf_add(out, "<th scope=\"col\" class=\"n\" data-dir=\"up\">");
        attune_escape_html(out, parts->scores.metrics.items[c->metric[k]].title);
        attune_buf_add(out, "</th>");
    }
    attune_buf_add(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->n; i++) {
        attune_buf_addf(out, "<tr><th scope=\"row\"><a href=\"models/%zu.html\">", c->model[i] + 1);
        attune_escape_html(out, parts->board->rows[c->model[i]].name);
        attune_buf_addf(out, "</a>%s</th><td>",
                        parts->board->rows[c->model[i]].simulated ? " <em>simulated</em>" : "");
        attune_escape_html(out, parts->board->rows[c->base[i]].name);
        attune_buf_add(out, "</td>");
        for (size_t k = 0; k < c->n_metrics; k++) {
            add_change(out, c, parts->scores.prompts.n, i * c->n_metrics + k);
        }
        attune_buf_add(out, "</tr>\n");
    }
    attune_buf_add(out, "</tbody></table></div>\n");
}
