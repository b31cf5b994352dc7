/* Note lengths as twelve note values, after mgeval: whole, half, quarter, eighth, sixteenth, then
 * dotted half to dotted sixteenth, then half, quarter and eighth triplet. */
#ifndef ATTUNE_METRICS_SYMBOLIC_NOTE_LENGTHS_H
#define ATTUNE_METRICS_SYMBOLIC_NOTE_LENGTHS_H

#include <stdint.h>

#include "metrics/analysis/analysis.h"

enum { ATTUNE_N_NOTE_LENGTHS = 12 };

/* Index of the value nearest to a length in quarter notes; the first of equally near ones. */
int attune_note_length(double quarters);

struct attune_note_lengths {
    const char *why;
    size_t n_steps;
    uint32_t count[ATTUNE_N_NOTE_LENGTHS];
    uint32_t step[ATTUNE_N_NOTE_LENGTHS][ATTUNE_N_NOTE_LENGTHS]; /* successive notes of a line */
};

/* Counts over all pitched notes; steps by track and channel in the order of onsets. */
struct attune_note_lengths attune_note_lengths(struct attune_analysis *analysis);

#endif
