/* Between the files that read a board. */
#ifndef ATTUNE_REPORTS_BOARD_PARTS_H
#define ATTUNE_REPORTS_BOARD_PARTS_H

#include "reports/board.h"

/* Fills standing (n_metrics, n_rows) and its notes; group (n_models,) the row of each model. */
enum attune_code attune_board_stand(struct attune_board *board, struct attune_store *store,
                                    const char *globs, const size_t *group, uint64_t seed,
                                    size_t n_threads, struct attune_err *err);

/* ATTUNE_E_MEMORY. */
enum attune_code attune_board_memory(struct attune_err *err);

#endif
