/* One metric, prompt by prompt: a point per prompt and model, the mean and its interval. */
#include <math.h>

#include "base/rng.h"
#include "reports/plots/plot.h"

static const double max_row_cm = 0.62, min_row_cm = 0.38;

enum attune_code attune_plot_distribution(struct attune_figure *figure,
                                          const struct attune_plot_input *in,
                                          struct attune_err *err)
{
    const struct attune_metric_info *m = attune_plot_metric(in, 0);
    struct attune_prompt_values values;
    enum attune_code code =
        attune_prompt_values_read(&values, in, in->metrics[0], ATTUNE_VALUES_PLAIN, err);
    if (code) {
        return code;
    }
    const double left = attune_plot_names_cm(in);
    const double row_cm = fmax(min_row_cm, fmin(max_row_cm, 9.0 / (double)in->n_rows));
    const double body_cm = row_cm * (double)in->n_rows;
    attune_figure_begin(figure, ATTUNE_FIGURE_COLUMN_CM, body_cm + 1.75);
    attune_figure_panel(figure, left, 0.95, figure->width_cm - 0.3, 0.95 + body_cm);
    attune_plot_title(figure, m, "", 50);
    attune_plot_name_tics(figure, in, "y", false);
    attune_buf_add(&figure->data, "# row\tprompt mean\tjitter\n");
    double smallest = INFINITY, largest = -INFINITY;
    struct attune_rng rng;
    attune_rng_init(&rng, 1, values.n_prompts);
    for (size_t i = 0; i < in->n_rows; i++) {
        for (size_t p = i * values.n_prompts; p < (i + 1) * values.n_prompts; p++) {
            if (values.defined[p]) {
                attune_buf_addf(&figure->data, "%zu\t%.10g\t%.3f\n", i, values.value[p],
                                0.5 * attune_rng_uniform(&rng) - 0.25);
                smallest = fmin(smallest, values.value[p]);
                largest = fmax(largest, values.value[p]);
            }
        }
    }
    attune_buf_add(&figure->data, "\n\n# row\tmean\tci_low\tci_high\tmodel\n");
    for (size_t i = 0; i < in->n_rows; i++) {
        const struct attune_standing *st =
            attune_board_cell(in->board, in->metrics[0], in->rows[i]);
        const double mean = st->present ? st->mean : NAN;
        attune_buf_addf(&figure->data, "%zu\t%.10g\t%.10g\t%.10g\t", i, mean,
                        isnan(st->ci_low) ? mean : st->ci_low,
                        isnan(st->ci_high) ? mean : st->ci_high);
        attune_figure_data_text(figure, in->board->rows[in->rows[i]].name);
        attune_buf_add(&figure->data, "\n");
    }
    struct attune_buf *s = &figure->script;
    attune_buf_addf(s, "set yrange [%.1f:-0.6]\nset grid x ls 9\n", (double)in->n_rows - 0.4);
    attune_figure_axis(figure, 'x', smallest, largest, figure->width_cm - left - 0.3);
    attune_buf_add(s, "set xlabel ");
    attune_figure_text(figure, in->scores->n_seeds > 1 ? "a point per prompt: mean of its seeds"
                                                       : "a point per prompt");
    attune_buf_add(s, " noenhanced offset 0,0.4\nplot ");
    attune_figure_data_name(figure);
    /* An empty block (no prompt has a value) is an error to gnuplot. */
    attune_buf_addf(s,
                    " index 0 using 2:($1 + $3) with points pt 7 ps 0.6 lc rgb '#9ecae1', '' "
                    "index 1 using 2:1:3:4 with xerrorbars pt 7 lw 1.6 lc rgb '%s'\nset output\n",
                    attune_figure_color(1));
    attune_prompt_values_release(&values);
    return ATTUNE_OK;
}
