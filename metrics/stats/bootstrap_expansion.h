/* The bootstrap of a mean without drawing, for many units. Not for others than bootstrap.c. */
#ifndef ATTUNE_METRICS_STATS_BOOTSTRAP_EXPANSION_H
#define ATTUNE_METRICS_STATS_BOOTSTRAP_EXPANSION_H

#include "metrics/stats/bootstrap.h"

/* The interval of one column that infinitely many replicates would give. False, with *out as it
 * was, in a table of fewer than ATTUNE_BOOTSTRAP_DRAWN units, and where the expansion does not
 * hold: too few defined units, or replicates too far from normal. */
bool attune_bootstrap_expand(const struct attune_bootstrap *how, const struct attune_columns *table,
                             size_t column, struct attune_interval *out);

#endif
