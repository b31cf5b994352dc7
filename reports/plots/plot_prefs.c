/* Intervals in rows, and a matrix of win rates. */
#include "reports/plots/plot_prefs.h"

#include <math.h>

#include "reports/escape.h"
#include "reports/plots/input.h"

static const double row_cm = 0.42, header_cm = 0.8, footer_cm = 0.7;

/* Room for the longest name. */
static double names_cm(const char *const *names, size_t n)
{
    struct attune_buf name = ATTUNE_BUF_INIT;
    size_t longest = 1;
    for (size_t i = 0; i < n; i++) {
        attune_buf_reset(&name);
        attune_plot_name(&name, names[i], ATTUNE_PLOT_NAME_WIDTH);
        const size_t width = attune_text_width(attune_buf_text(&name));
        longest = width > longest ? width : longest;
    }
    attune_buf_release(&name);
    return 0.25 + attune_figure_text_cm(longest);
}

/* Names as tics of an axis. */
static void name_tics(struct attune_figure *figure, const char *const *names, size_t n,
                      const char *axis, const char *how)
{
    struct attune_buf name = ATTUNE_BUF_INIT;
    attune_buf_addf(&figure->script, "set %stics (", axis);
    for (size_t i = 0; i < n; i++) {
        attune_buf_reset(&name);
        attune_plot_name(&name, names[i], ATTUNE_PLOT_NAME_WIDTH);
        attune_buf_add(&figure->script, i ? ", " : "");
        attune_figure_tic(figure, attune_buf_text(&name));
        attune_buf_addf(&figure->script, " %zu", i);
    }
    attune_buf_addf(&figure->script, ") noenhanced scale 0%s\n", how);
    attune_figure_spend(figure, &name);
}

/* Over the whole width, above everything. */
static void add_title(struct attune_figure *figure, const char *title)
{
    attune_buf_add(&figure->script, "set label ");
    attune_figure_title(figure, title, (size_t)(figure->width_cm / attune_figure_text_cm(1)));
    attune_buf_addf(&figure->script, " at screen 0.5,%.5f center noenhanced\n",
                    1.0 - 0.35 / figure->height_cm);
}

enum attune_code attune_plot_intervals(struct attune_figure *figure, const char *title,
                                       const struct attune_plotted *rows, size_t n,
                                       double reference, struct attune_err *err)
{
    const char **names = attune_alloc(n, sizeof *names);
    double smallest = isnan(reference) ? INFINITY : reference;
    double largest = isnan(reference) ? -INFINITY : reference;
    if (!names) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    attune_buf_add(&figure->data, "# row\tvalue\tlow\thigh\tfilled\tname\n");
    for (size_t i = 0; i < n; i++) {
        const struct attune_plotted *r = &rows[i];
        const double low = isnan(r->low) ? r->value : r->low;
        const double high = isnan(r->high) ? r->value : r->high;
        names[i] = r->name;
        smallest = fmin(smallest, low);
        largest = fmax(largest, high);
        attune_buf_addf(&figure->data, "%zu\t%.10g\t%.10g\t%.10g\t%d\t", i, r->value, low, high,
                        r->filled);
        attune_figure_data_text(figure, r->name);
        attune_buf_add(&figure->data, "\n");
    }
    const double left = names_cm(names, n), body = row_cm * (double)n;
    attune_figure_begin(figure, ATTUNE_FIGURE_COLUMN_CM, header_cm + body + footer_cm);
    attune_figure_panel(figure, left, footer_cm, figure->width_cm - 0.25, footer_cm + body);
    add_title(figure, title);
    name_tics(figure, names, n, "y", "");
    attune_figure_axis(figure, 'x', smallest, largest, figure->width_cm - 0.25 - left);
    struct attune_buf *s = &figure->script;
    attune_buf_addf(s, "set yrange [%.1f:-0.6]\nset grid x ls 9\nset grid y ls 9\n",
                    (double)n - 0.4);
    if (!isnan(reference)) {
        attune_buf_addf(s, "set arrow from %.10g,graph 0 to %.10g,graph 1 nohead dt 3 "
                           "lc rgb '#777777'\n",
                        reference, reference);
    }
    const char *color = attune_figure_color(0);
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    attune_buf_addf(s,
                    " using 2:1:3:4 with xerrorbars pt 0 lw 1.4 lc rgb '%s', \\\n"
                    " '' using 2:1 with points pt 7 lc rgb '%s', \\\n"
                    " '' using ($5 == 0 ? $2 : NaN):1 with points pt 7 ps 0.5 lc rgb '#ffffff'\n"
                    "set output\n",
                    color, color);
    attune_release(names);
    return ATTUNE_OK;
}

