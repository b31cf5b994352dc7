/* compat.mgeval.* on a small piece, by hand from mgeval's definitions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metrics/compat/compat.h"
#include "tests/support/midi_builder.h"

enum { MAX_VALUES = 256 };

/* What the block said of one name. */
struct wanted {
    const char *name;
    bool seen, undefined;
    size_t n;
    double value[MAX_VALUES];
};

static bool is_wanted(struct wanted *wanted, const char *name)
{
    assert_memory_equal(name, "compat.mgeval.", 14);
    const bool match = strcmp(name + 14, wanted->name) == 0;
    wanted->seen |= match;
    return match;
}

static void on_vector(void *context, const char *name, const double *values, size_t n)
{
    struct wanted *wanted = context;
    if (is_wanted(wanted, name)) {
        assert_true(n <= MAX_VALUES);
        wanted->n = n;
        memcpy(wanted->value, values, n * sizeof *values);
    }
}

static void on_scalar(void *context, const char *name, double value)
{
    on_vector(context, name, &value, 1);
}

static void on_undefined(void *context, const char *name, const char *why)
{
    ((struct wanted *)context)->undefined |= is_wanted(context, name);
}

static struct wanted feature(const struct attune_midi *midi, const char *name)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_analysis *analysis = attune_analysis_new(&err);
    struct wanted wanted = {.name = name};
    const struct attune_compat_sink sink = {&wanted, on_scalar, on_vector, on_undefined};
    assert_int_equal(attune_analysis_load_midi(analysis, midi, &err), ATTUNE_OK);
    attune_compat_mgeval(analysis, &sink);
    attune_analysis_free(analysis);
    assert_true(wanted.seen);
    return wanted;
}

static void check(const struct attune_midi *midi, const char *name, size_t n,
                  const double *expected)
{
    const struct wanted got = feature(midi, name);
    if (got.undefined || got.n != n) {
        fail_msg("%s: %zu values, expected %zu", name, got.n, n);
    }
    for (size_t i = 0; i < n; i++) {
        if (fabs(got.value[i] - expected[i]) > 1e-12) {
            fail_msg("%s[%zu]: %g, expected %g", name, i, got.value[i], expected[i]);
        }
    }
}

static void check_one(const struct attune_midi *midi, const char *name, double expected)
{
    check(midi, name, 1, &expected);
}

static void test_second_track(void **state)
{
    struct midi_builder piece;
    midi_builder_init(&piece, 2, 480);
    /* the first track counts for the first instrument */
    midi_builder_note(&piece, 0, 0, 0, 480, 40);
    midi_builder_note(&piece, 0, 0, 480, 480, 50);
    midi_builder_note(&piece, 1, 1, 0, 480, 60);
    midi_builder_note(&piece, 1, 1, 480, 480, 64);
    midi_builder_note(&piece, 1, 1, 960, 960, 60);
    /* its bar is rounded away: 2160 of 1920 ticks */
    midi_builder_note(&piece, 1, 1, 1920, 240, 67);
    const struct attune_midi *midi = midi_builder_finish(&piece);
    check_one(midi, "total_used_note", 4.0);
    check_one(midi, "avg_pitch_shift", (4 + 4 + 7) / 3.0);
    check_one(midi, "avg_ioi", 2.0 / 5.0); /* 1920 ticks are 2 s; six onsets, two of them double */
    check_one(midi, "total_used_pitch", 2.0);
    check_one(midi, "pitch_range", 10.0);
    check_one(midi, "bar_used_note", 3.0);
    check_one(midi, "bar_used_pitch", 2.0);
    double lengths[12] = {[1] = 0.25, [2] = 0.5, [3] = 0.25};
    check(midi, "note_length_hist", 12, lengths);
    double steps[144] = {[2 * 12 + 2] = 1.0, [2 * 12 + 1] = 1.0, [1 * 12 + 3] = 1.0};
    check(midi, "note_length_transition_matrix", 144, steps);
    double histogram[12] = {[4] = 0.5, [2] = 0.5}; /* E and D */
    check(midi, "total_pitch_class_histogram", 12, histogram);
    /* E-D; then C-E, E-C, C-G, each where one ends and the next begins */
    double classes[144] = {[4 * 12 + 2] = 1.0, [0 * 12 + 4] = 1.0, [4 * 12 + 0] = 1.0,
                           [0 * 12 + 7] = 1.0};
    check(midi, "pitch_class_transition_matrix", 144, classes);
    assert_true(feature(midi, "bar_pitch_class_histogram").undefined); /* no time signature */
    midi_builder_release(&piece);
}

