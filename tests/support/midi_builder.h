/* Small MIDI pieces made by hand for tests: notes and signatures go in, a parsed file comes out. */
#ifndef ATTUNE_TESTS_SUPPORT_MIDI_BUILDER_H
#define ATTUNE_TESTS_SUPPORT_MIDI_BUILDER_H

#include "base/io/midi.h"

struct midi_builder {
    struct attune_midi midi;
    size_t capacity;
};

/* An empty type-1 file. division: ticks per quarter note. */
void midi_builder_init(struct midi_builder *b, int n_tracks, int division);
void midi_builder_release(struct midi_builder *b);

void midi_builder_event(struct midi_builder *b, int track, uint32_t tick,
                        enum attune_midi_kind kind, int channel, int x, int y, uint32_t value);

/* A note on a track and channel, velocity 100. */
void midi_builder_note(struct midi_builder *b, int track, int channel, uint32_t tick,
                       uint32_t n_ticks, int pitch);

/* The same with a velocity. */
void midi_builder_stroke(struct midi_builder *b, int track, int channel, uint32_t tick,
                         uint32_t n_ticks, int pitch, int velocity);

/* denominator: 1, 2, 4, ... */
void midi_builder_meter(struct midi_builder *b, uint32_t tick, int numerator, int denominator);
void midi_builder_tempo(struct midi_builder *b, uint32_t tick, double bpm);
void midi_builder_program(struct midi_builder *b, int track, int channel, uint32_t tick,
                          int program);

/* Sorts the events and fixes the ends of the tracks; call it once, last. The result is borrowed. */
const struct attune_midi *midi_builder_finish(struct midi_builder *b);

#endif
