/* Test material made on the spot. */
#include "tests/support/signals.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"

enum { TICKS = 480 };

static const int roots[4] = {60, 57, 53, 55};
static const int thirds[4] = {4, 3, 4, 4};
static const int melody_a[16] = {72, 74, 76, 79, 76, 72, 69, 72, 77, 76, 74, 72, 74, 71, 67, 71};
static const int melody_b[16] = {79, 77, 76, 74, 72, 76, 81, 76, 77, 81, 84, 81, 79, 74, 71, 74};

void test_midi_song(struct midi_builder *b, int transpose, int bars_before, double velocity_scale)
{
    midi_builder_init(b, 1, TICKS);
    midi_builder_tempo(b, 0, 120.0);
    midi_builder_meter(b, 0, 4, 4);
    for (int bar = 0; bar < 16; bar++) {
        const uint32_t start = (uint32_t)(bar + bars_before) * 4 * TICKS;
        const int chord = bar % 4;
        const int *melody = bar / 4 == 2 ? melody_b : melody_a;
        const int root = roots[chord] + transpose;
        const int velocity = (int)(80 * velocity_scale);
        midi_builder_stroke(b, 0, 0, start, 4 * TICKS, root, velocity);
        midi_builder_stroke(b, 0, 0, start, 4 * TICKS, root + thirds[chord], velocity);
        midi_builder_stroke(b, 0, 0, start, 4 * TICKS, root + 7, velocity);
        for (int beat = 0; beat < 4; beat++) {
            const uint32_t at = start + (uint32_t)beat * TICKS;
            const int louder = (int)((beat == 0 ? 100 : 70) * velocity_scale);
            midi_builder_stroke(b, 0, 1, at, TICKS - 20, melody[chord * 4 + beat] + transpose,
                                louder);
            midi_builder_stroke(b, 0, 2, at, TICKS / 2, root - 24, louder);
            midi_builder_stroke(b, 0, 9, at, TICKS / 4, beat % 2 ? 38 : 36, louder);
            midi_builder_stroke(b, 0, 9, at + TICKS / 2, TICKS / 4, 42,
                                (int)(50 * velocity_scale));
        }
    }
    midi_builder_finish(b);
}

void test_midi_random(struct midi_builder *b, uint64_t seed, size_t n_notes, uint32_t n_beats)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    midi_builder_init(b, 1, TICKS);
    midi_builder_tempo(b, 0, 60.0 + attune_rng_uniform(&rng) * 120.0);
    midi_builder_meter(b, 0, 4, 4);
    for (size_t i = 0; i < n_notes; i++) {
        const uint32_t at = (uint32_t)attune_rng_below(&rng, (uint64_t)n_beats * TICKS);
        const uint32_t n_ticks = (uint32_t)attune_rng_below(&rng, 2 * TICKS);
        const int channel = (int)attune_rng_below(&rng, 16);
        const int pitch = (int)attune_rng_below(&rng, 128);
        midi_builder_stroke(b, 0, channel, at, n_ticks, pitch, 1 + (int)attune_rng_below(&rng, 127));
    }
    midi_builder_finish(b);
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