/* A time signature in the second track: 4/4 is read as 2/4 except by bar_used_pitch. */
static void test_confused_bars(void **state)
{
    struct midi_builder piece;
    midi_builder_init(&piece, 2, 480);
    midi_builder_event(&piece, 1, 0, ATTUNE_MIDI_TIME_SIGNATURE, 0, 4, 2, 0);
    for (uint32_t i = 0; i < 8; i++) {
        midi_builder_note(&piece, 1, 0, i * 480, 480, 60 + (int)i / 2);
    }
    const struct attune_midi *midi = midi_builder_finish(&piece);
    check(midi, "bar_used_note", 4, (double[]){2, 2, 2, 2});
    check(midi, "bar_used_pitch", 2, (double[]){2, 2});
    /* a quarter is half a bar of 2/4 */
    check(midi, "note_length_hist", 12, (double[12]){[1] = 1.0});
    midi_builder_release(&piece);
}

/* Two bars of 3/4, which at 120 BPM are 150 columns each, at any tempo. */
static void test_bar_histograms(void **state)
{
    struct midi_builder piece;
    midi_builder_init(&piece, 3, 480);
    midi_builder_meter(&piece, 0, 3, 4);
    midi_builder_note(&piece, 1, 0, 0, 480, 60);
    midi_builder_note(&piece, 2, 1, 0, 960, 62);          /* columns 0..100 */
    midi_builder_note(&piece, 2, 1, 960, 960, 67);        /* 100..200: half in each bar */
    midi_builder_note(&piece, 2, 1, 1920, 960, 62);       /* 200..300 */
    const struct attune_midi *midi = midi_builder_finish(&piece);
    double bars[24] = {[2] = 100.0 / 150, [7] = 50.0 / 150, [12 + 7] = 50.0 / 150,
                       [12 + 2] = 100.0 / 150};
    check(midi, "bar_pitch_class_histogram", 24, bars);
    midi_builder_release(&piece);
}

/* One more column than two bars is cut off; a bend takes the roll's values away. */
static void test_bar_histograms_cut(void **state)
{
    struct midi_builder piece;
    midi_builder_init(&piece, 2, 100); /* two ticks to the column */
    midi_builder_meter(&piece, 0, 4, 4);
    midi_builder_note(&piece, 0, 0, 0, 400, 60);
    midi_builder_note(&piece, 1, 1, 0, 400, 62);
    midi_builder_note(&piece, 1, 1, 400, 420, 64); /* to column 410 */
    const struct attune_midi *midi = midi_builder_finish(&piece);
    check(midi, "bar_pitch_class_histogram", 24, (double[24]){[2] = 1.0, [12 + 4] = 1.0});
    midi_builder_release(&piece);

    midi_builder_init(&piece, 2, 480);
    midi_builder_meter(&piece, 0, 4, 4);
    midi_builder_event(&piece, 0, 0, ATTUNE_MIDI_PITCH_BEND, 0, 0, 0, 9000);
    midi_builder_note(&piece, 0, 0, 0, 480, 60);
    midi_builder_note(&piece, 1, 1, 0, 1920, 62);
    const struct attune_midi *bent = midi_builder_finish(&piece);
    assert_true(feature(bent, "total_used_pitch").undefined);
    assert_true(feature(bent, "total_pitch_class_histogram").undefined);
    assert_false(feature(bent, "bar_pitch_class_histogram").undefined);
    midi_builder_release(&piece);
}

static void test_one_track_has_no_value(void **state)
{
    static const char *const second_track[] = {
        "total_used_note", "avg_pitch_shift", "bar_used_note", "bar_used_pitch",
        "note_length_hist", "note_length_transition_matrix", "bar_pitch_class_histogram"};
    struct midi_builder piece;
    midi_builder_init(&piece, 1, 480);
    midi_builder_note(&piece, 0, 0, 0, 480, 40);
    midi_builder_note(&piece, 0, 0, 480, 480, 45);
    const struct attune_midi *midi = midi_builder_finish(&piece);
    for (size_t i = 0; i < sizeof second_track / sizeof *second_track; i++) {
        assert_true(feature(midi, second_track[i]).undefined);
    }
    check_one(midi, "pitch_range", 5.0);
    midi_builder_release(&piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_track),
        cmocka_unit_test(test_confused_bars),
        cmocka_unit_test(test_bar_histograms),
        cmocka_unit_test(test_bar_histograms_cut),
        cmocka_unit_test(test_one_track_has_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
