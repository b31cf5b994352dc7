/* One page per prompt: every model's samples side by side. */
#include <math.h>

#include "reports/escape.h"
#include "reports/page/page_parts.h"

static void add_values(struct attune_buf *out, const struct attune_page_parts *parts,
                       const struct attune_page_sample *sample)
{
    const struct attune_score_table *scores = &parts->scores;
    size_t seed = 0;
    while (seed < scores->n_seeds && scores->seeds[seed] != sample->seed) {
        seed++;
    }
    if (seed == scores->n_seeds) {
        return;
    }
    attune_buf_add(out, "<dl>");
    for (size_t k = 0; k < scores->metrics.n; k++) {
        const size_t cell = attune_score_cell(scores, sample->model, k, sample->prompt, seed);
        if (scores->state[cell] == ATTUNE_CELL_NOT_APPLICABLE ||
            scores->state[cell] == ATTUNE_CELL_MISSING) {
            continue;
        }
        attune_buf_add(out, "<dt>");
        attune_escape_html(out, scores->metrics.items[k].title);
        attune_buf_add(out, "</dt><dd>");
        if (scores->state[cell] == ATTUNE_CELL_OK) {
            attune_buf_addf(out, "%.4g", scores->value[cell]);
            if (strcmp(scores->metrics.items[k].unit, "1") != 0) {
                attune_buf_add(out, " ");
                attune_escape_html(out, scores->metrics.items[k].unit);
            }
        } else {
            attune_buf_add(out, "undefined: ");
            attune_escape_html(out, scores->reasons[scores->why[cell]]);
        }
        attune_buf_add(out, "</dd>");
    }
    attune_buf_add(out, "</dl>");
}

void attune_page_player(struct attune_buf *out, const struct attune_page_sample *sample,
                        const char *label)
{
    if (sample->player) {
        attune_buf_add(out, "<audio controls preload=\"none\" aria-label=\"");
        attune_escape_html(out, label);
        attune_buf_addf(out, ", seed %lld\" src=\"../media/%s\"></audio>\n",
                        (long long)sample->seed, sample->player);
    }
    if (sample->file) {
        attune_buf_addf(out, "<p class=\"note\"><a href=\"../media/%s\" download>%s</a>",
                        sample->file, sample->symbolic ? "MIDI file" : "audio file");
        if (!isnan(sample->duration_s)) {
            attune_buf_addf(out, ", %.1f s", sample->duration_s);
        }
        attune_buf_add(out, "</p>\n");
    } else if (sample->gone) {
        attune_buf_add(out, "<p class=\"note\">the file that was scored is no longer there</p>\n");
    } else if (sample->failed) {
        attune_buf_add(out, "<p class=\"note\">failed: ");
        attune_escape_html(out, sample->error ? sample->error : "no reason given");
        attune_buf_add(out, "</p>\n");
    }
}

static void add_sample(struct attune_buf *out, const struct attune_page_parts *parts,
                       const struct attune_page_sample *sample)
{
    const struct attune_model_info *model = &parts->board->models.items[sample->model];
    attune_buf_add(out, "<article class=\"card\"><h3>");
    attune_escape_html(out, model->name);
    attune_buf_addf(out, " <small>seed %lld%s</small></h3>\n", (long long)sample->seed,
                    model->simulated ? ", simulated" : "");
    attune_page_player(out, sample, model->name);
    if (!sample->failed) {
        add_values(out, parts, sample);
    }
    attune_buf_add(out, "</article>\n");
}

static void add_way(struct attune_buf *out, const struct attune_page_parts *parts, size_t prompt)
{
    attune_buf_add(out, "<p>");
    if (prompt > 0) {
        attune_buf_addf(out, "<a rel=\"prev\" href=\"%zu.html\">previous</a> ", prompt);
    }
    if (prompt + 1 < parts->prompts.n) {
        attune_buf_addf(out, "<a rel=\"next\" href=\"%zu.html\">next</a>", prompt + 2);
    }
    attune_buf_add(out, "</p>\n");
}

enum attune_code attune_page_prompt(const struct attune_page_parts *parts, size_t prompt,
                                    struct attune_err *err)
{
    const struct attune_prompt_info *p = &parts->prompts.items[prompt];
    struct attune_buf out = ATTUNE_BUF_INIT;
    char name[48];
    attune_page_begin(&out, p->name, "../");
    attune_buf_add(&out, "<h1>");
    attune_escape_html(&out, p->name);
    attune_buf_add(&out, "</h1>\n<blockquote>");
    attune_escape_html(&out, p->text);
    attune_buf_add(&out, "</blockquote>\n");
    if (p->attributes && strcmp(p->attributes, "{}") != 0) {
        attune_buf_add(&out, "<p class=\"note\">asks for: <code>");
        attune_escape_html(&out, p->attributes);
        attune_buf_add(&out, "</code></p>\n");
    }
    add_way(&out, parts, prompt);
    attune_buf_add(&out, "<div class=\"cards\" data-filter=\"models\">\n");
    for (size_t i = parts->first[prompt]; i < parts->first[prompt + 1]; i++) {
        add_sample(&out, parts, &parts->samples.items[parts->by_prompt[i]]);
    }
    attune_buf_add(&out, "</div>\n");
    attune_page_end(&out);
    snprintf(name, sizeof name, "prompts/%zu.html", prompt + 1);
    enum attune_code code = attune_page_save(parts, name, &out, err);
    attune_buf_release(&out);
    return code;
}
