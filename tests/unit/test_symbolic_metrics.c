/* Symbolic metrics on small pieces, by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "metrics/metric.h"
#include "metrics/symbolic/note_lengths.h"
#include "tests/support/midi_builder.h"

static struct midi_builder piece;
static struct attune_analysis *analysis;

static int begin(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    analysis = attune_analysis_new(&err);
    midi_builder_init(&piece, 3, 480);
    return analysis ? 0 : -1;
}

static int end(void **state)
{
    attune_analysis_free(analysis);
    midi_builder_release(&piece);
    return 0;
}

static void load(void)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_analysis_load_midi(analysis, midi_builder_finish(&piece), &err),
                     ATTUNE_OK);
}

static struct attune_value value_of(const char *name)
{
    struct attune_buf id = ATTUNE_BUF_INIT;
    attune_buf_addf(&id, "symbolic.%s", name);
    const struct attune_metric *metric = attune_metric_find(attune_buf_text(&id));
    assert_non_null(metric);
    attune_buf_release(&id);
    return attune_metric_eval(metric, analysis);
}

static void check(const char *name, double expected)
{
    const struct attune_value value = value_of(name);
    if (value.state != ATTUNE_DEFINED || fabs(value.v - expected) > 1e-12) {
        fail_msg("%s: %.17g (%s), expected %.17g", name, value.v, value.why ? value.why : "defined",
                 expected);
    }
}

static void check_undefined(const char *name)
{
    const struct attune_value value = value_of(name);
    if (value.state != ATTUNE_UNDEFINED) {
        fail_msg("%s: %g, expected no value", name, value.v);
    }
}

/* Two bars of 4/4: C-E-G-C' in quarters; then a bar with a held C-major third under one G; drums.
 */
static void test_two_bars(void **state)
{
    const int tune[] = {60, 64, 67, 72};
    for (uint32_t i = 0; i < 4; i++) {
        midi_builder_note(&piece, 0, 0, i * 480, 480, tune[i]);
        midi_builder_note(&piece, 1, 9, i * 480 + 160, 60, 36); /* thirds of a beat */
    }
    midi_builder_note(&piece, 0, 0, 1920, 960, 60);
    midi_builder_note(&piece, 0, 0, 1920, 960, 64);
    midi_builder_note(&piece, 2, 1, 2400, 480, 79);
    midi_builder_program(&piece, 2, 1, 0, 40);
    load();
    check("n_notes", 11);
    check("total_used_note", 7);
    check("n_tracks", 3);
    check("n_pitches_used", 5);
    check("n_pitch_classes_used", 3);
    check("pitch_range", 19);
    check("polyphony", (4 * 1 + 1 * 2 + 1 * 3) / 6.0);
    check("polyphony_rate", 2 / 6.0);
    check("scale_consistency", 1.0);
    check("pitch_entropy", -(2 * 2 / 7.0 * log2(2 / 7.0) + 3 / 7.0 * log2(1 / 7.0)));
    check("pitch_class_entropy", -(3 / 7.0 * log2(3 / 7.0) + 2 * 2 / 7.0 * log2(2 / 7.0)));
    check("drum_in_pattern_rate", 0.0); /* 4/4 asks for quarters of a beat */
    check("drum_pattern_consistency", 1.0);
    check("empty_beat_rate", 0.0); /* up to the last note's end: six beats */
    check("empty_measure_rate", 0.0);
    check("velocity_range", 0);
    check("note_density", 11 / 3.0);
    /* Lines: 60 64 67 72 then the upper of 60, 64; the other line has one note. */
    check("avg_pitch_shift", (4 + 3 + 5 + 8) / 4.0);
    check("large_leap_rate", 0.0);
    check("unison_rate", 0.0);
    check("avg_ioi", (2400 / 480) * 0.5 / 5.0);
    check("bar_used_note", 3.5);
    check("bar_used_pitch", 3.5);
    check("pitch_class_transition_matrix", 1.5); /* C-E, E-G, G-C, C-E: two of four alike */
    check("h1", (1.5 + log2(3.0)) / 2.0);
    check_undefined("h4");
    check("instrument_entropy",
          -(4 / 11.0 * log2(4 / 11.0) + 6 / 11.0 * log2(6 / 11.0) + 1 / 11.0 * log2(1 / 11.0)));
}

static void test_transition_entropy(void **state)
{
    const int tune[] = {60, 62, 60, 62, 64};
    for (uint32_t i = 0; i < 5; i++) {
        midi_builder_note(&piece, 0, 0, i * 240, 240, tune[i]);
    }
    load();
    check("pitch_class_transition_matrix", 1.5); /* C-D twice, D-C, D-E */
    check("note_length_histogram", 0.0);
    check("note_length_transition_matrix", 0.0);
}

