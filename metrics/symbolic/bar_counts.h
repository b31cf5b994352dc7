/* Means over bars of what is counted in each, from the first note's bar on. */
#ifndef ATTUNE_METRICS_SYMBOLIC_BAR_COUNTS_H
#define ATTUNE_METRICS_SYMBOLIC_BAR_COUNTS_H

#include "metrics/analysis/analysis.h"

struct attune_bar_counts {
    const char *why;
    double notes, pitches; /* mean per bar: pitched notes, different pitches */
};

struct attune_bar_counts attune_bar_counts(struct attune_analysis *analysis);

#endif
