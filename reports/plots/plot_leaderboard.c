/* Means with intervals, one panel per metric. */
#include <math.h>

#include "reports/escape.h"
#include "reports/plots/plot.h"

enum { PANELS_PER_ROW = 2 };

static const double row_cm = 0.36, header_cm = 0.7, footer_cm = 0.5, legend_cm = 0.3,
                    name_cm_per_char = 0.125, gap_cm = 0.45;

/* Distinct methods in the order of the rows; their index gives the colour. */
static size_t method_index(const struct attune_board *board, size_t row)
{
    size_t index = 0;
    for (size_t r = 0; r < row; r++) {
        bool earlier = false;
        for (size_t q = 0; q < r; q++) {
            earlier = earlier || strcmp(board->rows[q].method, board->rows[r].method) == 0;
        }
        if (strcmp(board->rows[r].method, board->rows[row].method) == 0) {
            return method_index(board, r);
        }
        index += !earlier;
    }
    return index;
}

static double widest_name_cm(const struct attune_board *board)
{
    size_t widest = 4;
    for (size_t r = 0; r < board->n_rows; r++) {
        const size_t n = attune_text_width(board->rows[r].name);
        widest = n > widest ? n : widest;
    }
    return fmin(3.4, 0.25 + name_cm_per_char * (double)widest);
}

static void add_tics(struct attune_figure *figure, const struct attune_board *board,
                     const size_t *order, bool names)
{
    attune_buf_add(&figure->script, "set ytics (");
    for (size_t i = 0; i < board->n_rows; i++) {
        attune_buf_add(&figure->script, i ? ", " : "");
        attune_figure_tic(figure, names ? board->rows[order[i]].name : "");
        attune_buf_addf(&figure->script, " %zu", i);
    }
    attune_buf_add(&figure->script, ") noenhanced scale 0\n");
}

/* Title with direction and unit, above the panel. */
static void add_title(struct attune_figure *figure, const struct attune_metric_info *m)
{
    struct attune_buf title = ATTUNE_BUF_INIT;
    const struct attune_sheet_column column = {.direction = m->direction, .target = m->target};
    attune_buf_addf(&title, "%s ", m->title);
    attune_column_arrow(&title, &column);
    if (strcmp(m->unit, "1") != 0) {
        attune_buf_addf(&title, " (%s)", m->unit);
    }
    attune_buf_add(&figure->script, "set title ");
    attune_figure_title(figure, attune_buf_text(&title), 22);
    attune_buf_add(&figure->script, " noenhanced offset 0,-0.6\n");
    attune_buf_release(&title);
}

/* One block of data per metric: row, mean, low, high, filled, method. */
static void add_data(struct attune_figure *figure, const struct attune_board *board,
                     const size_t *order, size_t metric)
{
    struct attune_buf *d = &figure->data;
    double smallest = INFINITY, largest = -INFINITY;
    attune_buf_addf(d, "# %s\n# row\tmean\tci_low\tci_high\tmay_be_best\tmethod\n",
                    board->metrics.items[metric].name);
    for (size_t i = 0; i < board->n_rows; i++) {
        const struct attune_standing *s = attune_board_cell(board, metric, order[i]);
        const double mean = s->present ? s->mean : NAN;
        const double low = isnan(s->ci_low) ? mean : s->ci_low;
        const double high = isnan(s->ci_high) ? mean : s->ci_high;
        smallest = fmin(smallest, low);
        largest = fmax(largest, high);
        attune_buf_addf(d, "%zu\t%.10g\t%.10g\t%.10g\t%d\t%zu\n", i, mean, mean == mean ? low : NAN,
                        mean == mean ? high : NAN, attune_standing_is_best(board, metric, order[i]),
                        method_index(board, order[i]));
    }
    attune_buf_add(d, "\n\n");
    attune_figure_axis(figure, 'x', smallest, largest);
}

/* Intervals, then a point each; those that can't be the best get a white heart. */
static void add_panel(struct attune_figure *figure, size_t block)
{
    struct attune_buf *s = &figure->script;
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    attune_buf_addf(
        s,
        " index %zu using 2:1:3:4:(color($6)) with xerrorbars pt 0 lw 1.4 lc rgb variable, \\\n"
        " '' index %zu using 2:1:(color($6)) with points pt 7 lc rgb variable, \\\n"
        " '' index %zu using ($5 == 0 ? $2 : NaN):1 with points pt 7 ps 0.5 lc rgb '#ffffff'\n",
        block, block, block);
}