/* Bars 1 and 2 alike, bar 3 empty, bar 4 shares one of three onsets with bar 2. */
static void test_groove(void **state)
{
    const uint32_t onsets[] = {0, 960, 1920, 2880, 5760, 6240};
    for (size_t i = 0; i < 6; i++) {
        midi_builder_note(&piece, 0, 0, onsets[i], 100, 60);
    }
    load();
    check("groove_consistency", (1.0 + 0.0 + 0.0) / 3.0);
    /* pairs: 12 1; 13 0; 14 1/3; 23 0; 24 1/3; 34 0 */
    check("gs", (1.0 + 1 / 3.0 + 1 / 3.0) / 6.0);
    check("empty_measure_rate", 0.25);
    check("empty_beat_rate", 8 / 14.0);
}

static void test_leading_silence_does_not_count(void **state)
{
    midi_builder_note(&piece, 0, 0, 4 * 1920, 1920, 60);
    load();
    check("empty_measure_rate", 0.0);
    check("bar_used_note", 1.0);
    check("polyphony_rate", 0.0);
}

static void test_drums_only(void **state)
{
    for (uint32_t i = 0; i < 8; i++) {
        midi_builder_note(&piece, 0, 9, i * 240, 60, 36);
    }
    load();
    check("n_notes", 8);
    check("total_used_note", 0);
    check("drum_in_pattern_rate", 1.0);
    check("instrument_entropy", 0.0);
    check_undefined("pitch_range");
    check_undefined("polyphony");
    check_undefined("pitch_entropy");
    check_undefined("h1");
}

static void test_no_notes(void **state)
{
    load();
    check("n_notes", 0);
    check("n_tracks", 0);
    check_undefined("note_density");
    check_undefined("empty_beat_rate");
    check_undefined("drum_in_pattern_rate");
    check_undefined("cpi");
}

static void test_one_note(void **state)
{
    midi_builder_note(&piece, 0, 0, 0, 480, 60);
    load();
    check("pitch_entropy", 0.0);
    assert_false(signbit(value_of("pitch_entropy").v));
    check("polyphony", 1.0);
    check("pitch_range", 0.0);
    check_undefined("avg_ioi");
    check_undefined("avg_pitch_shift");
    check_undefined("groove_consistency");
}

static struct attune_value temporal(const char *id)
{
    return attune_metric_eval(attune_metric_find(id), analysis);
}

/* The same bar eight times; then no two notes alike. */
static void test_repetition(void **state)
{
    const int tune[] = {60, 64, 67, 64};
    for (uint32_t i = 0; i < 32; i++) {
        midi_builder_note(&piece, 0, 0, i * 480, 480, tune[i % 4]);
    }
    load();
    /* Four different 4-grams, and one more at the beginning, where no time has passed. */
    check("cr_ngram", 29 / 5.0);
    check("cosiatec_length", 11); /* four notes, eight places, or the like */
    check("cosiatec_ratio", 32 / 11.0);
    assert_true(value_of("cr_zlib").v > 2.0);
    assert_true(temporal("temporal.compression_ratio").v > 2.0);
    assert_int_equal(temporal("temporal.phrase_regularity").state, ATTUNE_UNDEFINED);
}

static void test_no_repetition(void **state)
{
    const int tune[] = {60, 61, 63, 67, 75};
    uint32_t tick = 0;
    for (uint32_t i = 0; i < 5; i++) {
        midi_builder_note(&piece, 0, 0, tick, 100, tune[i]);
        tick += 480 << i;
    }
    load();
    check("cosiatec_ratio", 1.0);
    check("cosiatec_length", 5);
    check("cr_ngram", 1.0);
    assert_true(temporal("temporal.compression_ratio").v == 1.0);
}

/* Two-bar phrases: four onsets, then one. */
static void test_phrases(void **state)
{
    for (uint32_t bar = 0; bar < 8; bar++) {
        for (uint32_t i = 0; i < (bar % 2 ? 1 : 4); i++) {
            midi_builder_note(&piece, 0, 0, bar * 1920 + i * 480, 240, 60);
        }
    }
    load();
    const struct attune_value value = temporal("temporal.phrase_regularity");
    assert_true(value.state == ATTUNE_DEFINED && fabs(value.v - 1.0) < 1e-12);
}

static void test_note_values(void **state)
{
    assert_int_equal(attune_note_length(4.0), 0);
    assert_int_equal(attune_note_length(1.0), 2);
    assert_int_equal(attune_note_length(1.5), 6);
    assert_int_equal(attune_note_length(1 / 3.0), 11);
    assert_int_equal(attune_note_length(0.0), 4); /* nothing is shorter than a sixteenth */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_two_bars, begin, end),
        cmocka_unit_test_setup_teardown(test_transition_entropy, begin, end),
        cmocka_unit_test_setup_teardown(test_groove, begin, end),
        cmocka_unit_test_setup_teardown(test_leading_silence_does_not_count, begin, end),
        cmocka_unit_test_setup_teardown(test_drums_only, begin, end),
        cmocka_unit_test_setup_teardown(test_no_notes, begin, end),
        cmocka_unit_test_setup_teardown(test_one_note, begin, end),
        cmocka_unit_test_setup_teardown(test_repetition, begin, end),
        cmocka_unit_test_setup_teardown(test_no_repetition, begin, end),
        cmocka_unit_test_setup_teardown(test_phrases, begin, end),
        cmocka_unit_test(test_note_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
