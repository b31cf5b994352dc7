/* The state of reading one MIDI file, shared by what reads chunks (midi_read.c) and what reads the
 * events of a track (midi_events.c). */
#ifndef ATTUNE_BASE_IO_MIDI_READER_H
#define ATTUNE_BASE_IO_MIDI_READER_H

#include "base/io/midi.h"

struct attune_midi_reader {
    const uint8_t *bytes;
    size_t n_bytes, at;
    size_t limit; /* end of the current track's data */
    struct attune_midi *midi;
    size_t capacity;
    bool out_of_memory;
    /* the current track */
    uint16_t track;
    uint64_t tick;
    uint8_t status; /* running status, 0: none */
    bool after_system; /* the latest status byte was not a channel's */
    bool ended;     /* its End of Track event was read */
};

/* Counts a warning; the first one is kept with its place. */
void attune_midi_warn(struct attune_midi_reader *r, const char *what);

/* Adds an event at the current tick; without memory r->out_of_memory is set. */
void attune_midi_emit(struct attune_midi_reader *r, enum attune_midi_kind kind, uint8_t a,
                      uint8_t b, uint32_t value);

/* Reads one event with its delta time. False where the track cannot be read on. */
bool attune_midi_read_event(struct attune_midi_reader *r);

static inline uint32_t attune_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The current tick; ticks saturate. */
static inline uint32_t attune_midi_tick(const struct attune_midi_reader *r)
{
    return r->tick > UINT32_MAX ? UINT32_MAX : (uint32_t)r->tick;
}

#endif
