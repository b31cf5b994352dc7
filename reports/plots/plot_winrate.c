/* How often one model beats another on a prompt, ties half. */
#include <math.h>

#include "reports/plots/plot.h"

static double win_rate(const struct attune_prompt_values *v, size_t a, size_t b)
{
    double wins = 0.0;
    size_t n = 0;
    for (size_t p = 0; p < v->n_prompts; p++) {
        const size_t i = a * v->n_prompts + p, j = b * v->n_prompts + p;
        if (v->defined[i] && v->defined[j]) {
            wins += v->value[i] > v->value[j] ? 1.0 : v->value[i] == v->value[j] ? 0.5 : 0.0;
            n++;
        }
    }
    return n ? wins / (double)n : NAN;
}

enum attune_code attune_plot_winrate(struct attune_figure *figure,
                                     const struct attune_plot_input *in, struct attune_err *err)
{
    const size_t n = in->n_rows;
    struct attune_prompt_values values;
    enum attune_code code =
        attune_prompt_values_read(&values, in, in->metrics[0], ATTUNE_VALUES_TURNED, err);
    if (code) {
        return code;
    }
    const double left = attune_plot_names_cm(in), lean = 0.72 * left;
    const double cell_cm =
        fmax(0.5, fmin(1.0, (ATTUNE_FIGURE_COLUMN_CM - left - lean) / (double)n));
    const double body_cm = cell_cm * (double)n;
    const double width_cm = left + body_cm + fmax(lean, 4.6 - body_cm);
    attune_figure_begin(figure, width_cm, body_cm + lean + 1.5);
    attune_figure_panel(figure, left, 0.2, left + body_cm, 0.2 + body_cm);
    attune_figure_palette(figure, true);
    struct attune_buf *s = &figure->script;
    attune_plot_name_tics(figure, in, "y", false);
    attune_plot_name_tics(figure, in, "x2", false);
    /* Above the names, over the whole width: gnuplot's own title would sit on them. */
    struct attune_buf title = ATTUNE_BUF_INIT;
    attune_plot_metric_label(&title, attune_plot_metric(in, 0));
    attune_buf_add(&title, ": prompts won by the row (%)");
    attune_buf_add(s, "set label ");
    attune_figure_title(figure, attune_buf_text(&title),
                        (size_t)(width_cm / attune_figure_text_cm(1)));
    attune_buf_release(&title);
    attune_buf_addf(s, " at screen 0.5,%.5f center noenhanced\n", 1.0 - 0.35 / figure->height_cm);
    attune_buf_addf(s,
                    "unset border\nunset xtics\nunset colorbox\nset cbrange [0:1]\n"
                    "set xrange [-0.5:%.1f]\nset x2range [-0.5:%.1f]\nset yrange [%.1f:-0.5]\n"
                    "set style fill solid noborder\nplot ",
                    (double)n - 0.5, (double)n - 0.5, (double)n - 0.5);
    attune_figure_data_name(figure);
    attune_buf_add(s, " using 1:2:(0.48):(0.46):3 with boxxyerror lc palette, '' using "
                      "1:2:($3 == $3 ? sprintf('%.0f', 100 * $3) : ''):"
                      "(abs($3 - 0.5) > 0.37 ? 0xffffff : 0x222222) with "
                      "labels noenhanced textcolor rgb variable\nset output\n");
    attune_buf_add(&figure->data, "# column\trow\tshare won by the row\n");
    for (size_t i = 0; i < n; i++) {
        attune_buf_addf(&figure->data, "# %zu: ", i);
        attune_figure_data_text(figure, in->board->rows[in->rows[i]].name);
        attune_buf_add(&figure->data, "\n");
        for (size_t j = 0; j < n; j++) {
            attune_buf_addf(&figure->data, "%zu\t%zu\t%.6g\n", j, i,
                            i == j ? NAN : win_rate(&values, i, j));
        }
    }
    attune_prompt_values_release(&values);
    return ATTUNE_OK;
}
