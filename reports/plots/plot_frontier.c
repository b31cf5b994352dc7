/* Gold against compute per piece, training spread over a stated number of pieces: a line per
 * method. Inference-time methods join their settings from the base on; what is trained is a step
 * that holds from its cost on. Where training overtakes search is marked and printed. */
#include <math.h>

#include "reports/equal_compute.h"
#include "reports/escape.h"
#include "reports/gains.h"
#include "reports/plots/place.h"
#include "reports/plots/plot.h"

static const double panel_cm = 6.2, left_cm = 1.25;

struct frame {
    double low[2], high[2]; /* log10 of the cost, gold */
    double width_cm;
};

static double x_cm(const struct frame *f, double cost)
{
    return f->width_cm * (log10(cost) - f->low[0]) / (f->high[0] - f->low[0]);
}

static double y_cm(const struct frame *f, double gold)
{
    return panel_cm * (gold - f->low[1]) / (f->high[1] - f->low[1]);
}

static struct frame make_frame(const struct attune_equal_compute *ec, double width_cm)
{
    struct frame f = {.low = {INFINITY, INFINITY}, .high = {-INFINITY, -INFINITY}};
    for (size_t w = 0; w < ec->n_ways; w++) {
        for (size_t i = 0; i < ec->ways[w].n; i++) {
            const size_t row = ec->ways[w].rows[i];
            const struct attune_standing *s = attune_board_cell(ec->board, ec->metric, row);
            f.low[0] = fmin(f.low[0], log10(attune_cost(ec, row)));
            f.high[0] = fmax(f.high[0], log10(attune_cost(ec, row)));
            f.low[1] = fmin(f.low[1], isnan(s->ci_low) ? s->mean : s->ci_low);
            f.high[1] = fmax(f.high[1], isnan(s->ci_high) ? s->mean : s->ci_high);
        }
    }
    double range[2];
    attune_figure_range(f.low[1], f.high[1], range);
    f.low[1] = range[0];
    f.high[1] = range[1];
    const double room = fmax(0.06 * (f.high[0] - f.low[0]), 0.1);
    f.low[0] -= room;
    f.high[0] += room;
    f.width_cm = width_cm;
    return f;
}

/* ---- data: a block of lines and a block of points per method */

static void add_line_point(struct attune_figure *figure, double cost, double gold)
{
    attune_buf_addf(&figure->data, "%.8g\t%.8g\n", cost, gold);
}

static void add_line(struct attune_figure *figure, const struct attune_equal_compute *ec,
                     const struct attune_way *way, double right)
{
    attune_buf_add(&figure->data, "# line of ");
    attune_figure_data_text(figure, way->name);
    attune_buf_add(&figure->data, ": tokens per piece, mean\n");
    const size_t base = attune_model_base(&ec->board->models, way->rows[0]);
    double top = -INFINITY;
    for (size_t i = 0; i < way->n; i++) {
        const double cost = attune_cost(ec, way->rows[i]), gold = attune_gold(ec, way->rows[i]);
        if (!way->trained) {
            if (i == 0 && base != SIZE_MAX && isfinite(attune_cost(ec, base))) {
                add_line_point(figure, attune_cost(ec, base), attune_gold(ec, base));
            }
            add_line_point(figure, cost, gold);
        } else if (gold > top) {
            if (isfinite(top)) {
                add_line_point(figure, cost, top);
            }
            add_line_point(figure, cost, gold);
            top = gold;
        }
    }
    if (way->trained) {
        add_line_point(figure, right, top);
    }
    attune_buf_add(&figure->data, "\n\n");
}

static void add_points(struct attune_figure *figure, const struct attune_equal_compute *ec)
{
    attune_buf_add(&figure->data, "# tokens per piece\tmean\tlow\thigh\tmethod\ttraining tokens\t"
                                  "model\n");
    for (size_t w = 0; w < ec->n_ways; w++) {
        for (size_t i = 0; i < ec->ways[w].n; i++) {
            const size_t row = ec->ways[w].rows[i];
            const struct attune_standing *s = attune_board_cell(ec->board, ec->metric, row);
            attune_buf_addf(&figure->data, "%.8g\t%.8g\t%.8g\t%.8g\t%zu\t%.8g\t",
                            attune_cost(ec, row), s->mean, isnan(s->ci_low) ? s->mean : s->ci_low,
                            isnan(s->ci_high) ? s->mean : s->ci_high,
                            attune_plot_method(ec->board, row), ec->training[row]);
            attune_figure_data_text(figure, ec->board->rows[row].name);
            attune_buf_add(&figure->data, "\n");
        }
    }
    attune_buf_add(&figure->data, "\n\n");
}

