/* Which positions of each bar hold an onset. */
#ifndef ATTUNE_METRICS_SYMBOLIC_ONSET_POSITIONS_H
#define ATTUNE_METRICS_SYMBOLIC_ONSET_POSITIONS_H

#include <stdint.h>

#include "metrics/analysis/analysis.h"

enum { ATTUNE_ONSET_POSITIONS = 64 };

/* Positions of one bar as bits: position k is k / 64 of the bar, onsets go to the nearest one; one
 * that is nearest to the next bar line belongs to the next bar. */
struct attune_onset_positions {
    const char *why;
    size_t n_bars;
    const uint64_t *bars; /* (n_bars,) from the first note's bar on */
};

/* Memory is the scratch arena's; reset it afterwards. with_drums: whether drum onsets count. */
struct attune_onset_positions attune_onset_positions(struct attune_analysis *analysis,
                                                     int with_drums);

/* Shared over occupied positions of two bars; -1 where both are empty, which is no pair. */
static inline double attune_onset_agreement(uint64_t a, uint64_t b)
{
    const uint64_t any = a | b;
    return any ? (double)__builtin_popcountll(a & b) / (double)__builtin_popcountll(any) : -1.0;
}

#endif
