/* The temporal metrics on pieces whose values are worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "metrics/metric.h"
#include "tests/support/midi_builder.h"
#include "tests/support/tones.h"

enum { RATE = 22050, QUARTER = 480, BAR = 4 * QUARTER };

static struct attune_analysis *analysis;

static int setup(void **state)
{
    analysis = attune_analysis_new(NULL);
    return analysis == NULL;
}

static int teardown(void **state)
{
    attune_analysis_free(analysis);
    return 0;
}

static struct attune_value value_of(const char *name)
{
    char id[64];
    snprintf(id, sizeof id, "temporal.%s", name);
    const struct attune_metric *metric = attune_metric_find(id);
    assert_non_null(metric);
    return attune_metric_eval(metric, analysis);
}

static void expect(const char *name, double expected, double tolerance)
{
    const struct attune_value value = value_of(name);
    if (value.state != ATTUNE_DEFINED || !(fabs(value.v - expected) <= tolerance)) {
        fail_msg("%s is %.9g (%s), expected %.9g", name, value.v, value.why ? value.why : "defined",
                 expected);
    }
}

static void expect_undefined(const char *name, const char *why)
{
    const struct attune_value value = value_of(name);
    assert_int_equal(value.state, ATTUNE_UNDEFINED);
    assert_string_equal(value.why, why);
}

static void load_audio(const float *x, size_t n)
{
    struct attune_audio_source source;
    struct attune_err err = ATTUNE_ERR_INIT;
    attune_audio_from_memory(&source, x, n, 1, RATE);
    if (attune_analysis_load_audio(analysis, &source, ATTUNE_NEED_ALL & ~ATTUNE_NEED_COMPAT,
                                   &err)) {
        fail_msg("%s", err.message);
    }
}

/* One bar of four quarters from bar `bar` on, at 120 BPM: one bar lasts 2 s. */
static void add_bar(struct midi_builder *b, int bar, int pitch)
{
    for (int k = 0; k < 4; k++) {
        midi_builder_note(b, 0, 0, (uint32_t)(bar * BAR + k * QUARTER), QUARTER, pitch + k);
    }
}

static void an_even_piece(void **state)
{
    struct midi_builder b;
    midi_builder_init(&b, 1, QUARTER);
    midi_builder_tempo(&b, 0, 120.0);
    for (int bar = 0; bar < 8; bar++) {
        add_bar(&b, bar, 60);
    }
    attune_analysis_load_midi(analysis, midi_builder_finish(&b), NULL);
    expect("tempo_bpm", 120.0, 1e-9);
    expect("beat_stability", 1.0, 1e-9);
    expect("tempo_drift", 0.0, 1e-9);
    expect("groove_consistency", 1.0, 0.01); /* bars are not whole frames long */
    expect("groove_similarity", 1.0, 0.01);
    expect("loopiness", 7.0 / 8.0, 1e-12); /* all bars but the first */
    expect("dead_air", 0.0, 0.0);
    expect("drift_loudness", 0.0, 1e-9);
    /* Onsets every half second, the last on the beat at 15.5 s, the last note ends at 16 s: it
     * lasts as long as the stretch that is judged, so the piece ends on it. */
    expect("ending", 1.0, 0.0);
    midi_builder_release(&b);
}

/* Filled, empty, filled: adjacent pairs match nothing; of three pairs one matches. */
static void empty_bars_match_nothing(void **state)
{
    struct midi_builder b;
    midi_builder_init(&b, 1, QUARTER);
    midi_builder_tempo(&b, 0, 120.0);
    add_bar(&b, 0, 60);
    add_bar(&b, 2, 60);
    attune_analysis_load_midi(analysis, midi_builder_finish(&b), NULL);
    expect("groove_consistency", 0.0, 0.05); /* the envelope of bar 2 begins before its line */
    expect("groove_similarity", 1.0 / 3.0, 0.05);
    expect("loopiness", 0.5, 1e-12);
    expect("dead_air", 2.0 / 6.0, 1e-9); /* two of six seconds */
    midi_builder_release(&b);
}

/* Intervals of 0.5 s and 0.6 s in turn: x is 0 or log2 1.2 about the median, sd by hand. */
static void uneven_beats(void **state)
{
    struct midi_builder b;
    midi_builder_init(&b, 1, QUARTER);
    for (uint32_t k = 0; k < 13; k++) {
        midi_builder_tempo(&b, k * QUARTER, k % 2 ? 100.0 : 120.0);
        midi_builder_note(&b, 0, 0, k * QUARTER, QUARTER, 60);
    }
    attune_analysis_load_midi(analysis, midi_builder_finish(&b), NULL);
    /* 13 beats begin, 12 intervals between them: 6 of each; sd with n - 1 of +-d/2 is d/2
     * sqrt(12/11). */
    const double sd = 0.5 * log2(1.2) * sqrt(12.0 / 11.0);
    expect("beat_stability", 1.0 / (1.0 + 10.0 * sd), 1e-9);
    midi_builder_release(&b);
}

/* A note per second, pitch a semitone higher each, velocity as given by the builder: an octave in
 * 12 s. */
