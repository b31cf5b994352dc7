/* The picture of a metric's card: how its value moves with the dose of each damage. */
#ifndef ATTUNE_REPORTS_PLOT_CARD_H
#define ATTUNE_REPORTS_PLOT_CARD_H

#include "metrics/audit/damage.h"
#include "metrics/metric.h"
#include "reports/plots/figure.h"

struct attune_card_curve {
    char damage[48]; /* as a reader says it: "pitch noise" */
    enum attune_modality seen_as;
    bool declared;                /* the metric promises to respond */
    double mean[ATTUNE_N_DOSES];  /* over the pieces; NAN: undefined at this dose */
};

/* Mean value over the dose, 0 to 1; a panel for audio and one for notes where there are curves of
 * both. Promised responses in colour, the others grey. unit may be "1". */
void attune_plot_card(struct attune_figure *figure, const char *unit,
                      const struct attune_card_curve *curves, size_t n);

#endif
