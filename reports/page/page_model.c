/* One model against its base: per metric the prompts on which it fell most behind, both players
 * beside them. */
#include <math.h>

#include "reports/escape.h"
#include "reports/page/page_parts.h"

enum { N_WORST = 8 };

/* The prompts with the most negative differences of one column, worst first; returns how many. */
static size_t find_worst(const struct attune_page_changes *c, size_t n_prompts, size_t column,
                         size_t worst[N_WORST])
{
    const double *better = c->better + column * n_prompts;
    size_t n = 0;
    for (size_t p = 0; p < n_prompts; p++) {
        if (!c->defined[column * n_prompts + p] || better[p] >= 0.0) {
            continue;
        }
        size_t at = n < N_WORST ? n++ : N_WORST;
        for (; at > 0 && better[worst[at - 1]] > better[p]; at--) {
            if (at < N_WORST) {
                worst[at] = worst[at - 1];
            }
        }
        if (at < N_WORST) {
            worst[at] = p;
        }
    }
    return n;
}

/* The first sample of a model on a prompt that can be heard, else its first; NULL without any. */
static const struct attune_page_sample *find_sample(const struct attune_page_parts *parts,
                                                    size_t model, size_t prompt)
{
    const struct attune_page_sample *found = NULL;
    for (size_t i = parts->first[prompt]; i < parts->first[prompt + 1]; i++) {
        const struct attune_page_sample *s = &parts->samples.items[parts->by_prompt[i]];
        if (s->model == model && (!found || (!found->player && s->player))) {
            found = s;
        }
    }
    return found;
}

/* A model's value on a prompt, and its player. */
static void add_side(struct attune_buf *out, const struct attune_page_parts *parts, size_t model,
                     size_t prompt, double value)
{
    const struct attune_page_sample *s = find_sample(parts, model, prompt);
    const char *name = parts->board->rows[model].name;
    attune_buf_addf(out, "<td>%.4g", value);
    if (s) {
        attune_page_player(out, s, name);
    }
    attune_buf_add(out, "</td>");
}

/* Prompt means of one model and metric, plain. */
static double value_of(const struct attune_score_table *scores, size_t model, size_t metric,
                       size_t prompt)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t s = 0; s < scores->n_seeds; s++) {
        const size_t cell = attune_score_cell(scores, model, metric, prompt, s);
        if (scores->state[cell] == ATTUNE_CELL_OK) {
            sum += scores->value[cell];
            n++;
        }
    }
    return n ? sum / (double)n : NAN;
}

static void add_metric(struct attune_buf *out, const struct attune_page_parts *parts,
                       const struct attune_page_changes *c, size_t item, size_t k)
{
    const struct attune_metric_info *m = &parts->scores.metrics.items[c->metric[k]];
    const size_t column = item * c->n_metrics + k, n_prompts = parts->scores.prompts.n;
    const size_t model = c->model[item], base = c->base[item];
    size_t worst[N_WORST] = {0};
    const size_t n = find_worst(c, n_prompts, column, worst);
    attune_buf_add(out, "<h2>");
    attune_escape_html(out, m->title);
    attune_buf_add(out, "</h2>\n");
    if (n == 0) {
        attune_buf_add(out, "<p>No prompt on which it is worse than its base.</p>\n");
        return;
    }
    attune_buf_add(out, "<div class=\"scroll\"><table>\n<caption>the prompts on which it fell most "
                        "behind, worst first</caption>\n<thead><tr><th scope=\"col\">prompt</th>"
                        "<th scope=\"col\" class=\"n\">difference</th><th scope=\"col\">");
    attune_escape_html(out, parts->board->rows[base].name);
    attune_buf_add(out, "</th><th scope=\"col\">");
    attune_escape_html(out, parts->board->rows[model].name);
    attune_buf_add(out, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++) {
        const size_t p = worst[i];
        attune_buf_addf(out, "<tr><th scope=\"row\"><a href=\"../prompts/%zu.html\">", p + 1);
        attune_escape_html(out, parts->prompts.items[p].name);
        attune_buf_add(out, "</a><br><small>");
        attune_escape_html(out, parts->prompts.items[p].text);
        attune_buf_addf(out, "</small></th><td class=\"n bad\">%.3g</td>",
                        c->better[column * n_prompts + p]);
        add_side(out, parts, base, p, value_of(&parts->scores, base, c->metric[k], p));
        add_side(out, parts, model, p, value_of(&parts->scores, model, c->metric[k], p));
        attune_buf_add(out, "</tr>\n");
    }
    attune_buf_add(out, "</tbody></table></div>\n");
}

enum attune_code attune_page_model(const struct attune_page_parts *parts,
                                   const struct attune_page_changes *c, size_t item,
                                   struct attune_err *err)
{
    const struct attune_board_row *row = &parts->board->rows[c->model[item]];
    struct attune_buf out = ATTUNE_BUF_INIT;
    char name[48];
    attune_page_begin(&out, row->name, "../");
    attune_buf_add(&out, "<h1>");
    attune_escape_html(&out, row->name);
    attune_buf_addf(&out, " <small>%s</small></h1>\n<p class=\"lead\">Against its base, ",
                    row->simulated ? "simulated" : "");
    attune_escape_html(&out, parts->board->rows[c->base[item]].name);
    attune_buf_add(&out, ": where it got worse. Values are means over a prompt's seeds; the "
                         "players hold the first seed.</p>\n");
    for (size_t k = 0; k < c->n_metrics; k++) {
        add_metric(&out, parts, c, item, k);
    }
    attune_page_end(&out);
    snprintf(name, sizeof name, "models/%zu.html", c->model[item] + 1);
    enum attune_code code = attune_page_save(parts, name, &out, err);
    attune_buf_release(&out);
    return code;
}
