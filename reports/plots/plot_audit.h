/* The figure of an audit. */
#ifndef ATTUNE_REPORTS_PLOT_AUDIT_H
#define ATTUNE_REPORTS_PLOT_AUDIT_H

#include "harness/audit/audit_summary.h"
#include "reports/plots/figure.h"

/* Small multiples: a row per metric that declares a response, a column per damage as seen, in each
 * cell the area under the ROC curve of clean against damaged pieces over the dose.
 * ATTUNE_E_INPUT when nothing is declared. */
enum attune_code attune_plot_audit(struct attune_figure *figure, const struct attune_audit *audit,
                                   const struct attune_audit_summary *summary,
                                   struct attune_err *err);

#endif
