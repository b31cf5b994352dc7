/* The notes of a file as muspy 0.5 reads them through mido: open notes of one pitch and channel end
 * first in, first out; a note belongs to the program that its track has set on its channel by the
 * time the note ends; zero-length notes stay; open notes end with their track; channel 10 is drums.
 */
#ifndef ATTUNE_METRICS_COMPAT_MUSPY_NOTES_H
#define ATTUNE_METRICS_COMPAT_MUSPY_NOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "metrics/analysis/analysis.h"

struct attune_muspy_note {
    uint32_t onset, end; /* ticks */
    uint16_t track;
    uint8_t channel, program, pitch, velocity;
};

struct attune_muspy_notes {
    const char *why;      /* why muspy or mido refuses the file, or NULL */
    const struct attune_muspy_note *notes; /* (n_notes,) by onset */
    size_t n_notes, n_drums;
    bool has_tracks;      /* a note or a control change makes a track */
    uint32_t length;      /* the last note end or control change */
    uint32_t resolution;  /* ticks per quarter note */
    uint32_t measure_resolution; /* of the earliest time signature, rounded down */
};

/* Takes memory from the analysis's scratch arena. Out of memory: why says so. */
struct attune_muspy_notes attune_muspy_notes_read(struct attune_analysis *analysis);

#endif
