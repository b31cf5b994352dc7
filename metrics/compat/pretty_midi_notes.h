/* A file as pretty_midi reads it, for the features of mgeval that it builds on.
 *
 * An instrument is a program on a channel of a track, made by its first note-off; channel 10 is
 * drums. A note-off ends every open note of its channel and pitch in the track that did not begin
 * at the same tick; notes still open at the end are dropped. Times follow the tempo events of the
 * first track only. */
#ifndef ATTUNE_METRICS_COMPAT_PRETTY_MIDI_NOTES_H
#define ATTUNE_METRICS_COMPAT_PRETTY_MIDI_NOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "metrics/analysis/analysis.h"

struct attune_pretty_note {
    double start_s, end_s;
    uint32_t instrument;
    uint8_t pitch, velocity;
};

struct attune_pretty_instrument {
    uint16_t track;
    uint8_t channel, program;
    bool is_drum;
    bool has_bends; /* pitch bends or the sustain pedal, which change its piano roll */
    double end_s;   /* of its last note, bend or control change */
    uint32_t n_notes;
    uint32_t next; /* of the same track and channel; for the reader */
};

struct attune_pretty_midi {
    const char *why; /* then nothing below holds */
    size_t n_notes, n_instruments;
    const struct attune_pretty_note *notes; /* (n_notes,) in the order in which they end */
    const struct attune_pretty_instrument *instruments; /* (n_instruments,) in no order */
    const struct attune_pretty_instrument *first, *second; /* in pretty_midi's order, or NULL */
    bool has_meter;
    int numerator, denominator; /* of the first track's last time signature */
};

/* Takes memory from the analysis's scratch arena. */
struct attune_pretty_midi attune_pretty_midi_read(struct attune_analysis *analysis);

#endif