static void rising_pitch(void **state)
{
    struct midi_builder b;
    midi_builder_init(&b, 1, QUARTER);
    midi_builder_tempo(&b, 0, 60.0);
    for (int k = 0; k < 24; k++) {
        midi_builder_note(&b, 0, 0, (uint32_t)(k * QUARTER + QUARTER / 2), QUARTER / 2, 48 + k);
    }
    attune_analysis_load_midi(analysis, midi_builder_finish(&b), NULL);
    expect("drift_brightness", 10.0 / 12.0, 1e-9);
    expect("drift_loudness", 0.0, 1e-9);
    expect("drift_density", 0.0, 0.05);
    /* four semitones a bar: pitch classes return after three bars */
    expect("loopiness", 0.5, 1e-12);
    midi_builder_release(&b);
}

static void few_notes_are_undefined(void **state)
{
    struct midi_builder b;
    midi_builder_init(&b, 1, QUARTER);
    midi_builder_note(&b, 0, 0, 0, QUARTER, 60);
    attune_analysis_load_midi(analysis, midi_builder_finish(&b), NULL);
    expect_undefined("beat_stability", "too few beats");
    expect_undefined("drift_brightness", "less than 5 s of sound");
    expect_undefined("ending", "less than 3.5 s of music");
    expect_undefined("groove_consistency", "less than two bars");
    midi_builder_release(&b);
}

static void clicks_have_a_pulse_and_noise_has_none(void **state)
{
    const size_t n = 20 * RATE;
    float *x = attune_alloc(n, sizeof *x);
    double time_s[100];
    struct attune_rng rng;
    attune_rng_init(&rng, 5, 0);
    const size_t n_beats = jittered_beats(120.0, 0.25, 19.8, 0.0, &rng, time_s);
    add_beeps(x, n, RATE, time_s, n_beats, 1000.0, 0.5);
    load_audio(x, n);
    expect("tempo_bpm", 120.0, 1.0);
    expect("pulse_clarity", 0.95, 0.05);
    assert_true(value_of("beat_stability").v > 0.85); /* frames of 23 ms leave a trace */
    expect("tempo_drift", 0.0, 0.03);
    expect("drift_density", 0.0, 0.05);
    expect("ending", 0.0, 1.0);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(0.1 * attune_rng_normal(&rng));
    }
    load_audio(x, n);
    assert_true(value_of("pulse_clarity").v < 0.25);
    attune_release(x);
}

static void fades_cuts_and_gaps(void **state)
{
    const size_t n = 20 * RATE;
    float *x = attune_alloc(n, sizeof *x);
    add_sine(x, n, 1, RATE, 330.0, 0.5, 0.0);
    load_audio(x, n);
    expect("ending", 0.0, 0.0);
    expect("drift_loudness", 0.0, 0.01);
    expect("dead_air", 0.0, 0.0);
    /* 1.2 dB per second softer. */
    for (size_t i = 0; i < n; i++) {
        x[i] *= (float)pow(10.0, -1.2 * (double)i / RATE / 20.0);
    }
    load_audio(x, n);
    expect("drift_loudness", -12.0, 0.05);
    /* Cut at 10 s, silence of 4 s, sound again to the end: the gap is a fifth of the piece. */
    memset(x + 10 * RATE, 0, 4 * RATE * sizeof *x);
    load_audio(x, n);
    expect("dead_air", 0.2, 0.01);
    /* The silence after a cut is no ending. */
    memset(x + 14 * RATE, 0, 6 * RATE * sizeof *x);
    load_audio(x, n);
    expect("ending", 0.0, 0.0);
    /* A quick fade of 60 dB in a second is one. */
    for (size_t i = 9 * RATE; i < 10 * RATE; i++) {
        x[i] *= (float)pow(10.0, -3.0 * (double)(i - 9 * RATE) / RATE);
    }
    load_audio(x, n);
    expect("ending", 1.0, 0.0);
    attune_release(x);
}

/* Random notes from one stock throughout against another key, register and density in the last
 * part. */
static void drift_tells_one_stock_from_two(void **state)
{
    double drift[2];
    for (int two = 0; two < 2; two++) {
        struct midi_builder b;
        struct attune_rng rng;
        attune_rng_init(&rng, 11, 0);
        midi_builder_init(&b, 1, QUARTER);
        midi_builder_tempo(&b, 0, 120.0);
        static const int scale[] = {0, 2, 4, 5, 7, 9, 11};
        for (uint32_t k = 0; k < 240; k++) {
            const int late = two && k >= 120;
            const int pitch = 60 + scale[attune_rng_below(&rng, 7)] + (late ? 18 : 0);
            midi_builder_note(&b, 0, 0, k * QUARTER / 2, QUARTER / 2, pitch);
        }
        attune_analysis_load_midi(analysis, midi_builder_finish(&b), NULL);
        const struct attune_value value = value_of("long_range_drift");
        assert_int_equal(value.state, ATTUNE_DEFINED);
        drift[two] = value.v;
        midi_builder_release(&b);
    }
    assert_true(drift[0] > 0.5 && drift[0] < 1.6);
    assert_true(drift[1] > 3.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_even_piece),
        cmocka_unit_test(empty_bars_match_nothing),
        cmocka_unit_test(uneven_beats),
        cmocka_unit_test(rising_pitch),
        cmocka_unit_test(few_notes_are_undefined),
        cmocka_unit_test(clicks_have_a_pulse_and_noise_has_none),
        cmocka_unit_test(fades_cuts_and_gaps),
        cmocka_unit_test(drift_tells_one_stock_from_two),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