/* ---- names, the best first */

/* Returns how many found no room. boxes: (n_rows + n_ways,). */
static size_t add_names(struct attune_figure *figure, const struct attune_equal_compute *ec,
                        const struct frame *f, struct attune_box *boxes)
{
    size_t n = 0, n_left_out = 0;
    for (size_t w = 0; w < ec->n_ways; w++) {
        for (size_t i = 0; i < ec->ways[w].n; i++) {
            const size_t row = ec->ways[w].rows[i];
            const double x = x_cm(f, attune_cost(ec, row)), y = y_cm(f, attune_gold(ec, row));
            boxes[n++] = (struct attune_box){x - 0.07, y - 0.07, x + 0.07, y + 0.07};
        }
    }
    double above = INFINITY;
    for (size_t k = 0; k < ec->n_ways; k++) {
        const struct attune_way *next = NULL;
        for (size_t w = 0; w < ec->n_ways; w++) {
            const double gold = attune_gold(ec, ec->ways[w].best);
            next =
                gold < above && (!next || gold > attune_gold(ec, next->best)) ? &ec->ways[w] : next;
        }
        if (!next) {
            break; /* equal means */
        }
        above = attune_gold(ec, next->best);
        struct attune_buf name = ATTUNE_BUF_INIT;
        attune_plot_name(&name, next->name, ATTUNE_PLOT_NAME_WIDTH);
        const double text_cm = attune_figure_text_cm(attune_text_width(attune_buf_text(&name)));
        struct attune_box place;
        if (attune_place_find(boxes, n, x_cm(f, attune_cost(ec, next->best)), y_cm(f, above),
                              0.85 * text_cm, f->width_cm, panel_cm, &place)) {
            attune_place_label(figure, attune_buf_text(&name), &place, f->width_cm, panel_cm);
            boxes[n++] = place;
        } else {
            n_left_out++;
        }
        attune_figure_spend(figure, &name);
    }
    return n_left_out;
}

/* ---- notes */

/* The smallest cost per piece at which a trained model is above the search; NULL search: none. */
static size_t first_above(const struct attune_equal_compute *ec, const struct attune_way *search)
{
    size_t first = SIZE_MAX;
    struct attune_crossing crossing;
    for (size_t w = 0; search && w < ec->n_ways; w++) {
        for (size_t i = 0; i < ec->ways[w].n && ec->ways[w].trained; i++) {
            const size_t row = ec->ways[w].rows[i];
            if (attune_crossing_find(ec, row, search, &crossing) &&
                attune_way_reaches(ec, search, attune_gold(ec, row)) > attune_cost(ec, row) &&
                (first == SIZE_MAX || attune_cost(ec, row) < attune_cost(ec, first))) {
                first = row;
            }
        }
    }
    return first;
}

static void add_notes(struct attune_figure *figure, const struct attune_equal_compute *ec,
                      const struct attune_way *search, double reward_tokens)
{
    attune_figure_note(figure,
                       "compute per piece: tokens, a reward call as %g, training over %.0f pieces",
                       reward_tokens, ec->served);
    for (size_t w = 0; w < ec->n_ways; w++) {
        const struct attune_way *way = &ec->ways[w];
        struct attune_buf text = ATTUNE_BUF_INIT;
        attune_buf_addf(&text, "%s: %.3f at %.4g a piece", way->name, attune_gold(ec, way->best),
                        ec->per_piece[way->best]);
        if (way->n > 1) {
            attune_buf_addf(&text, " (%s)", ec->board->rows[way->best].name);
        }
        struct attune_crossing crossing;
        if (way->trained) {
            attune_buf_addf(&text, " after %.3g", ec->training[way->best]);
        }
        if (way->trained && search && attune_crossing_find(ec, way->best, search, &crossing)) {
            attune_buf_add(&text, "; ");
            attune_crossing_text(&text, &crossing, search->name);
        }
        attune_figure_note(figure, "%s", attune_buf_text(&text));
        attune_figure_spend(figure, &text);
    }
}

/* ---- the picture */

static void add_axes(struct attune_figure *figure, const struct attune_plot_input *in,
                     const struct frame *f)
{
    struct attune_buf *s = &figure->script, label = ATTUNE_BUF_INIT;
    attune_figure_axis(figure, 'y', f->low[1], f->high[1], panel_cm);
    attune_buf_addf(s,
                    "set yrange [%.8g:%.8g]\nset logscale x\nset xrange [%.8g:%.8g]\n"
                    "set format x '%%.0s%%c'\nset grid ls 9\n"
                    "set xlabel 'tokens per piece, with training over %.0f pieces' offset 0,0.3\n"
                    "set ylabel ",
                    f->low[1], f->high[1], pow(10.0, f->low[0]), pow(10.0, f->high[0]), in->served);
    attune_plot_metric_label(&label, attune_plot_metric(in, 0));
    attune_figure_text(figure, attune_buf_text(&label));
    attune_buf_add(s, " noenhanced offset 0.4,0\n");
    attune_figure_spend(figure, &label);
}

