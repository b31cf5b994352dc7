/* The fitness scape plot (Sapp 2005; Müller, Jiang & Grosche 2013): a triangle with a point for
 * every segment, its centre to the right, its length upwards, its fitness as colour. */
#include "reports/plots/plot.h"

enum { MAX_ROWS = 200 };

/* A picture of half-frames by lengths: the segment of start s and length l covers columns 2 s + l
 * - 1 and 2 s + l, so that every length is a gapless row. Long pieces show every step-th length. */
static void add_picture(struct attune_buf *data, const double *fitness, size_t n, size_t step)
{
    for (size_t length = step; length <= n; length += step) {
        const size_t first = length - 1, end = 2 * n - length + 1;
        for (size_t column = 0; column < 2 * n; column++) {
            attune_buf_add(data, column ? "\t" : "");
            if (column < first || column >= end) {
                attune_buf_add(data, "NaN");
            } else {
                attune_buf_addf(data, "%.3g", fitness[(length - 1) * n + (column - first) / 2]);
            }
        }
        attune_buf_add(data, "\n");
    }
}

enum attune_code attune_plot_scape(struct attune_figure *figure, const char *title,
                                   const double *fitness, size_t n, double rate_hz,
                                   struct attune_err *err)
{
    const size_t step = (n + MAX_ROWS - 1) / MAX_ROWS;
    double largest = 0.0;
    for (size_t i = 0; i < n * n; i++) {
        largest = fitness[i] > largest ? fitness[i] : largest;
    }
    attune_figure_begin(figure, ATTUNE_FIGURE_COLUMN_CM, 6.0);
    add_picture(&figure->data, fitness, n, step);
    attune_figure_palette(figure, false);
    attune_figure_panel(figure, 1.39, 1.0, 6.6, 5.4);
    struct attune_buf *s = &figure->script;
    attune_figure_heading(figure, title);
    attune_buf_addf(s,
                    "set border 3\nset tics out nomirror\n"
                    "set xrange [0:%.6g]\nset yrange [0:%.6g]\n"
                    "set xlabel 'centre of the segment (s)' offset 0,0.4\n"
                    "set ylabel 'length (s)' offset -0.5,0\n"
                    "set cbrange [0:%.4g]\nset cbtics 0.1\nset cblabel 'fitness' offset 0,0\n"
                    "set colorbox user origin screen %.4f,%.4f size screen %.4f,%.4f\nplot ",
                    (double)n / rate_hz, (double)n / rate_hz, largest > 0.0 ? largest : 1.0,
                    6.8 / figure->width_cm, 1.0 / figure->height_cm, 0.25 / figure->width_cm,
                    4.4 / figure->height_cm);
    attune_figure_data_name(figure);
    attune_buf_addf(s, " matrix using (($1 + 0.5) / %.9g):(($2 + 1) * %zu / %.9g):3 with image\n",
                    2.0 * rate_hz, step, rate_hz);
    return ATTUNE_OK;
}
