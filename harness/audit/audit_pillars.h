/* Deriving the pillars' members, weights, reference pools and guards from an audit. */
#ifndef ATTUNE_HARNESS_AUDIT_PILLARS_H
#define ATTUNE_HARNESS_AUDIT_PILLARS_H

#include "base/text.h"
#include "harness/audit/audit.h"

/* The text of metrics/pillars/pillars.def from an audit of all metrics in both modalities with
 * rendered series. provenance: one line that says what was audited. ATTUNE_E_MEMORY. */
enum attune_code attune_audit_derive_pillars(struct attune_buf *out,
                                             const struct attune_audit *audit,
                                             const char *provenance, struct attune_err *err);

#endif
