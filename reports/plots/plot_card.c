/* Dose and value of one metric, a panel for what is heard and one for what is read. */
#include "reports/plots/plot_card.h"

#include <math.h>

static const double left_cm = 1.5, panel_cm = 4.2, key_cm = 3.0, bottom_cm = 0.85, top_cm = 0.5,
                    body_cm = 3.0;

static size_t count(const struct attune_card_curve *curves, size_t n, enum attune_modality seen_as)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        found += curves[i].seen_as == seen_as;
    }
    return found;
}

static void add_data(struct attune_figure *figure, const struct attune_card_curve *curves, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        attune_buf_addf(&figure->data, "# %s\n", curves[i].damage);
        for (int level = 0; level < ATTUNE_N_DOSES; level++) {
            attune_buf_addf(&figure->data, "%g\t", (double)level / (ATTUNE_N_DOSES - 1));
            if (isnan(curves[i].mean[level])) {
                attune_buf_add(&figure->data, "NaN\n");
            } else {
                attune_buf_addf(&figure->data, "%.6g\n", curves[i].mean[level]);
            }
        }
        attune_buf_add(&figure->data, "\n\n");
    }
}

/* The curves of one look: declared ones each with its name, the others together. */
static void add_curves(struct attune_figure *figure, const struct attune_card_curve *curves,
                       size_t n, enum attune_modality seen_as, bool declared, size_t *n_drawn)
{
    struct attune_buf *s = &figure->script;
    size_t n_named = 0;
    for (size_t i = 0; i < n; i++) {
        if (curves[i].seen_as != seen_as || curves[i].declared != declared) {
            continue;
        }
        attune_buf_add(s, (*n_drawn)++ ? ", " : "plot ");
        attune_figure_data_name(figure);
        attune_buf_addf(s, " index %zu using 1:2 with lines %s lc rgb '%s' title ", i,
                        declared ? "lw 2" : "lw 1",
                        declared ? attune_figure_color(n_named) : "#c4c4c4");
        attune_figure_text(figure, declared       ? curves[i].damage
                                   : n_named == 0 ? "other damage"
                                                  : "");
        n_named++;
    }
}

static void add_panel(struct attune_figure *figure, const struct attune_card_curve *curves,
                      size_t n, enum attune_modality seen_as, size_t panel)
{
    struct attune_buf *s = &figure->script;
    const double left = left_cm + (double)panel * (left_cm + panel_cm + key_cm);
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        for (int level = 0; level < ATTUNE_N_DOSES && curves[i].seen_as == seen_as; level++) {
            low = fmin(low, curves[i].mean[level]);
            high = fmax(high, curves[i].mean[level]);
        }
    }
    attune_figure_panel(figure, left, bottom_cm, left + panel_cm, bottom_cm + body_cm);
    attune_figure_axis(figure, 'y', low, high, body_cm);
    attune_buf_addf(s,
                    "set xrange [0:1]\nset xtics 0.5\nset grid ytics ls 9\n"
                    "set xlabel 'dose' offset 0,0.5\nset key at screen %.4f,%.4f left top Left "
                    "reverse samplen 1.5 spacing 1.1\nunset label\n"
                    "set label '%s' at graph 0, screen %.4f left\n",
                    (left + panel_cm + 0.1) / figure->width_cm,
                    (bottom_cm + body_cm + 0.1) / figure->height_cm,
                    seen_as == ATTUNE_AUDIO ? "heard as audio" : "read as notes",
                    1.0 - 0.25 / figure->height_cm);
    size_t n_drawn = 0;
    add_curves(figure, curves, n, seen_as, false, &n_drawn); /* below the others */
    add_curves(figure, curves, n, seen_as, true, &n_drawn);
    attune_buf_add(s, "\n");
}

void attune_plot_card(struct attune_figure *figure, const char *unit,
                      const struct attune_card_curve *curves, size_t n)
{
    static const enum attune_modality order[] = {ATTUNE_AUDIO, ATTUNE_SYMBOLIC};
    size_t n_panels = 0;
    for (size_t k = 0; k < 2; k++) {
        n_panels += count(curves, n, order[k]) > 0;
    }
    attune_figure_begin(figure, (double)n_panels * (left_cm + panel_cm + key_cm),
                        bottom_cm + body_cm + top_cm);
    add_data(figure, curves, n);
    attune_buf_add(&figure->script, "set multiplot\nset ylabel ");
    attune_figure_text(figure, strcmp(unit, "1") ? unit : "");
    attune_buf_add(&figure->script, " offset 1,0\n");
    for (size_t k = 0, panel = 0; k < 2; k++) {
        if (count(curves, n, order[k]) > 0) {
            add_panel(figure, curves, n, order[k], panel++);
        }
    }
    attune_buf_add(&figure->script, "unset multiplot\nset output\n");
}
