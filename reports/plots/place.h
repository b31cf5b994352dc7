/* Names beside points: a place for each that is free of everything drawn before. */
#ifndef ATTUNE_REPORTS_PLOTS_PLACE_H
#define ATTUNE_REPORTS_PLOTS_PLACE_H

#include "reports/plots/figure.h"

struct attune_box {
    double x0, y0, x1, y1; /* cm from the lower left corner of the panel */
};

/* A place for a text of text_cm beside (x, y) that is free of all taken boxes (n,) and inside a
 * panel of this size: right, left, above, below. Returns whether there is one. */
bool attune_place_find(const struct attune_box *taken, size_t n, double x, double y, double text_cm,
                       double panel_width_cm, double panel_height_cm, struct attune_box *out);

/* Writes the name into a box of the panel. */
void attune_place_label(struct attune_figure *figure, const char *name,
                        const struct attune_box *box, double panel_width_cm,
                        double panel_height_cm);

#endif
