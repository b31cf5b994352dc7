/* compat.mgeval.* on a small piece, by hand from mgeval's definitions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metrics/compat/compat.h"
#include "tests/support/midi_builder.h"

struct seen {
    double note_count, pitch_shift, ioi, used_pitch, range;
    double bar_notes[8], bar_pitches[8], lengths[12], steps[144];
    size_t n_bars, n_undefined;
};

static void on_scalar(void *context, const char *name, double value)
{
    struct seen *seen = context;
    const struct {
        const char *name;
        double *slot;
    } slots[] = {{"total_used_note", &seen->note_count}, {"avg_pitch_shift", &seen->pitch_shift},
                 {"avg_ioi", &seen->ioi}, {"total_used_pitch", &seen->used_pitch},
                 {"pitch_range", &seen->range}};
    for (size_t i = 0; i < 5; i++) {
        if (strcmp(name + strlen("compat.mgeval."), slots[i].name) == 0) {
            *slots[i].slot = value;
        }
    }
}

static void on_vector(void *context, const char *name, const double *values, size_t n)
{
    struct seen *seen = context;
    if (strstr(name, "bar_used_note")) {
        seen->n_bars = n;
        memcpy(seen->bar_notes, values, n * sizeof *values);
    } else if (strstr(name, "bar_used_pitch")) {
        memcpy(seen->bar_pitches, values, n * sizeof *values);
    } else if (strstr(name, "note_length_hist")) {
        memcpy(seen->lengths, values, n * sizeof *values);
    } else {
        memcpy(seen->steps, values, n * sizeof *values);
    }
}

static void on_undefined(void *context, const char *name, const char *why)
{
    ((struct seen *)context)->n_undefined++;
}

static struct seen measure(const struct attune_midi *midi)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_analysis *analysis = attune_analysis_new(&err);
    struct seen seen = {0};
    const struct attune_compat_sink sink = {&seen, on_scalar, on_vector, on_undefined};
    assert_int_equal(attune_analysis_load_midi(analysis, midi, &err), ATTUNE_OK);
    attune_compat_mgeval(analysis, &sink);
    attune_analysis_free(analysis);
    return seen;
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
    const struct seen seen = measure(midi_builder_finish(&piece));
    assert_true(seen.note_count == 4.0);
    assert_true(fabs(seen.pitch_shift - (4 + 4 + 7) / 3.0) < 1e-12);
    /* 1920 ticks are 2 s; six onsets, two of them double */
    assert_true(fabs(seen.ioi - 2.0 / 5.0) < 1e-12);
    assert_true(seen.used_pitch == 2.0 && seen.range == 10.0);
    assert_int_equal(seen.n_bars, 1);
    assert_true(seen.bar_notes[0] == 3.0 && seen.bar_pitches[0] == 2.0);
    assert_true(seen.lengths[2] == 0.5 && seen.lengths[1] == 0.25 && seen.lengths[3] == 0.25);
    assert_true(seen.steps[2 * 12 + 2] == 1.0 && seen.steps[2 * 12 + 1] == 1.0 &&
                seen.steps[1 * 12 + 3] == 1.0);
    midi_builder_release(&piece);
}

static void test_one_track_has_no_value(void **state)
{
    struct midi_builder piece;
    midi_builder_init(&piece, 1, 480);
    midi_builder_note(&piece, 0, 0, 0, 480, 40);
    midi_builder_note(&piece, 0, 0, 480, 480, 45);
    const struct seen seen = measure(midi_builder_finish(&piece));
    assert_int_equal(seen.n_undefined, 6);
    assert_true(seen.range == 5.0);
    midi_builder_release(&piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_track),
        cmocka_unit_test(test_one_track_has_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
