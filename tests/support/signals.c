/* Test material made on the spot. */
#include "tests/support/signals.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"

enum { TICKS = 480 };

static void push(struct test_midi *t, struct attune_midi_event event)
{
    void *items = t->midi.events;
    if (!attune_grow(&items, &t->capacity, t->midi.n_events, sizeof event)) {
        abort();
    }
    t->midi.events = items;
    t->midi.events[t->midi.n_events++] = event;
}

void test_midi_init(struct test_midi *t, double bpm)
{
    *t = (struct test_midi){.midi = {.type = 1, .n_tracks = 1, .division = TICKS,
                                     .raw_division = TICKS}};
    t->midi.track_names = attune_alloc(1, sizeof(char *));
    t->midi.track_end = attune_alloc(1, sizeof(uint32_t));
    if (!t->midi.track_names || !t->midi.track_end) {
        abort();
    }
    push(t, (struct attune_midi_event){.kind = ATTUNE_MIDI_TEMPO, .value = (uint32_t)(6e7 / bpm)});
    push(t, (struct attune_midi_event){.kind = ATTUNE_MIDI_TIME_SIGNATURE, .a = 4, .b = 2});
}

void test_midi_note(struct test_midi *t, uint32_t onset_tick, uint32_t duration_ticks, int channel,
                    int pitch, int velocity)
{
    push(t, (struct attune_midi_event){.tick = onset_tick, .kind = ATTUNE_MIDI_NOTE_ON,
                                       .channel = (uint8_t)channel, .a = (uint8_t)pitch,
                                       .b = (uint8_t)velocity});
    push(t, (struct attune_midi_event){.tick = onset_tick + duration_ticks,
                                       .kind = ATTUNE_MIDI_NOTE_OFF, .channel = (uint8_t)channel,
                                       .a = (uint8_t)pitch});
}

static int by_tick(const void *a, const void *b)
{
    const struct attune_midi_event *x = a, *y = b;
    if (x->tick != y->tick) {
        return x->tick < y->tick ? -1 : 1;
    }
    /* ends before beginnings, so that repeated notes do not swallow each other */
    const int x_on = x->kind == ATTUNE_MIDI_NOTE_ON, y_on = y->kind == ATTUNE_MIDI_NOTE_ON;
    return x_on != y_on ? x_on - y_on : x->a - y->a;
}

void test_midi_finish(struct test_midi *t)
{
    qsort(t->midi.events, t->midi.n_events, sizeof *t->midi.events, by_tick);
    const uint32_t end = t->midi.n_events ? t->midi.events[t->midi.n_events - 1].tick : 0;
    push(t, (struct attune_midi_event){.tick = end, .kind = ATTUNE_MIDI_END_OF_TRACK});
    t->midi.track_end[0] = end;
}

static const int roots[4] = {60, 57, 53, 55};
static const int thirds[4] = {4, 3, 4, 4};
static const int melody_a[16] = {72, 74, 76, 79, 76, 72, 69, 72, 77, 76, 74, 72, 74, 71, 67, 71};
static const int melody_b[16] = {79, 77, 76, 74, 72, 76, 81, 76, 77, 81, 84, 81, 79, 74, 71, 74};

void test_midi_song(struct test_midi *t, int transpose, int bars_before, double velocity_scale)
{
    test_midi_init(t, 120.0);
    for (int bar = 0; bar < 16; bar++) {
        const uint32_t start = (uint32_t)(bar + bars_before) * 4 * TICKS;
        const int chord = bar % 4;
        const int *melody = bar / 4 == 2 ? melody_b : melody_a;
        const int root = roots[chord] + transpose;
        const int velocity = (int)(80 * velocity_scale);
        test_midi_note(t, start, 4 * TICKS, 0, root, velocity);
        test_midi_note(t, start, 4 * TICKS, 0, root + thirds[chord], velocity);
        test_midi_note(t, start, 4 * TICKS, 0, root + 7, velocity);
        for (int beat = 0; beat < 4; beat++) {
            const uint32_t at = start + (uint32_t)beat * TICKS;
            const int louder = (int)((beat == 0 ? 100 : 70) * velocity_scale);
            test_midi_note(t, at, TICKS - 20, 1, melody[chord * 4 + beat] + transpose, louder);
            test_midi_note(t, at, TICKS / 2, 2, root - 24, louder);
            test_midi_note(t, at, TICKS / 4, 9, beat % 2 ? 38 : 36, louder);
            test_midi_note(t, at + TICKS / 2, TICKS / 4, 9, 42, (int)(50 * velocity_scale));
        }
    }
    test_midi_finish(t);
}

