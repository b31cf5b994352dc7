/* Methods ranked at equal compute: a column per budget, each with the best that a method reaches
 * within it. */
#ifndef ATTUNE_REPORTS_TABLE_COMPUTE_H
#define ATTUNE_REPORTS_TABLE_COMPUTE_H

#include "reports/table_spec.h"

/* Budgets per piece are multiples of what the cheapest piece, scored once, costs; training is
 * spread over ATTUNE_SERVED pieces. The last column says from how many pieces on a trained model
 * overtakes the inference-time method with the most settings. The metric: the first of the spec's,
 * else reward.gold. */
enum attune_code attune_compute_sheet(const struct attune_table_source *source,
                                      struct attune_sheet *sheet, struct attune_err *err);

#endif
