/* Onsets per quarter of a bar, each counted at the nearest quarter, so that slightly early notes
 * stay where they belong. */
#ifndef ATTUNE_METRICS_SYMBOLIC_ONSET_DENSITY_H
#define ATTUNE_METRICS_SYMBOLIC_ONSET_DENSITY_H

#include "metrics/analysis/analysis.h"

enum { ATTUNE_DENSITY_PARTS = 4 };

struct attune_onset_density {
    const char *why;
    size_t n_bars;        /* from the first note's bar on */
    const double *onsets; /* (n_bars * 4,) */
};

/* Scratch memory: reset it after use. */
struct attune_onset_density attune_onset_density(struct attune_analysis *analysis);

#endif
