/* How drum notes lie on the parts of a beat. */
#ifndef ATTUNE_METRICS_SYMBOLIC_DRUM_PATTERN_H
#define ATTUNE_METRICS_SYMBOLIC_DRUM_PATTERN_H

#include "metrics/analysis/analysis.h"
#include "metrics/value.h"

/* Share of drum notes within 1/32 beat of a multiple of 1 / n_parts beat; undefined without drums.
 */
struct attune_value attune_drum_pattern_rate(struct attune_analysis *analysis, int n_parts);

#endif
