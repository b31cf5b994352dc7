/* Tables of papers by name. */
#ifndef ATTUNE_REPORTS_TABLE_PRESET_H
#define ATTUNE_REPORTS_TABLE_PRESET_H

#include "reports/board.h"

struct attune_table_preset {
    const char *name, *summary;
    const char *metrics; /* globs in the order of the columns; NULL: what the suite ranks by */
    bool by_method;
    struct attune_board_layout layout;
    /* Builds the sheet of a table that is more than columns of the board; NULL for the others. */
    enum attune_code (*build)(const struct attune_board *board, struct attune_sheet *sheet,
                              struct attune_err *err);
};
extern const struct attune_table_preset attune_table_presets[]; /* ends with a NULL name */

/* ATTUNE_E_USAGE with the nearest name. */
enum attune_code attune_table_preset_find(const char *name, const struct attune_table_preset **out,
                                          struct attune_err *err);

/* The board's metrics that match the globs, in the order of the globs. index (n_metrics,).
 * Returns their number. */
size_t attune_metrics_in_order(const struct attune_board *board, const char *globs, size_t *index);

#endif
