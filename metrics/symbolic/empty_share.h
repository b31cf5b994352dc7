/* How many beats or bars nothing sounds in. */
#ifndef ATTUNE_METRICS_SYMBOLIC_EMPTY_SHARE_H
#define ATTUNE_METRICS_SYMBOLIC_EMPTY_SHARE_H

#include "metrics/analysis/grid.h"
#include "metrics/analysis/notes.h"

/* Bar of the first note. The sample must have notes and a grid. */
size_t attune_first_bar(struct attune_analysis *analysis);

/* Share of the units first .. n_units - 1 that no note touches, up to the unit in which the last
 * note ends. tick: (n_units + 1,) borders. A note of no length touches the unit of its onset. */
double attune_empty_share(const struct attune_notes *notes, const uint32_t *tick, size_t n_units,
                          size_t first);

/* Index of the unit that holds the tick: the last one that begins at or before it. */
size_t attune_unit_at(const uint32_t *tick, size_t n_units, uint32_t at);

#endif
