#include "metrics/compat/pretty_midi_notes.h"

#include "metrics/analysis/internal.h"
#include "metrics/analysis/open_notes.h"

enum { CHANNELS = 16, DRUM_CHANNEL = 9, PEDAL = 64, PEDAL_DOWN = 64, NO_BEND = 8192 };

/* What a channel of a track said before it had an instrument. */
struct voice {
    uint32_t instruments; /* the newest one's index, the older ones follow; or ATTUNE_NO_NOTE */
    uint8_t program;
    bool has_bends;
    double end_s;
};

struct reading {
    struct attune_pretty_midi *out;
    struct attune_pretty_note *notes;
    struct attune_pretty_instrument *instruments;
    struct voice *voices;          /* (n_tracks * CHANNELS,) */
    struct attune_open_notes open; /* indices of note-ons */
    struct begun {
        uint32_t tick;
        double start_s;
        uint8_t velocity;
    } *begun; /* (n_begun,) every note-on */
    size_t n_begun;
    uint32_t *kept; /* (n_note_ons,) scratch */
    /* the clock: seconds at a tick and seconds per tick from there on */
    uint32_t clock_tick;
    double clock_s, tick_s;
};

static double seconds(const struct reading *r, uint32_t tick)
{
    return r->clock_s + r->tick_s * (double)(tick - r->clock_tick);
}

/* The arithmetic is pretty_midi's own, so that times fall into the same columns of a roll. */
static void set_tempo(struct reading *r, const struct attune_midi_event *event, unsigned division)
{
    if (event->value == 0) {
        r->out->why = "pretty_midi: ZeroDivisionError";
        return;
    }
    const double tick_s = 60.0 / (6e7 / (double)event->value * (double)division);
    if (tick_s != r->tick_s) {
        r->clock_s = seconds(r, event->tick);
        r->clock_tick = event->tick;
        r->tick_s = tick_s;
    }
}

static uint32_t find_instrument(const struct reading *r, const struct voice *voice)
{
    uint32_t i = voice->instruments;
    while (i != ATTUNE_NO_NOTE && r->instruments[i].program != voice->program) {
        i = r->instruments[i].next;
    }
    return i;
}

static uint32_t need_instrument(struct reading *r, const struct attune_midi_event *event,
                                struct voice *voice)
{
    uint32_t i = find_instrument(r, voice);
    if (i == ATTUNE_NO_NOTE) {
        i = (uint32_t)r->out->n_instruments++;
        r->instruments[i] = (struct attune_pretty_instrument){
            .track = event->track, .channel = event->channel, .program = voice->program,
            .is_drum = event->channel == DRUM_CHANNEL, .has_bends = voice->has_bends,
            .end_s = voice->end_s, .next = voice->instruments,
        };
        voice->instruments = i;
    }
    return i;
}

static void begin_note(struct reading *r, const struct attune_midi_event *event, size_t voice)
{
    r->begun[r->n_begun] =
        (struct begun){.tick = event->tick, .start_s = seconds(r, event->tick),
                       .velocity = event->b};
    attune_open_notes_push(&r->open, voice, event->a, (uint32_t)r->n_begun++);
}

static void end_notes(struct reading *r, const struct attune_midi_event *event, size_t voice)
{
    const double end_s = seconds(r, event->tick);
    size_t n_kept = 0, n_closed = 0;
    for (uint32_t i; (i = attune_open_notes_pop(&r->open, voice, event->a)) != ATTUNE_NO_NOTE;) {
        if (r->begun[i].tick == event->tick) {
            r->kept[n_kept++] = i;
            continue;
        }
        const uint32_t owner = need_instrument(r, event, &r->voices[voice]);
        struct attune_pretty_instrument *instrument = &r->instruments[owner];
        instrument->end_s = end_s > instrument->end_s ? end_s : instrument->end_s;
        instrument->n_notes++;
        r->notes[r->out->n_notes++] = (struct attune_pretty_note){
            r->begun[i].start_s, end_s, owner, event->a, r->begun[i].velocity};
        n_closed++;
    }
    /* Notes of this very tick stay open only where an older one was closed. */
    for (size_t k = 0; n_closed > 0 && k < n_kept; k++) {
        attune_open_notes_push(&r->open, voice, event->a, r->kept[k]);
    }
}