void test_midi_random(struct test_midi *t, uint64_t seed, size_t n_notes, uint32_t n_beats)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    test_midi_init(t, 60.0 + attune_rng_uniform(&rng) * 120.0);
    for (size_t i = 0; i < n_notes; i++) {
        test_midi_note(t, (uint32_t)attune_rng_below(&rng, (uint64_t)n_beats * TICKS),
                       (uint32_t)attune_rng_below(&rng, 2 * TICKS), (int)attune_rng_below(&rng, 16),
                       (int)attune_rng_below(&rng, 128), 1 + (int)attune_rng_below(&rng, 127));
    }
    test_midi_finish(t);
}

static void add_tone(float *out, uint64_t n_frames, uint32_t rate_hz, double at_s, double length_s,
                     double hz, double amplitude)
{
    const uint64_t from = (uint64_t)(at_s * rate_hz);
    const uint64_t to = (uint64_t)((at_s + length_s) * rate_hz);
    for (uint64_t i = from; i < to && i < n_frames; i++) {
        const double t = (double)(i - from) / rate_hz;
        const double envelope = fmin(1.0, t * 200.0) * exp(-3.0 * t / length_s) *
                                fmin(1.0, (length_s - t) * 200.0);
        double x = 0.0;
        for (int k = 1; k <= 5 && hz * k < 0.45 * rate_hz; k++) {
            x += sin(2.0 * M_PI * hz * k * t) / (k * k);
        }
        out[2 * i] += (float)(amplitude * envelope * x);
        out[2 * i + 1] += (float)(0.8 * amplitude * envelope * x);
    }
}

static double hz_of(int pitch)
{
    return 440.0 * exp2((pitch - 69) / 12.0);
}

float *test_audio_song(double seconds, uint32_t rate_hz, uint64_t *n_frames)
{
    *n_frames = (uint64_t)(seconds * rate_hz);
    float *out = attune_alloc(*n_frames * 2, sizeof *out);
    for (int bar = 0; out && bar * 2.0 < seconds; bar++) {
        const int chord = bar % 4;
        const int *melody = bar / 4 % 4 == 2 ? melody_b : melody_a;
        add_tone(out, *n_frames, rate_hz, bar * 2.0, 2.0, hz_of(roots[chord]), 0.08);
        add_tone(out, *n_frames, rate_hz, bar * 2.0, 2.0, hz_of(roots[chord] + thirds[chord]),
                 0.08);
        add_tone(out, *n_frames, rate_hz, bar * 2.0, 2.0, hz_of(roots[chord] + 7), 0.08);
        for (int beat = 0; beat < 4; beat++) {
            const double at = bar * 2.0 + beat * 0.5;
            add_tone(out, *n_frames, rate_hz, at, 0.48, hz_of(melody[chord * 4 + beat]), 0.12);
            add_tone(out, *n_frames, rate_hz, at, 0.25, hz_of(roots[chord] - 24), 0.12);
        }
    }
    return out;
}

float *test_audio_noise(double seconds, uint32_t rate_hz, double amplitude, uint64_t seed,
                        uint64_t *n_frames)
{
    *n_frames = (uint64_t)(seconds * rate_hz);
    float *out = attune_alloc(*n_frames * 2, sizeof *out);
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    for (uint64_t i = 0; out && i < *n_frames * 2; i++) {
        out[i] = (float)(amplitude * (2.0 * attune_rng_uniform(&rng) - 1.0));
    }
    return out;
}
