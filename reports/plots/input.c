/* Names, titles, colours and prompt values that the figures of a run share. */
#include "reports/plots/input.h"

#include <math.h>

#include "reports/escape.h"

/* ---- names */

/* Bytes of the longest beginning of text that takes at most width columns. */
static size_t bytes_of(const char *text, size_t width)
{
    struct attune_buf head = ATTUNE_BUF_INIT;
    size_t n = 0, taken = 0;
    while (text[n]) {
        const size_t step = attune_utf8_step(text + n) ? attune_utf8_step(text + n) : 1;
        attune_buf_reset(&head);
        attune_buf_add_bytes(&head, text + n, step);
        taken += attune_text_width(attune_buf_text(&head));
        if (taken > width) {
            break;
        }
        n += step;
    }
    attune_buf_release(&head);
    return n;
}

void attune_plot_name(struct attune_buf *out, const char *name, size_t width)
{
    const size_t whole = attune_text_width(name);
    if (whole <= width) {
        attune_buf_add(out, name);
        return;
    }
    const size_t tail = (width - 1) / 2;
    attune_buf_add_bytes(out, name, bytes_of(name, width - 1 - tail));
    attune_buf_add(out, "\xe2\x80\xa6");
    attune_buf_add(out, name + bytes_of(name, whole - tail));
}

size_t attune_plot_names_width(const struct attune_plot_input *in)
{
    size_t widest = 4;
    for (size_t i = 0; i < in->n_rows; i++) {
        const size_t n = attune_text_width(in->board->rows[in->rows[i]].name);
        widest = n > widest ? n : widest;
    }
    return widest < ATTUNE_PLOT_NAME_WIDTH ? widest : ATTUNE_PLOT_NAME_WIDTH;
}

double attune_plot_names_cm(const struct attune_plot_input *in)
{
    return 0.25 + attune_figure_text_cm(attune_plot_names_width(in));
}

void attune_plot_name_tics(struct attune_figure *figure, const struct attune_plot_input *in,
                           const char *axis, bool blank)
{
    struct attune_buf name = ATTUNE_BUF_INIT;
    attune_buf_addf(&figure->script, "set %stics (", axis);
    for (size_t i = 0; i < in->n_rows; i++) {
        attune_buf_reset(&name);
        if (!blank) {
            attune_plot_name(&name, in->board->rows[in->rows[i]].name, ATTUNE_PLOT_NAME_WIDTH);
        }
        attune_buf_add(&figure->script, i ? ", " : "");
        attune_figure_tic(figure, attune_buf_text(&name));
        attune_buf_addf(&figure->script, " %zu", i);
    }
    attune_buf_add(&figure->script, strcmp(axis, "y") == 0
                                        ? ") noenhanced scale 0\n"
                                        : ") rotate by 45 left noenhanced scale 0 offset "
                                          "-0.3,-0.2\n");
    attune_figure_spend(figure, &name);
}

void attune_plot_metric_label(struct attune_buf *out, const struct attune_metric_info *metric)
{
    const struct attune_sheet_column column = {.direction = metric->direction,
                                               .target = metric->target};
    attune_buf_add(out, metric->title);
    if (strcmp(metric->direction, "none") != 0) {
        attune_buf_add(out, " ");
        attune_column_arrow(out, &column);
    }
    if (strcmp(metric->unit, "1") != 0) {
        attune_buf_addf(out, " (%s)", metric->unit);
    }
}

void attune_plot_title(struct attune_figure *figure, const struct attune_metric_info *metric,
                       const char *suffix, size_t width)
{
    struct attune_buf title = ATTUNE_BUF_INIT;
    attune_plot_metric_label(&title, metric);
    attune_buf_add(&title, suffix);
    attune_buf_add(&figure->script, "set title ");
    attune_figure_title(figure, attune_buf_text(&title), width);
    attune_buf_add(&figure->script, " noenhanced offset 0,-0.6\n");
    attune_figure_spend(figure, &title);
}

/* ---- colours and the legend */

/* Whether an earlier row of the board has this row's method. */
static bool seen_before(const struct attune_board *board, size_t row)
{
    for (size_t q = 0; q < row; q++) {
        if (strcmp(board->rows[q].method, board->rows[row].method) == 0) {
            return true;
        }
    }
    return false;
}

size_t attune_plot_method(const struct attune_board *board, size_t row)
{
    size_t index = 0;
    for (size_t r = 0; strcmp(board->rows[r].method, board->rows[row].method) != 0; r++) {
        index += !seen_before(board, r);
    }
    return index;
}

