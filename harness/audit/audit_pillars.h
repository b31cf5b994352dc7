/* Deriving the pillars' members, weights, reference pools and guards from an audit. */
#ifndef ATTUNE_HARNESS_AUDIT_PILLARS_H
#define ATTUNE_HARNESS_AUDIT_PILLARS_H

#include "base/text.h"
#include "harness/audit/audit.h"

/* Sets what a derivation needs: all candidates, both modalities, the damages that weights are
 * fitted to, seen in renderings too, no checks, no nulls. Choices of metrics and damages that were
 * made already stay. */
void attune_audit_pillar_options(struct attune_audit_options *options);

/* The text of metrics/pillars/pillars.def from an audit with such options. provenance: one line
 * that says what was audited. ATTUNE_E_MEMORY. */
enum attune_code attune_audit_derive_pillars(struct attune_buf *out,
                                             const struct attune_audit *audit,
                                             const char *provenance, struct attune_err *err);

#endif
