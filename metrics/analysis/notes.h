/* The note table of a symbolic sample, under the house rule: a note-on of a sounding pitch on the
 * same track and channel ends the earlier note; a velocity-0 note-on is a note-off; notes still
 * open end at their track's end; zero-length notes are kept. Sorted by onset, then pitch, then
 * track. */
#ifndef ATTUNE_METRICS_ANALYSIS_NOTES_H
#define ATTUNE_METRICS_ANALYSIS_NOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "metrics/analysis/analysis.h"

struct attune_note {
    uint32_t onset_tick, end_tick; /* end >= onset */
    double onset_s, end_s;
    uint16_t track;
    uint8_t channel; /* 9 is drums */
    uint8_t program; /* in force at the onset */
    uint8_t pitch, velocity;
    bool is_drum;
};

struct attune_notes {
    const char *why; /* NULL; "no notes" when the table is empty */
    const struct attune_note *notes; /* (n_notes,) */
    size_t n_notes, n_drums;
    double end_s;      /* end of the last note */
    uint32_t end_tick;
};

const struct attune_notes *attune_analysis_notes(struct attune_analysis *analysis);

#endif