static void draw(struct attune_figure *figure, const struct attune_plot_input *in,
                 const struct attune_equal_compute *ec, struct attune_legend_entry *legend,
                 struct attune_box *boxes)
{
    const struct attune_way *search = attune_way_search(ec);
    const size_t first = first_above(ec, search);
    size_t n_legend = attune_plot_method_entries(in, legend);
    legend[n_legend++] = (struct attune_legend_entry){"95 % intervals", "#444444", 0};
    if (attune_plot_is_simulated(in)) {
        legend[n_legend++] = (struct attune_legend_entry){"simulated rewards", "#444444", 0};
    }
    if (first != SIZE_MAX) {
        legend[n_legend++] =
            (struct attune_legend_entry){"dashed: from here on training is ahead", "#444444", 0};
    }
    const double width_cm = ATTUNE_FIGURE_COLUMN_CM;
    const double foot_cm = 1.1 + attune_plot_legend(NULL, legend, n_legend, width_cm);
    attune_figure_begin(figure, width_cm, foot_cm + panel_cm + 0.5);
    attune_plot_legend(figure, legend, n_legend, width_cm);
    attune_figure_panel(figure, left_cm, foot_cm, width_cm - 0.3, foot_cm + panel_cm);
    const struct frame f = make_frame(ec, width_cm - 0.3 - left_cm);
    add_axes(figure, in, &f);
    const size_t n_left_out = add_names(figure, ec, &f, boxes);
    struct attune_buf *s = &figure->script;
    if (n_left_out > 0) {
        attune_buf_addf(s,
                        "set title 'no room for %zu of the names: they are in the data'"
                        " offset 0,-0.7 textcolor rgb '#777777'\n",
                        n_left_out);
    }
    if (first != SIZE_MAX) {
        attune_buf_addf(s,
                        "set arrow from first %.8g,graph 0 to first %.8g,graph 1 nohead dt 2 lw 1 "
                        "lc rgb '#444444'\n",
                        attune_cost(ec, first), attune_cost(ec, first));
        attune_figure_note(figure,
                           "over %.0f pieces the lines cross at %.4g a piece: below, %s leads; "
                           "from there on %s is ahead of it",
                           ec->served, attune_cost(ec, first), search->name,
                           ec->board->rows[first].name);
    }
    attune_figure_colors(figure);
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    for (size_t w = 0; w < ec->n_ways; w++) {
        const size_t row = ec->ways[w].rows[0];
        attune_buf_addf(s, "%s index %zu using 1:2 with lines lw %s lc rgb '%s'", w ? ", ''" : "",
                        w, ec->ways[w].trained ? "0.8" : "1.8",
                        attune_figure_color(attune_plot_method(ec->board, row)));
        add_line(figure, ec, &ec->ways[w], pow(10.0, f.high[0]));
    }
    attune_buf_addf(s,
                    ", '' index %zu using 1:2:3:4:(color($5)) with yerrorbars pt 0 lw 0.8 lc rgb "
                    "variable, '' index %zu using 1:2:(color($5)) with points pt 7 ps 0.7 lc rgb "
                    "variable\nset output\n",
                    ec->n_ways, ec->n_ways);
    add_points(figure, ec);
    add_notes(figure, ec, search, in->reward_tokens);
}

enum attune_code attune_plot_frontier(struct attune_figure *figure,
                                      const struct attune_plot_input *in, struct attune_err *err)
{
    struct attune_equal_compute ec;
    if (in->board->by_method) {
        return attune_fail(err, ATTUNE_E_USAGE, "'frontier' is drawn by model");
    }
    enum attune_code code = attune_equal_compute_read(
        &ec, in->board, in->metrics[0], in->rows, in->n_rows, in->served, in->reward_tokens, err);
    if (code) {
        return code;
    }
    struct attune_legend_entry *legend = attune_alloc(in->n_rows + 4, sizeof *legend);
    struct attune_box *boxes = attune_alloc(in->board->n_rows + ec.n_ways, sizeof *boxes);
    if (legend && boxes) {
        draw(figure, in, &ec, legend, boxes);
    } else {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    attune_release(legend);
    attune_release(boxes);
    attune_equal_compute_release(&ec);
    return code;
}