/* Lays the legend out from the top line down; returns the lines it took. Writes nothing without
 * a figure. */
static size_t lay_legend(struct attune_figure *figure, const struct attune_board *board,
                         double width_cm, size_t n_lines)
{
    double x = 0.25;
    size_t line = 0;
    for (size_t r = 0; r <= board->n_rows; r++) {
        const bool last = r == board->n_rows;
        bool earlier = false;
        for (size_t q = 0; !last && q < r; q++) {
            earlier = earlier || strcmp(board->rows[q].method, board->rows[r].method) == 0;
        }
        if (earlier) {
            continue;
        }
        const char *text = last ? "filled: may be best" : board->rows[r].method;
        const double needed = 0.5 + name_cm_per_char * (double)strlen(text);
        if (x + needed > width_cm) {
            x = 0.25;
            line++;
        }
        if (figure) {
            struct attune_buf *s = &figure->script;
            attune_buf_add(s, "set label ");
            attune_figure_text(figure, text);
            attune_buf_addf(
                s, " at screen %.5f,%.5f left noenhanced point pt %d lc rgb '%s' offset 0.8,0\n",
                x / figure->width_cm,
                (0.15 + legend_cm * ((double)(n_lines - line) - 0.5)) / figure->height_cm,
                last ? 0 : 7, last ? "#666666" : attune_figure_color(method_index(board, r)));
        }
        x += needed + 0.15;
    }
    return line + 1;
}

enum attune_code attune_plot_leaderboard(struct attune_figure *figure,
                                         const struct attune_board *board, const size_t *metrics,
                                         size_t n_metrics, struct attune_err *err)
{
    size_t *order = attune_alloc(board->n_rows, sizeof *order);
    if (!order) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    attune_board_order(board, metrics[0], order);
    const size_t n_columns = n_metrics < PANELS_PER_ROW ? n_metrics : PANELS_PER_ROW;
    const size_t n_lines = (n_metrics + n_columns - 1) / n_columns;
    const double names_cm = widest_name_cm(board);
    const double panel_cm = header_cm + row_cm * (double)board->n_rows + footer_cm;
    const size_t n_legend = lay_legend(NULL, board, ATTUNE_FIGURE_COLUMN_CM, 0);
    attune_figure_begin(figure, ATTUNE_FIGURE_COLUMN_CM,
                        panel_cm * (double)n_lines + legend_cm * (double)n_legend + 0.25);
    const double width_cm =
        (figure->width_cm - names_cm - 0.25 - gap_cm * (double)(n_columns - 1)) / (double)n_columns;

    struct attune_buf *s = &figure->script;
    attune_buf_add(s, "array colors[8] = [");
    for (size_t i = 0; i < 8; i++) {
        attune_buf_addf(s, "%s0x%s", i ? ", " : "", attune_figure_color(i) + 1);
    }
    attune_buf_addf(s,
                    "]\ncolor(i) = colors[int(i) %% 8 + 1]\nset multiplot\n"
                    "set yrange [%.1f:-0.6]\nset grid x ls 9\nset grid y ls 9\n",
                    (double)board->n_rows - 0.4);
    lay_legend(figure, board, figure->width_cm, n_legend);
    for (size_t k = 0; k < n_metrics; k++) {
        const size_t column = k % n_columns, line = k / n_columns;
        const double left = names_cm + (double)column * (width_cm + gap_cm);
        const double top = figure->height_cm - (double)line * panel_cm - header_cm;
        attune_figure_panel(figure, left, top - row_cm * (double)board->n_rows, left + width_cm,
                            top);
        add_title(figure, &board->metrics.items[metrics[k]]);
        add_tics(figure, board, order, column == 0);
        add_data(figure, board, order, metrics[k]);
        add_panel(figure, k);
        attune_buf_add(s, k == 0 ? "unset label\n" : "");
    }
    attune_buf_add(s, "unset multiplot\nset output\n");
    attune_release(order);
    return ATTUNE_OK;
}
