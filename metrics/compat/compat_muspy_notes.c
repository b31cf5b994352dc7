#include "metrics/compat/compat_muspy_notes.h"

#include "metrics/analysis/internal.h"
#include "metrics/analysis/open_notes.h"

enum { CHANNELS = 16, DRUM_CHANNEL = 9 };

/* What makes muspy or mido raise an error, or NULL. */
static const char *refusal(const struct attune_midi *midi)
{
    if (midi->damage & ATTUNE_MIDI_UNDEFINED_STATUS) {
        return "mido: undefined status byte";
    }
    if (midi->damage & ATTUNE_MIDI_BAD_DATA) {
        return "mido: data byte out of range";
    }
    if (midi->damage & ATTUNE_MIDI_FOREIGN_CHUNK) {
        return "mido: no track header at the start of a track";
    }
    if (midi->damage & (ATTUNE_MIDI_TRUNCATED | ATTUNE_MIDI_LOST_STATUS) ||
        midi->n_tracks < midi->claimed_tracks) {
        return "mido: the file ends early";
    }
    if (midi->type == 2) {
        return "muspy: type 2 files are not supported";
    }
    if (midi->raw_division == 0 || midi->raw_division & 0x8000) {
        return "muspy: ticks per beat must be positive";
    }
    return NULL;
}

static uint32_t measure_resolution(const struct attune_midi *midi)
{
    for (size_t i = 0; i < midi->n_events; i++) {
        const struct attune_midi_event *event = &midi->events[i];
        if (event->kind == ATTUNE_MIDI_TIME_SIGNATURE && event->track < midi->claimed_tracks) {
            return event->b > 31 ? 0
                                 : (uint32_t)((uint64_t)midi->division * 4 * event->a >> event->b);
        }
    }
    return (uint32_t)midi->division * 4;
}

struct reading {
    struct attune_muspy_notes *out;
    struct attune_muspy_note *notes;
    struct attune_open_notes open;
    uint8_t *program; /* (n_tracks * 16,) */
};

static void end_note(struct reading *r, uint32_t index, size_t voice, uint32_t tick)
{
    if (index != ATTUNE_NO_NOTE) {
        r->notes[index].end = tick;
        r->notes[index].program = r->program[voice];
        r->out->length = tick > r->out->length ? tick : r->out->length;
    }
}

static void end_track(struct reading *r, const struct attune_midi_event *event)
{
    const size_t first = (size_t)event->track * CHANNELS;
    for (size_t voice = first; voice < first + CHANNELS; voice++) {
        while (r->open.head[voice] != ATTUNE_NO_NOTE) {
            end_note(r, attune_open_notes_pop_any(&r->open, voice), voice, event->tick);
        }
    }
}

static void take(struct reading *r, const struct attune_midi_event *event)
{
    const size_t voice = (size_t)event->track * CHANNELS + event->channel;
    struct attune_muspy_notes *out = r->out;
    switch (event->kind) {
    case ATTUNE_MIDI_PROGRAM:
        r->program[voice] = event->a;
        break;
    case ATTUNE_MIDI_NOTE_ON:
        r->notes[out->n_notes] = (struct attune_muspy_note){
            .onset = event->tick, .end = event->tick, .track = event->track,
            .channel = event->channel, .pitch = event->a, .velocity = event->b,
        };
        attune_open_notes_push(&r->open, voice, event->a, (uint32_t)out->n_notes++);
        out->n_drums += event->channel == DRUM_CHANNEL;
        out->has_tracks = true;
        break;
    case ATTUNE_MIDI_NOTE_OFF:
        end_note(r, attune_open_notes_pop(&r->open, voice, event->a), voice, event->tick);
        break;
    case ATTUNE_MIDI_CONTROL:
        out->has_tracks = true;
        out->length = event->tick > out->length ? event->tick : out->length;
        break;
    case ATTUNE_MIDI_END_OF_TRACK:
        end_track(r, event);
        break;
    default:
        break;
    }
}

struct attune_muspy_notes attune_muspy_notes_read(struct attune_analysis *a)
{
    const struct attune_midi *midi = a->midi;
    struct attune_muspy_notes out = {.why = refusal(midi)};
    if (out.why) {
        return out;
    }
    size_t n_notes = 0;
    for (size_t i = 0; i < midi->n_events; i++) {
        n_notes += midi->events[i].kind == ATTUNE_MIDI_NOTE_ON;
    }
    const size_t n_voices = (size_t)midi->n_tracks * CHANNELS;
    struct reading r = {
        .out = &out,
        .notes = attune_arena_alloc(&a->scratch, n_notes, sizeof *r.notes),
        .program = attune_arena_alloc(&a->scratch, n_voices, sizeof *r.program),
    };
    if (!r.notes || !r.program ||
        !attune_open_notes_init(&r.open, &a->scratch, n_voices, n_notes)) {
        attune_analysis_oom(a);
        out.why = "out of memory";
        return out;
    }
    for (size_t i = 0; i < midi->n_events; i++) {
        if (midi->events[i].track < midi->claimed_tracks) {
            take(&r, &midi->events[i]);
        }
    }
    out.notes = r.notes;
    out.resolution = midi->division;
    out.measure_resolution = measure_resolution(midi);
    return out;
}
