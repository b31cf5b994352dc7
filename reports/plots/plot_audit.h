/* The figure of an audit. */
#ifndef ATTUNE_REPORTS_PLOT_AUDIT_H
#define ATTUNE_REPORTS_PLOT_AUDIT_H

#include "harness/audit/audit_summary.h"
#include "reports/plots/figure.h"

/* Small multiples over the dose: the area under the ROC curve, clean against damaged, per metric
 * and declared damage; dashed where audio was heard. ATTUNE_E_INPUT when nothing is declared. */
enum attune_code attune_plot_audit(struct attune_figure *figure, const struct attune_audit *audit,
                                   const struct attune_audit_summary *summary,
                                   struct attune_err *err);

#endif
