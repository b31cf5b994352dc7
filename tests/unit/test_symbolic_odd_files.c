/* Odd files: every symbolic metric and every compatibility block has a defined result. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/analysis/notes.h"
#include "metrics/compat/compat.h"
#include "metrics/metric.h"
#include "tests/support/midi_builder.h"

static struct midi_builder piece;
static struct attune_analysis *analysis;

static int begin(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    analysis = attune_analysis_new(&err);
    midi_builder_init(&piece, 2, 480);
    return 0;
}

static int end(void **state)
{
    attune_analysis_free(analysis);
    midi_builder_release(&piece);
    return 0;
}

static void on_scalar(void *context, const char *name, double value)
{
    if (!isfinite(value)) {
        fail_msg("%s is %g", name, value);
    }
}

static void on_vector(void *context, const char *name, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        on_scalar(context, name, values[i]);
    }
}

static void on_undefined(void *context, const char *name, const char *why)
{
    if (!why || !why[0]) {
        fail_msg("%s: no value and no reason", name);
    }
}

/* Returns how many metrics have a value. */
static size_t evaluate(void)
{
    static const struct attune_compat_sink sink = {NULL, on_scalar, on_vector, on_undefined};
    struct attune_err err = ATTUNE_ERR_INIT;
    size_t n_defined = 0;
    assert_int_equal(attune_analysis_load_midi(analysis, midi_builder_finish(&piece), &err),
                     ATTUNE_OK);
    for (size_t i = 0; i < attune_n_metrics; i++) {
        const struct attune_metric *m = attune_metrics[i];
        const struct attune_value value = attune_metric_eval(m, analysis);
        n_defined += value.state == ATTUNE_DEFINED;
        if (value.state != ATTUNE_DEFINED && (!value.why || strstr(value.why, "internal") ||
                                              strstr(value.why, "finite"))) {
            fail_msg("%s: %s", m->id, value.why ? value.why : "no value and no reason");
        }
    }
    attune_compat_all(analysis, &sink);
    assert_false(attune_analysis_out_of_memory(analysis));
    return n_defined;
}

static void add_tune(int channel)
{
    for (uint32_t i = 0; i < 64; i++) {
        midi_builder_note(&piece, 1, channel, i * 240, 240, 60 + (int)(i * 7 % 12));
        midi_builder_note(&piece, 0, channel, i * 240, 480, 48 + (int)(i / 8 % 5));
    }
}

static void test_format_2(void **state)
{
    add_tune(0);
    piece.midi.type = 2;
    assert_true(evaluate() > 40);
}

static void test_smpte(void **state)
{
    add_tune(0);
    piece.midi.division = 0;
    piece.midi.raw_division = 0xe728;
    piece.midi.smpte_tick_s = 0.001;
    assert_true(evaluate() > 40);
}

static void test_no_tempo_and_tempo_0(void **state)
{
    add_tune(0);
    midi_builder_event(&piece, 0, 960, ATTUNE_MIDI_TEMPO, 0, 0, 0, 0);
    assert_true(evaluate() > 40);
    /* 120 BPM; the note-off of the last note but one ends the last one, which struck it again */
    assert_true(fabs(attune_analysis_duration_s(analysis) - 64 * 0.25) < 1e-9);
}

static void test_hundred_time_signatures(void **state)
{
    add_tune(0);
    for (uint32_t i = 0; i < 100; i++) {
        midi_builder_meter(&piece, i * 150, 1 + (int)(i % 9), 1 << i % 6);
    }
    assert_true(evaluate() > 30);
}

static void test_overlapping_notes(void **state)
{
    for (uint32_t i = 0; i < 200; i++) {
        midi_builder_event(&piece, 0, i * 60, ATTUNE_MIDI_NOTE_ON, 0, 60 + (int)(i % 2), 90, 0);
    }
    for (uint32_t i = 0; i < 200; i++) {
        midi_builder_event(&piece, 0, 12000 + i, ATTUNE_MIDI_NOTE_OFF, 0, 60 + (int)(i % 2), 0, 0);
    }
    assert_true(evaluate() > 30);
}

static void test_drums_only(void **state)
{
    add_tune(9);
    assert_true(evaluate() > 10);
}

static void test_one_note(void **state)
{
    midi_builder_note(&piece, 0, 0, 0, 480, 60);
    assert_true(evaluate() > 10);
}

static void test_one_note_without_length(void **state)
{
    midi_builder_event(&piece, 0, 0, ATTUNE_MIDI_NOTE_ON, 0, 60, 90, 0);
    evaluate();
}

static void test_zero_notes(void **state)
{
    assert_true(evaluate() >= 3); /* the counts are 0 */
}

static void test_far_ticks(void **state)
{
    midi_builder_note(&piece, 0, 0, 0, 480, 60);
    midi_builder_note(&piece, 0, 0, 4000000000u, 480, 61);
    midi_builder_note(&piece, 1, 9, 4100000000u, 480, 36);
    evaluate();
    /* two months of two-second blocks were once filled with nothing, 5 GB of it */
    assert_int_equal(attune_metric_eval(attune_metric_find("temporal.recall"), analysis).state,
                     ATTUNE_UNDEFINED);
}

static void test_many_notes(void **state)
{
    const uint64_t seed = 11;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    for (uint32_t i = 0; i < 200000; i++) {
        midi_builder_note(&piece, (int)(i % 2), (int)attune_rng_below(&rng, 12), i / 8 * 60,
                          1 + (uint32_t)attune_rng_below(&rng, 960),
                          36 + (int)attune_rng_below(&rng, 60));
    }
    assert_true(evaluate() > 40);
    assert_int_equal(attune_analysis_notes(analysis)->n_notes, 200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_format_2, begin, end),
        cmocka_unit_test_setup_teardown(test_smpte, begin, end),
        cmocka_unit_test_setup_teardown(test_no_tempo_and_tempo_0, begin, end),
        cmocka_unit_test_setup_teardown(test_hundred_time_signatures, begin, end),
        cmocka_unit_test_setup_teardown(test_overlapping_notes, begin, end),
        cmocka_unit_test_setup_teardown(test_drums_only, begin, end),
        cmocka_unit_test_setup_teardown(test_one_note, begin, end),
        cmocka_unit_test_setup_teardown(test_one_note_without_length, begin, end),
        cmocka_unit_test_setup_teardown(test_zero_notes, begin, end),
        cmocka_unit_test_setup_teardown(test_far_ticks, begin, end),
        cmocka_unit_test_setup_teardown(test_many_notes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
