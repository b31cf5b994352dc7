/* Silence, noise, one sine, one note, random notes, one bar looped. */
#include "metrics/audit/nulls.h"

#include <math.h>

#include "base/mem.h"

enum { DIVISION = 480, N_BARS = 32, BAR_TICKS = 4 * DIVISION };

/* A type-1 file of one track in 4/4 at 120 BPM with room for n_notes notes (two events each); the
 * end of the track is its last event. */
static enum attune_code make_file(struct attune_midi *out, size_t n_notes, struct attune_err *err)
{
    *out = (struct attune_midi){.type = 1, .n_tracks = 1, .division = DIVISION,
                                .raw_division = DIVISION};
    out->events = attune_alloc(2 * n_notes + 1, sizeof *out->events);
    out->track_names = attune_alloc(1, sizeof *out->track_names);
    out->track_end = attune_alloc(1, sizeof *out->track_end);
    if (!out->events || !out->track_names || !out->track_end) {
        attune_midi_release(out);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a null piece");
    }
    return ATTUNE_OK;
}

static void add_note(struct attune_midi *midi, uint32_t onset, uint32_t end, int pitch)
{
    struct attune_midi_event event = {
        .tick = onset, .kind = ATTUNE_MIDI_NOTE_ON, .a = (uint8_t)pitch, .b = 80};
    midi->events[midi->n_events++] = event;
    event.tick = end;
    event.kind = ATTUNE_MIDI_NOTE_OFF;
    event.b = 0;
    midi->events[midi->n_events++] = event;
}

/* Ends before onsets of one tick; no two events of one pitch and tick differ otherwise. */
static int by_tick(const void *a, const void *b)
{
    const struct attune_midi_event *x = a, *y = b;
    if (x->tick != y->tick) {
        return x->tick < y->tick ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return (x->a > y->a) - (x->a < y->a);
}

static void finish_file(struct attune_midi *midi)
{
    qsort(midi->events, midi->n_events, sizeof *midi->events, by_tick);
    const uint32_t end = N_BARS * BAR_TICKS;
    midi->events[midi->n_events++] =
        (struct attune_midi_event){.tick = end, .kind = ATTUNE_MIDI_END_OF_TRACK};
    midi->track_end[0] = end;
}

static enum attune_code no_notes(struct attune_rng *rng, struct attune_midi *out,
                                 struct attune_err *err)
{
    enum attune_code code = make_file(out, 0, err);
    if (!code) {
        finish_file(out);
    }
    return code;
}

/* One pitch in quarter notes. */
static enum attune_code one_note(struct attune_rng *rng, struct attune_midi *out,
                                 struct attune_err *err)
{
    enum attune_code code = make_file(out, 4 * N_BARS, err);
    for (uint32_t i = 0; !code && i < 4 * N_BARS; i++) {
        add_note(out, i * DIVISION, i * DIVISION + DIVISION / 2, 69);
    }
    if (!code) {
        finish_file(out);
    }
    return code;
}

/* Eight notes a bar at uniform pitches (five octaves from C2), times and lengths (up to a half
 * note). */
static enum attune_code random_notes(struct attune_rng *rng, struct attune_midi *out,
                                     struct attune_err *err)
{
    enum { N_NOTES = 8 * N_BARS };
    enum attune_code code = make_file(out, N_NOTES, err);
    for (size_t i = 0; !code && i < N_NOTES; i++) {
        const uint32_t length = 1 + (uint32_t)attune_rng_below(rng, 2 * DIVISION);
        const uint32_t onset = (uint32_t)attune_rng_below(rng, N_BARS * BAR_TICKS - length);
        add_note(out, onset, onset + length, 36 + (int)attune_rng_below(rng, 60));
    }
    if (!code) {
        finish_file(out);
    }
    return code;
}

static void silence(struct attune_rng *rng, struct attune_clip *clip)
{
}

static void set_frame(struct attune_clip *clip, uint64_t frame, double value)
{
    for (uint32_t c = 0; c < clip->n_channels; c++) {
        clip->samples[frame * clip->n_channels + c] = (float)value;
    }
}

static void white_noise(struct attune_rng *rng, struct attune_clip *clip)
{
    for (uint64_t i = 0; i < clip->n_frames; i++) {
        set_frame(clip, i, 0.5 * (2.0 * attune_rng_uniform(rng) - 1.0));
    }
}

/* Voss's sum of octaves: row k takes a new value every 2^k frames (Voss & Clarke 1978). */
static void pink_noise(struct attune_rng *rng, struct attune_clip *clip)
{
    enum { N_ROWS = 16 };
    double row[N_ROWS] = {0};
    for (uint64_t i = 0; i < clip->n_frames; i++) {
        double sum = 0.0;
        for (int k = 0; k < N_ROWS; k++) {
            if (i % ((uint64_t)1 << k) == 0) {
                row[k] = 2.0 * attune_rng_uniform(rng) - 1.0;
            }
            sum += row[k];
        }
        set_frame(clip, i, sum / N_ROWS);
    }
}

static void sine(struct attune_rng *rng, struct attune_clip *clip)
{
    const double w = 2.0 * 3.14159265358979323846 * 440.0 / clip->rate_hz;
    for (uint64_t i = 0; i < clip->n_frames; i++) {
        set_frame(clip, i, 0.5 * sin(w * (double)i));
    }
}

const struct attune_null_spec attune_nulls[] = {
    {"no_notes", "No notes", ATTUNE_SYMBOLIC, .symbolic = no_notes},
    {"one_note", "One note repeated", ATTUNE_SYMBOLIC, .symbolic = one_note},
    {"random_notes", "Random notes", ATTUNE_SYMBOLIC, .random = true, .symbolic = random_notes},
    {"bar_loop", "One bar looped", ATTUNE_SYMBOLIC, .damage = "freezing"},
    {"silence", "Silence", ATTUNE_AUDIO, .audio = silence},
    {"white_noise", "White noise", ATTUNE_AUDIO, .random = true, .audio = white_noise},
    {"pink_noise", "Pink noise", ATTUNE_AUDIO, .random = true, .audio = pink_noise},
    {"sine", "One sine", ATTUNE_AUDIO, .audio = sine},
    {"audio_loop", "Two seconds looped", ATTUNE_AUDIO, .damage = "frozen_audio"},
};
const size_t attune_n_nulls = sizeof attune_nulls / sizeof *attune_nulls;
