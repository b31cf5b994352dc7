/* An audit's summary as tables for people and as JSON. */
#ifndef ATTUNE_REPORTS_AUDIT_SHEET_H
#define ATTUNE_REPORTS_AUDIT_SHEET_H

#include "harness/audit/audit_summary.h"
#include "reports/sheets/sheet.h"

/* One row per metric and series. all: also where nothing is declared. */
void attune_audit_response_sheet(struct attune_sheet *sheet, const struct attune_audit *audit,
                                 const struct attune_audit_summary *summary, bool all);

/* One row per metric and change. all: also where nothing is promised. */
void attune_audit_invariance_sheet(struct attune_sheet *sheet, const struct attune_audit *audit,
                                   const struct attune_audit_summary *summary, bool all);

/* One row per metric and null. all: also descriptive metrics. */
void attune_audit_null_sheet(struct attune_sheet *sheet, const struct attune_audit *audit,
                             const struct attune_audit_summary *summary, bool all);

/* Everything: {"pieces", "metrics": {ID: {"responses": [...], "invariances": [...], "nulls":
 * [...]}}, "held", "lost", "unclear", "promises", "broken"}. */
void attune_audit_json(struct attune_buf *out, const struct attune_audit *audit,
                       const struct attune_audit_corpus *corpus,
                       const struct attune_audit_summary *summary);

#endif