/* Of a matrix: cells that hold a number of three digits, that can be told apart, room for names. */
static const double number_cm = 0.46, least_cm = 0.3, scale_cm = 0.85;

static void add_scale(struct attune_figure *figure)
{
    attune_buf_addf(&figure->script,
                    "set colorbox horizontal user origin screen %.4f,%.4f size screen %.4f,%.4f "
                    "noborder\nset cbtics ('never' 0, 'half' 0.5, 'always' 1) offset 0,0.25\n",
                    0.35, 0.45 / figure->height_cm, 0.3, 0.18 / figure->height_cm);
}

static void add_shares(struct attune_figure *figure, const char *const *names, const double *share,
                       size_t n, size_t n_drawn)
{
    attune_buf_add(&figure->data, "# column\trow\tshare won by the row\n");
    for (size_t i = 0; i < n_drawn; i++) {
        attune_buf_addf(&figure->data, "# %zu: ", i);
        attune_figure_data_text(figure, names[i]);
        attune_buf_add(&figure->data, "\n");
        for (size_t j = 0; j < n_drawn; j++) {
            attune_buf_addf(&figure->data, "%zu\t%zu\t%.6g\n", j, i,
                            i == j ? NAN : share[i * n + j]);
        }
    }
}

enum attune_code attune_plot_win_matrix(struct attune_figure *figure, const char *title,
                                        const char *const *names, const double *share, size_t n,
                                        struct attune_err *err)
{
    const double left = names_cm(names, n), lean = 0.72 * left;
    const size_t most = (size_t)((ATTUNE_FIGURE_PAGE_CM - left - lean) / least_cm);
    const size_t n_drawn = n < most ? n : most;
    /* Up to a column as large as fits; then as large as numbers need; then the page in colours. */
    const double column = (ATTUNE_FIGURE_COLUMN_CM - left - lean) / (double)n_drawn;
    const double page = (ATTUNE_FIGURE_PAGE_CM - left - lean) / (double)n_drawn;
    const double cell = fmin(fmax(0.5, fmin(1.0, column)), page);
    const bool numbers = cell >= number_cm;
    const double body = cell * (double)n_drawn, bottom = numbers ? 0.2 : scale_cm;
    attune_figure_begin(figure, left + body + fmax(lean, 4.6 - body), bottom + body + lean + 1.3);
    attune_figure_panel(figure, left, bottom, left + body, bottom + body);
    attune_figure_palette(figure, true);
    name_tics(figure, names, n_drawn, "y", "");
    name_tics(figure, names, n_drawn, "x2", " rotate by 45 left offset -0.3,-0.2");
    add_title(figure, title);
    struct attune_buf *s = &figure->script;
    const double end = (double)n_drawn - 0.5;
    attune_buf_addf(s,
                    "unset border\nunset xtics\nunset colorbox\nset cbrange [0:1]\n"
                    "set xrange [-0.5:%.1f]\nset x2range [-0.5:%.1f]\nset yrange [%.1f:-0.5]\n"
                    "set style fill solid noborder\n",
                    end, end, end);
    if (!numbers) {
        add_scale(figure);
    }
    attune_buf_add(s, "plot ");
    attune_figure_data_name(figure);
    attune_buf_add(s, " using 1:2:(0.48):(0.46):3 with boxxyerror lc palette");
    attune_buf_add(s, numbers ? ", '' using 1:2:($3 == $3 ? sprintf('%.0f', 100 * $3) : ''):"
                                "(abs($3 - 0.5) > 0.37 ? 0xffffff : 0x222222) with labels "
                                "noenhanced textcolor rgb variable\nset output\n"
                              : "\nset output\n");
    add_shares(figure, names, share, n, n_drawn);
    if (n_drawn < n) {
        attune_figure_note(figure, "the first %zu of %zu are drawn", n_drawn, n);
    }
    return ATTUNE_OK;
}
