/* Comparisons as tables. */
#ifndef ATTUNE_REPORTS_CONTRAST_SHEET_H
#define ATTUNE_REPORTS_CONTRAST_SHEET_H

#include "reports/contrast.h"
#include "reports/sheets/sheet.h"

/* For people: difference with interval, corrected p, effect, verdict. */
void attune_contrast_sheet(const struct attune_contrasts *contrasts, const char *name_a,
                           const char *name_b, struct attune_sheet *out);

/* For programs: every number in a column of its own. */
void attune_contrast_data(const struct attune_contrasts *contrasts, const char *name_a,
                          const char *name_b, struct attune_sheet *out);

/* "+0.0640 +-0.021": a difference with two digits of its half interval (+- as U+00B1). */
void attune_difference_text(struct attune_buf *out, double difference, double low, double high);

/* "<.001", ".023", "1". */
void attune_p_text(struct attune_buf *out, double p);

/* Helpers for sheets of mixed rows. */
void attune_cell_text(struct attune_sheet *sheet, struct attune_sheet_cell *cell, const char *text);
void attune_cell_value(struct attune_sheet_cell *cell,
                       double value); /* missing for NaN and infinities */

#endif
