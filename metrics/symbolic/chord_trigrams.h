/* Different trigrams in the chord sequence of a sample. */
#ifndef ATTUNE_METRICS_SYMBOLIC_CHORD_TRIGRAMS_H
#define ATTUNE_METRICS_SYMBOLIC_CHORD_TRIGRAMS_H

#include "metrics/analysis/analysis.h"

/* Number of different ones among the first n trigrams; n is at most the number of chords - 2. */
size_t attune_chord_trigrams(struct attune_analysis *analysis, size_t n);

#endif
