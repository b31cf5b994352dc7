/* Rhythm of single bars as unit vectors. */
#ifndef ATTUNE_METRICS_TEMPORAL_GROOVE_H
#define ATTUNE_METRICS_TEMPORAL_GROOVE_H

#include "metrics/analysis/bars.h"

/* The profile of bar b scaled to length 1; zeros and a result of 0 where the bar is empty, else 1.
 * */
int attune_groove_unit(const struct attune_bars *bars, size_t b, float unit[ATTUNE_BAR_POSITIONS]);

#endif
