/* Stagnation, recall and line continuity on pieces of a few bars, hiss on tones and noise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/metric.h"
#include "tests/support/midi_builder.h"

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

static void expect(const char *id, double expected, double tolerance)
{
    const struct attune_value value = attune_metric_eval(attune_metric_find(id), analysis);
    if (value.state != ATTUNE_DEFINED || !(fabs(value.v - expected) <= tolerance)) {
        fail_msg("%s is %.9g (%s), expected %.9g", id, value.v, value.why ? value.why : "defined",
                 expected);
    }
}

static void expect_undefined(const char *id, const char *why)
{
    const struct attune_value value = attune_metric_eval(attune_metric_find(id), analysis);
    assert_int_equal(value.state, ATTUNE_UNDEFINED);
    assert_string_equal(value.why, why);
}

/* One whole note per bar at the pitches given. */
static void load_pitches(struct midi_builder *b, const int *pitches, int n)
{
    midi_builder_init(b, 1, QUARTER);
    midi_builder_tempo(b, 0, 120.0);
    for (int bar = 0; bar < n; bar++) {
        midi_builder_note(b, 0, 0, (uint32_t)(bar * BAR), BAR, pitches[bar]);
    }
    attune_analysis_load_midi(analysis, midi_builder_finish(b), NULL);
}

/* A letter is a bar: all within one octave, so that only the pattern differs. */
static void load_form(struct midi_builder *b, const char *form)
{
    int pitches[64], n = 0;
    for (; form[n]; n++) {
        pitches[n] = 60 + form[n] - 'A';
    }
    load_pitches(b, pitches, n);
}

static void stagnation_is_the_longest_repetition(void **state)
{
    static const struct {
        const char *form;
        double share;
    } cases[] = {
        {"ABCDEFGH", 0.0},
        {"ABCCCDEF", 3.0 / 8.0}, /* three bars alike */
        {"ABABABCD", 6.0 / 8.0}, /* a loop of two bars, three times */
        {"ABCABCAB", 0.0},       /* a loop of three bars is a phrase */
        {"AAAAAAAA", 1.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct midi_builder b;
        load_form(&b, cases[i].form);
        expect("temporal.stagnation", cases[i].share, 1e-12);
        midi_builder_release(&b);
    }
    struct midi_builder b;
    load_form(&b, "ABC");
    expect_undefined("temporal.stagnation", "fewer than 4 bars");
    midi_builder_release(&b);
}

/* A tone that changes every second for 12 s, then a loop of two tones for 12 s. */
static void stagnation_in_audio(void **state)
{
    enum { N_TONES = 24, N = N_TONES * RATE };
    static const int melody[N_TONES] = {0, 5, 2, 9, 4, 11, 6, 1, 8, 3, 10, 7,
                                        0, 4, 0, 4, 0, 4, 0, 4, 0, 4,  0, 4};
    float *x = attune_alloc(N, sizeof *x);
    for (size_t i = 0; i < N; i++) {
        const double hz = 261.63 * exp2(melody[i / RATE] / 12.0);
        x[i] = (float)(0.3 * sin(2.0 * 3.14159265358979 * hz * (double)i / RATE));
    }
    struct attune_audio_source source;
    attune_audio_from_memory(&source, x, N, 1, RATE);
    attune_analysis_load_audio(analysis, &source, ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
                               NULL);
    expect("temporal.stagnation", 0.5, 0.05);
    attune_release(x);
}

/* Distances of bars are 0 or 2, so the correlations can be counted: 21 pairs of pairs. */
static void recall_counts_what_follows(void **state)
{
    struct midi_builder b;
    load_form(&b, "ABCDABCD"); /* what followed always follows again */
    expect("temporal.recall", 1.0, 1e-6);
    midi_builder_release(&b);
    load_form(&b, "ABCDBDAC"); /* it never does: of 21 pairs 3 repeat before, 3 after, none both */
    expect("temporal.recall", -1.0 / 6.0, 1e-6);
    midi_builder_release(&b);
    load_form(&b, "AAAAAAAA");
    expect_undefined("temporal.recall", "all bars are alike");
    midi_builder_release(&b);
    load_form(&b, "ABCABCA");
    expect_undefined("temporal.recall", "fewer than 8 bars");
    midi_builder_release(&b);
}

/* Eight steps of 14 semitones together; any bar is 4.75 from any other on average. */
static void line_continuity_by_hand(void **state)
{
    static const int scale[] = {60, 62, 64, 65, 67, 69, 71, 72, 74};
    static const int drone[] = {60, 60, 60, 60, 60, 60, 60, 60, 60};
    struct midi_builder b;
    load_pitches(&b, scale, 9);
    expect("temporal.line_continuity", 1.0 - (14.0 / 8.0) / 4.75, 1e-12);
    midi_builder_release(&b);
    load_pitches(&b, drone, 9);
    expect_undefined("temporal.line_continuity", "the pitch never changes");
    midi_builder_release(&b);
    load_pitches(&b, scale, 8);
    expect_undefined("temporal.line_continuity", "no line goes on across eight bar lines");
    midi_builder_release(&b);
}

/* White noise 40 dB below a sine, and alone: the geometric mean of a periodogram lies 2.5 dB below
 * its mean. */
static void hiss_under_a_tone(void **state)
{
    enum { N = 5 * RATE };
    float *x = attune_alloc(N, sizeof *x);
    for (int tone = 0; tone < 2; tone++) {
        struct attune_rng rng;
        attune_rng_init(&rng, 7, 0);
        for (size_t i = 0; i < N; i++) {
            const double noise = 0.0025 * sqrt(12.0) * (attune_rng_uniform(&rng) - 0.5);
            const double sine = tone ? 0.25 * sqrt(2.0) * sin(0.1 * (double)i) : 0.0;
            x[i] = (float)(noise + sine);
        }
        struct attune_audio_source source;
        attune_audio_from_memory(&source, x, N, 1, RATE);
        attune_analysis_load_audio(analysis, &source, ATTUNE_NEED_SPECTRAL, NULL);
        expect("quality.hiss_db", tone ? -42.5 : -2.5, 1.5);
    }
    attune_release(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stagnation_is_the_longest_repetition),
        cmocka_unit_test(stagnation_in_audio),
        cmocka_unit_test(recall_counts_what_follows),
        cmocka_unit_test(line_continuity_by_hand),
        cmocka_unit_test(hiss_under_a_tone),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