/* A bend or control change belongs to the instrument that is there, else to those to come. */
static void touch(struct reading *r, const struct attune_midi_event *event, struct voice *voice)
{
    const double s = seconds(r, event->tick);
    const bool bends = event->kind == ATTUNE_MIDI_PITCH_BEND
                           ? event->value != NO_BEND
                           : event->a == PEDAL && event->b >= PEDAL_DOWN;
    const uint32_t i = find_instrument(r, voice);
    bool *has_bends = i == ATTUNE_NO_NOTE ? &voice->has_bends : &r->instruments[i].has_bends;
    double *end_s = i == ATTUNE_NO_NOTE ? &voice->end_s : &r->instruments[i].end_s;
    *has_bends |= bends;
    *end_s = s > *end_s ? s : *end_s;
}

static void take(struct reading *r, const struct attune_midi_event *event, unsigned division)
{
    const size_t voice = (size_t)event->track * CHANNELS + event->channel;
    switch (event->kind) {
    case ATTUNE_MIDI_TEMPO:
        if (event->track == 0) {
            set_tempo(r, event, division);
        }
        break;
    case ATTUNE_MIDI_TIME_SIGNATURE:
        if (event->track == 0) {
            r->out->has_meter = true;
            r->out->numerator = event->a;
            r->out->denominator = event->b < 16 ? 1 << event->b : 1 << 16;
        }
        break;
    case ATTUNE_MIDI_PROGRAM:
        r->voices[voice].program = event->a;
        break;
    case ATTUNE_MIDI_NOTE_ON:
        begin_note(r, event, voice);
        break;
    case ATTUNE_MIDI_NOTE_OFF:
        end_notes(r, event, voice);
        break;
    case ATTUNE_MIDI_PITCH_BEND:
    case ATTUNE_MIDI_CONTROL:
        touch(r, event, &r->voices[voice]);
        break;
    default:
        break;
    }
}

/* pretty_midi goes track by track, this reader by ticks. */
static void find_first_two(struct attune_pretty_midi *out)
{
    for (size_t i = 0; i < out->n_instruments; i++) {
        const struct attune_pretty_instrument *instrument = &out->instruments[i];
        if (!out->first || instrument->track < out->first->track) {
            out->second = out->first;
            out->first = instrument;
        } else if (!out->second || instrument->track < out->second->track) {
            out->second = instrument;
        }
    }
}

static int reading_init(struct reading *r, struct attune_analysis *a)
{
    const struct attune_midi *midi = a->midi;
    const size_t n_voices = (size_t)midi->n_tracks * CHANNELS;
    size_t n = 0;
    for (size_t i = 0; i < midi->n_events; i++) {
        n += midi->events[i].kind == ATTUNE_MIDI_NOTE_ON;
    }
    r->notes = attune_arena_alloc(&a->scratch, n + 1, sizeof *r->notes);
    r->instruments = attune_arena_alloc(&a->scratch, n + 1, sizeof *r->instruments);
    r->voices = attune_arena_alloc(&a->scratch, n_voices, sizeof *r->voices);
    r->begun = attune_arena_alloc(&a->scratch, n + 1, sizeof *r->begun);
    r->kept = attune_arena_alloc(&a->scratch, n + 1, sizeof *r->kept);
    if (!r->notes || !r->instruments || !r->voices || !r->begun || !r->kept ||
        !attune_open_notes_init(&r->open, &a->scratch, n_voices, n + 1)) {
        return 0;
    }
    for (size_t i = 0; i < n_voices; i++) {
        r->voices[i].instruments = ATTUNE_NO_NOTE;
    }
    return 1;
}

struct attune_pretty_midi attune_pretty_midi_read(struct attune_analysis *a)
{
    const struct attune_midi *midi = a->midi;
    struct attune_pretty_midi out = {.why = midi->division == 0 ? "mgeval: SMPTE time" : NULL};
    if (out.why) {
        return out;
    }
    struct reading r = {.out = &out, .tick_s = 60.0 / (120.0 * midi->division)};
    if (!reading_init(&r, a)) {
        attune_analysis_oom(a);
        out.why = "out of memory";
        return out;
    }
    for (size_t i = 0; i < midi->n_events && !out.why; i++) {
        take(&r, &midi->events[i], midi->division);
    }
    out.notes = r.notes;
    out.instruments = r.instruments;
    find_first_two(&out);
    return out;
}
