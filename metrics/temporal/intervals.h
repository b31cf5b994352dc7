/* Inter-beat intervals on a logarithmic scale, octave jumps of the beat tracker folded away. */
#ifndef ATTUNE_METRICS_TEMPORAL_INTERVALS_H
#define ATTUNE_METRICS_TEMPORAL_INTERVALS_H

#include "metrics/analysis/beats.h"

struct attune_intervals {
    const char *why;       /* that of the beats, or "fewer than N beats" */
    size_t n;              /* beats - 1 */
    const double *mid_s;   /* (n,) midpoint of each interval */
    const double *octaves; /* (n,) log2(interval / median), folded to -0.5 .. 0.5 */
};

/* From the scratch arena: valid until it is reset, which is the caller's to do. */
struct attune_intervals attune_beat_intervals(struct attune_analysis *analysis, size_t min_beats);

#endif
