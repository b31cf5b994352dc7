/* Counts over the pitched notes of a symbolic sample that several metrics share. Drums take no
 * part. A line is one channel of one track; of notes that begin together its highest one is its
 * melody. */
#ifndef ATTUNE_METRICS_ANALYSIS_NOTE_STATS_H
#define ATTUNE_METRICS_ANALYSIS_NOTE_STATS_H

#include <stdint.h>

#include "metrics/analysis/analysis.h"

struct attune_note_stats {
    const char *why;                /* "no pitched notes", ... */
    size_t n_pitched;
    uint32_t pitch[128], pitch_class[12]; /* notes */
    int lowest, highest;
    uint64_t ticks_with[129];       /* ticks in which exactly k different pitches sound, k >= 1 */
    double span_ticks;              /* from the first pitched onset to the last pitched end */
    size_t n_intervals;             /* melodic steps within lines */
    uint32_t interval[128];         /* their absolute sizes in semitones */
    uint32_t transition[12][12];    /* their pitch classes, from and to */
};

const struct attune_note_stats *attune_analysis_note_stats(struct attune_analysis *analysis);

#endif