size_t attune_plot_method_entries(const struct attune_plot_input *in,
                                  struct attune_legend_entry *entries)
{
    size_t n = 0;
    for (size_t r = 0; r < in->board->n_rows; r++) {
        bool drawn = false;
        for (size_t i = 0; i < in->n_rows; i++) {
            drawn = drawn ||
                    strcmp(in->board->rows[in->rows[i]].method, in->board->rows[r].method) == 0;
        }
        if (drawn && !seen_before(in->board, r)) {
            entries[n++] = (struct attune_legend_entry){
                in->board->rows[r].method, attune_figure_color(attune_plot_method(in->board, r)),
                7};
        }
    }
    return n;
}

double attune_plot_legend(struct attune_figure *figure, const struct attune_legend_entry *entries,
                          size_t n, double width_cm)
{
    static const double line_cm = 0.34, point_cm = 0.5;
    double height_cm = n ? line_cm : 0.0;
    /* From the bottom line up would put the first entries last: count the lines, then write. */
    for (int writing = 0; writing < (figure ? 2 : 1); writing++) {
        double x = 0.2, y = 0.12 + height_cm - 0.5 * line_cm;
        for (size_t i = 0; i < n; i++) {
            struct attune_buf text = ATTUNE_BUF_INIT;
            attune_plot_name(&text, entries[i].text, (size_t)(width_cm / attune_figure_text_cm(1)));
            const double needed = (entries[i].point ? point_cm : 0.15) +
                                  attune_figure_text_cm(attune_text_width(attune_buf_text(&text)));
            if (x > 0.2 && x + needed > width_cm) {
                x = 0.2;
                y -= line_cm;
                height_cm += writing ? 0.0 : line_cm;
            }
            if (writing) {
                attune_buf_add(&figure->script, "set label ");
                attune_figure_text(figure, attune_buf_text(&text));
                attune_buf_addf(&figure->script, " at screen %.5f,%.5f left noenhanced",
                                x / figure->width_cm, y / figure->height_cm);
                if (entries[i].point) {
                    attune_buf_addf(&figure->script, " point pt %d lc rgb '%s' offset 0.8,0",
                                    entries[i].point, entries[i].color);
                } else {
                    attune_buf_addf(&figure->script, " textcolor rgb '%s'", entries[i].color);
                }
                attune_buf_add(&figure->script, "\n");
            }
            x += needed + 0.1;
            attune_figure_spend(figure, &text);
        }
    }
    return height_cm;
}

bool attune_plot_is_simulated(const struct attune_plot_input *in)
{
    bool simulated = false;
    for (size_t i = 0; i < in->n_rows; i++) {
        simulated = simulated || in->board->rows[in->rows[i]].simulated;
    }
    return simulated;
}

/* ---- values by prompt */

static size_t find_metric(const struct attune_score_table *scores, const char *name)
{
    size_t k = 0;
    while (k < scores->metrics.n && strcmp(scores->metrics.items[k].name, name) != 0) {
        k++;
    }
    return k;
}

enum attune_code attune_prompt_values_read(struct attune_prompt_values *out,
                                           const struct attune_plot_input *in, size_t metric,
                                           enum attune_values how, struct attune_err *err)
{
    const size_t n = in->scores->prompts.n;
    const struct attune_metric_info *m = &in->board->metrics.items[metric];
    const size_t k = find_metric(in->scores, m->name);
    *out = (struct attune_prompt_values){.n_rows = in->n_rows, .n_prompts = n};
    if (k == in->scores->metrics.n) {
        return attune_fail(err, ATTUNE_E_INTERNAL, "no scores of '%s' were read", m->name);
    }
    out->value = attune_alloc(in->n_rows, (n + 1) * sizeof *out->value);
    out->defined = attune_alloc(in->n_rows, n + 1);
    if (!out->value || !out->defined) {
        attune_prompt_values_release(out);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    const bool turned = how == ATTUNE_VALUES_TURNED;
    const bool distance = turned && strcmp(m->direction, "target") == 0;
    const double sense = distance || (turned && strcmp(m->direction, "down") == 0) ? -1.0 : 1.0;
    for (size_t i = 0; i < in->n_rows; i++) {
        double *value = out->value + i * n;
        attune_prompt_means(in->scores, in->rows[i], k, distance, value, out->defined + i * n);
        for (size_t p = 0; p < n; p++) {
            value[p] *= sense;
        }
    }
    return ATTUNE_OK;
}

void attune_prompt_values_release(struct attune_prompt_values *values)
{
    attune_release(values->value);
    attune_release(values->defined);
    *values = (struct attune_prompt_values){0};
}

double attune_plot_goodness(const struct attune_metric_info *metric, double mean)
{
    return strcmp(metric->direction, "up") == 0       ? mean
           : strcmp(metric->direction, "down") == 0   ? -mean
           : strcmp(metric->direction, "target") == 0 ? -fabs(mean - metric->target)
                                                      : NAN;
}
