/* The note table: pairing of note-ons and note-offs under the house rule of notes.h.
 *
 * A note's program is the one its own track has set on its channel, else the last one that any
 * track has set on that channel: files that keep all program changes in the first track play as
 * they should, and two tracks on one channel keep their own instruments.
 */
#include <string.h>

#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/analysis/open_notes.h"

enum { CHANNELS = 16, DRUM_CHANNEL = 9, NO_PROGRAM = 0xff, SMALL_CHORD = 24 };

static const struct attune_notes out_of_memory = {.why = "out of memory"};

static void end_note(struct attune_note *notes, uint32_t index, uint32_t tick)
{
    if (index != ATTUNE_NO_NOTE && tick > notes[index].onset_tick) {
        notes[index].end_tick = tick;
    }
}

static void end_open_notes(const struct attune_midi *midi, struct attune_note *notes,
                           struct attune_open_notes *open)
{
    for (size_t voice = 0; voice < (size_t)midi->n_tracks * CHANNELS; voice++) {
        while (open->head[voice] != ATTUNE_NO_NOTE) {
            end_note(notes, attune_open_notes_pop_any(open, voice),
                     midi->track_end[voice / CHANNELS]);
        }
    }
}

/* Events come in the order of ticks, so that the notes do too. program: (n_tracks * 16,). */
static void pair(const struct attune_midi *midi, struct attune_note *notes,
                 struct attune_open_notes *open, uint8_t *program)
{
    uint8_t channel_program[CHANNELS] = {0};
    uint32_t n_notes = 0;
    for (size_t i = 0; i < midi->n_events; i++) {
        const struct attune_midi_event *event = &midi->events[i];
        const size_t voice = (size_t)event->track * CHANNELS + event->channel;
        switch (event->kind) {
        case ATTUNE_MIDI_PROGRAM:
            program[voice] = event->a;
            channel_program[event->channel] = event->a;
            break;
        case ATTUNE_MIDI_NOTE_ON:
            end_note(notes, attune_open_notes_pop(open, voice, event->a), event->tick);
            notes[n_notes] = (struct attune_note){
                .onset_tick = event->tick, .end_tick = event->tick,
                .track = event->track, .channel = event->channel,
                .program = program[voice] == NO_PROGRAM ? channel_program[event->channel]
                                                        : program[voice],
                .pitch = event->a, .velocity = event->b,
                .is_drum = event->channel == DRUM_CHANNEL,
            };
            attune_open_notes_push(open, voice, event->a, n_notes++);
            break;
        case ATTUNE_MIDI_NOTE_OFF:
            end_note(notes, attune_open_notes_pop(open, voice, event->a), event->tick);
            break;
        default:
            break;
        }
    }
    end_open_notes(midi, notes, open);
}

/* Stable sort of simultaneous notes by pitch; they come in the order of tracks. spare: (n,). */
static void sort_chord(struct attune_note *notes, size_t n, struct attune_note *spare)
{
    if (n <= SMALL_CHORD) {
        for (size_t i = 1; i < n; i++) {
            const struct attune_note note = notes[i];
            size_t j = i;
            for (; j > 0 && notes[j - 1].pitch > note.pitch; j--) {
                notes[j] = notes[j - 1];
            }
            notes[j] = note;
        }
        return;
    }
    size_t start[129] = {0};
    for (size_t i = 0; i < n; i++) {
        start[notes[i].pitch + 1]++;
    }
    for (size_t p = 1; p < 129; p++) {
        start[p] += start[p - 1];
    }
    for (size_t i = 0; i < n; i++) {
        spare[start[notes[i].pitch]++] = notes[i];
    }
    memcpy(notes, spare, n * sizeof *notes);
}

static void sort_notes(struct attune_note *notes, size_t n_notes, struct attune_note *spare)
{
    for (size_t i = 0, j; i < n_notes; i = j) {
        for (j = i + 1; j < n_notes && notes[j].onset_tick == notes[i].onset_tick; j++) {
        }
        if (j - i > 1) {
            sort_chord(notes + i, j - i, spare);
        }
    }
}

static void finish(struct attune_notes *table, struct attune_note *notes,
                   const struct attune_tempo_map *map)
{
    for (size_t i = 0; i < table->n_notes; i++) {
        struct attune_note *note = &notes[i];
        const bool same = i > 0 && notes[i - 1].onset_tick == note->onset_tick;
        note->onset_s = same ? notes[i - 1].onset_s
                             : attune_tempo_map_seconds(map, note->onset_tick);
        note->end_s = attune_tempo_map_seconds(map, note->end_tick);
        table->n_drums += note->is_drum;
        if (note->end_tick >= table->end_tick) {
            table->end_tick = note->end_tick;
            table->end_s = note->end_s;
        }
    }
}

static const struct attune_notes *compute(struct attune_analysis *a)
{
    const struct attune_midi *midi = a->midi;
    struct attune_notes *table = attune_arena_alloc(&a->arena, 1, sizeof *table);
    if (!table) {
        return NULL;
    }
    for (size_t i = 0; i < midi->n_events; i++) {
        table->n_notes += midi->events[i].kind == ATTUNE_MIDI_NOTE_ON;
    }
    if (table->n_notes == 0) {
        table->why = "no notes";
        return table;
    }
    const size_t n_voices = (size_t)midi->n_tracks * CHANNELS;
    struct attune_note *notes = attune_arena_alloc(&a->arena, table->n_notes, sizeof *notes);
    struct attune_note *spare = attune_arena_alloc(&a->scratch, table->n_notes, sizeof *spare);
    uint8_t *program = attune_arena_alloc(&a->scratch, n_voices, sizeof *program);
    struct attune_open_notes open;
    const struct attune_tempo_map *map = attune_analysis_tempo_map(a);
    if (!notes || !spare || !program || !map ||
        !attune_open_notes_init(&open, &a->scratch, n_voices, table->n_notes)) {
        return NULL;
    }
    memset(program, NO_PROGRAM, n_voices);
    pair(midi, notes, &open, program);
    sort_notes(notes, table->n_notes, spare);
    finish(table, notes, map);
    table->notes = notes;
    return table;
}

const struct attune_notes *attune_analysis_notes(struct attune_analysis *a)
{
    if (!a->notes) {
        a->notes = (struct attune_notes *)compute(a);
        attune_arena_reset(&a->scratch);
        if (!a->notes) {
            attune_analysis_oom(a);
            return &out_of_memory;
        }
    }
    return a->notes;
}
