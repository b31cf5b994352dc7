#include "reports/plots/place.h"

static const double line_cm = 0.3;

static bool overlap(const struct attune_box *a, const struct attune_box *b)
{
    return a->x0 < b->x1 && b->x0 < a->x1 && a->y0 < b->y1 && b->y0 < a->y1;
}

bool attune_place_find(const struct attune_box *taken, size_t n, double x, double y, double text_cm,
                       double panel_width_cm, double panel_height_cm, struct attune_box *out)
{
    const double gap = 0.14;
    const struct attune_box places[] = {
        {x + gap, y - line_cm / 2, x + gap + text_cm, y + line_cm / 2},
        {x - gap - text_cm, y - line_cm / 2, x - gap, y + line_cm / 2},
        {x - text_cm / 2, y + 0.1, x + text_cm / 2, y + 0.1 + line_cm},
        {x - text_cm / 2, y - 0.1 - line_cm, x + text_cm / 2, y - 0.1},
        {x + gap, y + 0.05, x + gap + text_cm, y + 0.05 + line_cm},
        {x - gap - text_cm, y - 0.05 - line_cm, x - gap, y - 0.05},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct attune_box *b = &places[i];
        bool is_free =
            b->x0 >= 0.0 && b->x1 <= panel_width_cm && b->y0 >= 0.0 && b->y1 <= panel_height_cm;
        for (size_t k = 0; k < n && is_free; k++) {
            is_free = !overlap(b, &taken[k]);
        }
        if (is_free) {
            *out = *b;
            return true;
        }
    }
    return false;
}

void attune_place_label(struct attune_figure *figure, const char *name,
                        const struct attune_box *box, double panel_width_cm, double panel_height_cm)
{
    attune_buf_add(&figure->script, "set label ");
    attune_figure_text(figure, name);
    attune_buf_addf(&figure->script, " at graph %.5f,%.5f center front noenhanced\n",
                    0.5 * (box->x0 + box->x1) / panel_width_cm,
                    0.5 * (box->y0 + box->y1) / panel_height_cm);
}
