/* How often one model beats another on a prompt, ties half. */
#include <math.h>

#include "reports/plots/plot.h"
#include "reports/plots/plot_prefs.h"

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
    struct attune_buf title = ATTUNE_BUF_INIT;
    const char **names = attune_alloc(n, sizeof *names);
    double *share = attune_alloc(n, n * sizeof *share);
    if (!names || !share) {
        attune_release(names);
        attune_release(share);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    enum attune_code code =
        attune_prompt_values_read(&values, in, in->metrics[0], ATTUNE_VALUES_TURNED, err);
    if (!code) {
        for (size_t i = 0; i < n; i++) {
            names[i] = in->board->rows[in->rows[i]].name;
            for (size_t j = 0; j < n; j++) {
                share[i * n + j] = win_rate(&values, i, j);
            }
        }
        attune_plot_metric_label(&title, attune_plot_metric(in, 0));
        attune_buf_add(&title, ": prompts won by the row (%)");
        code = attune_plot_win_matrix(figure, attune_buf_text(&title), names, share, n, err);
        attune_prompt_values_release(&values);
    }
    attune_figure_spend(figure, &title);
    attune_release(names);
    attune_release(share);
    return code;
}
