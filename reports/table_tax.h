/* The alignment tax as a table. */
#ifndef ATTUNE_REPORTS_TABLE_TAX_H
#define ATTUNE_REPORTS_TABLE_TAX_H

#include "reports/table_spec.h"

/* A row per model that has its base in the run, a column per metric: the signed change with its
 * interval, marked where it is better or worse by a paired test. The spec's metrics, else the 12
 * that got worse, or else moved, for most models. */
enum attune_code attune_tax_sheet(const struct attune_table_source *source,
                                  struct attune_sheet *sheet, struct attune_err *err);

#endif
