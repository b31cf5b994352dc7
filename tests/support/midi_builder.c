#include "tests/support/midi_builder.h"

#include <stdlib.h>

#include "base/mem.h"

void midi_builder_init(struct midi_builder *b, int n_tracks, int division)
{
    *b = (struct midi_builder){.midi = {.type = 1, .n_tracks = (uint16_t)n_tracks,
                                        .claimed_tracks = (uint16_t)n_tracks,
                                        .division = (uint16_t)division,
                                        .raw_division = (uint16_t)division}};
    b->midi.track_names = attune_alloc((size_t)n_tracks, sizeof *b->midi.track_names);
    b->midi.track_end = attune_alloc((size_t)n_tracks, sizeof *b->midi.track_end);
}

void midi_builder_release(struct midi_builder *b)
{
    attune_midi_release(&b->midi);
}

void midi_builder_event(struct midi_builder *b, int track, uint32_t tick,
                        enum attune_midi_kind kind, int channel, int x, int y, uint32_t value)
{
    attune_grow((void **)&b->midi.events, &b->capacity, b->midi.n_events, sizeof *b->midi.events);
    b->midi.events[b->midi.n_events++] = (struct attune_midi_event){
        .tick = tick, .track = (uint16_t)track, .kind = (uint8_t)kind, .channel = (uint8_t)channel,
        .a = (uint8_t)x, .b = (uint8_t)y, .value = value,
    };
}

void midi_builder_note(struct midi_builder *b, int track, int channel, uint32_t tick,
                       uint32_t n_ticks, int pitch)
{
    midi_builder_stroke(b, track, channel, tick, n_ticks, pitch, 100);
}

void midi_builder_stroke(struct midi_builder *b, int track, int channel, uint32_t tick,
                         uint32_t n_ticks, int pitch, int velocity)
{
    midi_builder_event(b, track, tick, ATTUNE_MIDI_NOTE_ON, channel, pitch, velocity, 0);
    midi_builder_event(b, track, tick + n_ticks, ATTUNE_MIDI_NOTE_OFF, channel, pitch, 0, 0);
}

void midi_builder_meter(struct midi_builder *b, uint32_t tick, int numerator, int denominator)
{
    int power = 0;
    while (1 << power < denominator) {
        power++;
    }
    midi_builder_event(b, 0, tick, ATTUNE_MIDI_TIME_SIGNATURE, 0, numerator, power, 0);
}

void midi_builder_tempo(struct midi_builder *b, uint32_t tick, double bpm)
{
    midi_builder_event(b, 0, tick, ATTUNE_MIDI_TEMPO, 0, 0, 0, (uint32_t)(60e6 / bpm + 0.5));
}

void midi_builder_program(struct midi_builder *b, int track, int channel, uint32_t tick,
                          int program)
{
    midi_builder_event(b, track, tick, ATTUNE_MIDI_PROGRAM, channel, program, 0, 0);
}

/* By tick, then track; note-offs before what begins at the same tick. */
static int by_tick(const void *left, const void *right)
{
    const struct attune_midi_event *a = left, *b = right;
    if (a->tick != b->tick) {
        return a->tick < b->tick ? -1 : 1;
    }
    if (a->track != b->track) {
        return a->track < b->track ? -1 : 1;
    }
    const int a_on = a->kind == ATTUNE_MIDI_NOTE_ON, b_on = b->kind == ATTUNE_MIDI_NOTE_ON;
    return a_on != b_on ? a_on - b_on : (a->a > b->a) - (a->a < b->a);
}

const struct attune_midi *midi_builder_finish(struct midi_builder *b)
{
    uint32_t end = 0;
    for (size_t i = 0; i < b->midi.n_events; i++) {
        const struct attune_midi_event *event = &b->midi.events[i];
        end = event->tick > end ? event->tick : end;
    }
    for (int track = 0; track < b->midi.n_tracks; track++) {
        midi_builder_event(b, track, end, ATTUNE_MIDI_END_OF_TRACK, 0, 127, 0, 0);
        b->midi.track_end[track] = end;
    }
    qsort(b->midi.events, b->midi.n_events, sizeof *b->midi.events, by_tick);
    return &b->midi;
}
