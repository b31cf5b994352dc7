/* Note table and metrical grid of symbolic samples. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/analysis/grid.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "tests/support/midi_builder.h"

struct fixture {
    struct midi_builder piece;
    struct attune_analysis *analysis;
};

static void begin(struct fixture *f, int n_tracks, int division)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    f->analysis = attune_analysis_new(&err);
    assert_non_null(f->analysis);
    midi_builder_init(&f->piece, n_tracks, division);
}

static void load(struct fixture *f)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(
        attune_analysis_load_midi(f->analysis, midi_builder_finish(&f->piece), &err), ATTUNE_OK);
}

static void end(struct fixture *f)
{
    attune_analysis_free(f->analysis);
    midi_builder_release(&f->piece);
}

static void test_pairing(void **state)
{
    struct fixture f;
    begin(&f, 2, 480);
    /* A note struck again ends the earlier one; the last stays open until the track ends. */
    midi_builder_event(&f.piece, 0, 0, ATTUNE_MIDI_NOTE_ON, 0, 60, 90, 0);
    midi_builder_event(&f.piece, 0, 240, ATTUNE_MIDI_NOTE_ON, 0, 60, 80, 0);
    midi_builder_event(&f.piece, 0, 480, ATTUNE_MIDI_NOTE_OFF, 0, 60, 0, 0);
    midi_builder_event(&f.piece, 0, 480, ATTUNE_MIDI_NOTE_OFF, 0, 60, 0, 0);
    midi_builder_event(&f.piece, 0, 600, ATTUNE_MIDI_NOTE_ON, 0, 62, 70, 0);
    /* The same pitch on another track and on another channel is another note. */
    midi_builder_note(&f.piece, 1, 0, 0, 960, 60);
    midi_builder_note(&f.piece, 0, 9, 0, 100, 36);
    load(&f);
    const struct attune_notes *notes = attune_analysis_notes(f.analysis);
    assert_null(notes->why);
    assert_int_equal(notes->n_notes, 5);
    assert_int_equal(notes->n_drums, 1);
    const struct { uint32_t onset, end; int pitch, track; } expected[] = {
        {0, 100, 36, 0}, {0, 240, 60, 0}, {0, 960, 60, 1}, {240, 480, 60, 0}, {600, 960, 62, 0},
    };
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(notes->notes[i].onset_tick, expected[i].onset);
        assert_int_equal(notes->notes[i].end_tick, expected[i].end);
        assert_int_equal(notes->notes[i].pitch, expected[i].pitch);
        assert_int_equal(notes->notes[i].track, expected[i].track);
    }
    assert_int_equal(notes->end_tick, 960);
    assert_true(fabs(notes->end_s - 1.0) < 1e-12);
    assert_true(fabs(attune_analysis_duration_s(f.analysis) - 1.0) < 1e-12);
    end(&f);
}

static void test_programs(void **state)
{
    struct fixture f;
    begin(&f, 3, 480);
    midi_builder_program(&f.piece, 0, 2, 0, 40); /* the conductor track sets channel 2 */
    midi_builder_program(&f.piece, 2, 2, 0, 73); /* track 2 sets its own */
    midi_builder_note(&f.piece, 1, 2, 10, 10, 60);
    midi_builder_note(&f.piece, 2, 2, 10, 10, 61);
    midi_builder_note(&f.piece, 1, 3, 10, 10, 62);
    load(&f);
    const struct attune_notes *notes = attune_analysis_notes(f.analysis);
    assert_int_equal(notes->notes[0].program, 73);
    assert_int_equal(notes->notes[1].program, 73);
    assert_int_equal(notes->notes[2].program, 0);
    end(&f);
}

static void test_big_chord_is_sorted(void **state)
{
    struct fixture f;
    begin(&f, 1, 480);
    for (int pitch = 127; pitch >= 0; pitch--) {
        midi_builder_note(&f.piece, 0, pitch % 2 ? 0 : 1, 0, 10, pitch);
    }
    load(&f);
    const struct attune_notes *notes = attune_analysis_notes(f.analysis);
    for (size_t i = 0; i < 128; i++) {
        assert_int_equal(notes->notes[i].pitch, i);
    }
    end(&f);
}

static void test_grid_with_meters(void **state)
{
    struct fixture f;
    begin(&f, 1, 480);
    midi_builder_meter(&f.piece, 0, 3, 4);
    midi_builder_meter(&f.piece, 2 * 1440, 6, 8);
    midi_builder_meter(&f.piece, 2 * 1440 + 1440 + 300, 0, 4); /* ignored */
    midi_builder_tempo(&f.piece, 0, 60.0);
    midi_builder_note(&f.piece, 0, 0, 0, 2 * 1440 + 1440 + 100, 60);
    load(&f);
    const struct attune_grid *grid = attune_analysis_grid(f.analysis);
    assert_null(grid->why);
    assert_int_equal(grid->numerator, 3);
    assert_int_equal(grid->beats_per_bar, 3);
    assert_int_equal(grid->n_bars, 4);
    const uint32_t bars[] = {0, 1440, 2880, 4320, 5760}, first_beat[] = {0, 3, 6, 8, 10};
    for (size_t i = 0; i <= 4; i++) {
        assert_int_equal(grid->bar_tick[i], bars[i]);
        assert_int_equal(grid->bar_beat[i], first_beat[i]);
        assert_true(fabs(grid->bar_s[i] - bars[i] / 480.0) < 1e-9);
    }
    assert_int_equal(grid->n_beats, 10);
    assert_int_equal(grid->beat_tick[7], 2880 + 720); /* dotted quarters */
    end(&f);
}

static void test_short_bar_before_a_change(void **state)
{
    struct fixture f;
    begin(&f, 1, 100);
    midi_builder_meter(&f.piece, 0, 4, 4);
    midi_builder_meter(&f.piece, 250, 4, 4); /* cuts the bar after two and a half beats */
    midi_builder_note(&f.piece, 0, 0, 0, 300, 60);
    load(&f);
    const struct attune_grid *grid = attune_analysis_grid(f.analysis);
    assert_int_equal(grid->n_bars, 2);
    assert_int_equal(grid->bar_tick[1], 250);
    assert_int_equal(grid->bar_beat[1], 3);
    assert_int_equal(grid->beat_tick[2], 200);
    assert_int_equal(grid->beat_tick[3], 250);
    end(&f);
}

static void test_many_meters(void **state)
{
    struct fixture f;
    begin(&f, 1, 480);
    uint32_t tick = 0;
    size_t n_beats = 0;
    for (int i = 0; i < 100; i++) {
        const int numerator = 1 + i % 7;
        midi_builder_meter(&f.piece, tick, numerator, 4);
        tick += (uint32_t)numerator * 480;
        n_beats += (size_t)numerator;
    }
    midi_builder_note(&f.piece, 0, 0, 0, tick, 60);
    load(&f);
    const struct attune_grid *grid = attune_analysis_grid(f.analysis);
    assert_int_equal(grid->n_bars, 100);
    assert_int_equal(grid->n_beats, n_beats);
    assert_int_equal(grid->bar_tick[100], tick);
    end(&f);
}

static void test_smpte_and_zero_tempo(void **state)
{
    struct fixture f;
    begin(&f, 1, 480);
    midi_builder_event(&f.piece, 0, 0, ATTUNE_MIDI_TEMPO, 0, 0, 0, 0); /* ignored */
    midi_builder_note(&f.piece, 0, 0, 0, 1920, 60);
    f.piece.midi.division = 0;
    f.piece.midi.smpte_tick_s = 0.001;
    load(&f);
    const struct attune_grid *grid = attune_analysis_grid(f.analysis);
    assert_int_equal(grid->beat_tick[1], 500);
    assert_int_equal(grid->n_bars, 1);
    assert_true(fabs(attune_analysis_duration_s(f.analysis) - 1.92) < 1e-12);
    end(&f);
}

static void test_damaged_ticks_are_bounded(void **state)
{
    struct fixture f;
    begin(&f, 1, 1);
    midi_builder_note(&f.piece, 0, 0, 0, 4000000000u, 60);
    load(&f);
    assert_non_null(attune_analysis_grid(f.analysis)->why);
    struct attune_onset *onset = attune_onset_symbolic(f.analysis);
    assert_non_null(onset->why);
    assert_non_null(attune_beats_symbolic(f.analysis)->why);
    end(&f);
}

static void test_empty(void **state)
{
    struct fixture f;
    begin(&f, 1, 480);
    load(&f);
    assert_string_equal(attune_analysis_notes(f.analysis)->why, "no notes");
    assert_non_null(attune_analysis_grid(f.analysis)->why);
    assert_true(attune_analysis_duration_s(f.analysis) == 0.0);
    end(&f);
}

/* 200,000 notes, overlapping and in a few voices, stay linear in time. */
static void test_many_notes(void **state)
{
    const uint64_t seed = 7;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    struct fixture f;
    begin(&f, 4, 480);
    for (uint32_t i = 0; i < 200000; i++) {
        midi_builder_note(&f.piece, (int)attune_rng_below(&rng, 4), (int)attune_rng_below(&rng, 16),
                          i / 4 * 30, 1 + (uint32_t)attune_rng_below(&rng, 2000),
                          (int)attune_rng_below(&rng, 128));
    }
    load(&f);
    const struct attune_notes *notes = attune_analysis_notes(f.analysis);
    assert_int_equal(notes->n_notes, 200000);
    for (size_t i = 1; i < notes->n_notes; i++) {
        const struct attune_note *a = &notes->notes[i - 1], *b = &notes->notes[i];
        assert_true(a->onset_tick < b->onset_tick ||
                    (a->onset_tick == b->onset_tick &&
                     (a->pitch < b->pitch || (a->pitch == b->pitch && a->track <= b->track))));
        assert_true(b->end_tick >= b->onset_tick && b->end_s >= b->onset_s);
    }
    assert_null(attune_analysis_grid(f.analysis)->why);
    end(&f);
}

static void test_onset_and_beats(void **state)
{
    struct fixture f;
    begin(&f, 1, 480);
    midi_builder_tempo(&f.piece, 0, 90.0);
    for (uint32_t i = 0; i < 16; i++) {
        midi_builder_note(&f.piece, 0, 0, i * 480, 240, 60);
    }
    load(&f);
    struct attune_beats *beats = attune_beats_symbolic(f.analysis);
    assert_int_equal(beats->n_beats, 16);
    assert_int_equal(beats->n_downbeats, 4);
    assert_int_equal(beats->beats_per_bar, 4);
    assert_true(fabs(beats->tempo_bpm - 90.0) < 1e-3);
    struct attune_onset *onset = attune_onset_symbolic(f.analysis);
    assert_null(onset->why);
    for (size_t i = 1; i < 16; i++) { /* a peak within a frame of every onset, silence between */
        const size_t frame = (size_t)(beats->beat_s[i] * onset->rate_hz + 0.5);
        assert_true(onset->env[frame] > 0.3f);
        assert_true(onset->env[frame + 10] == 0.0f);
    }
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairing),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_big_chord_is_sorted),
        cmocka_unit_test(test_grid_with_meters),
        cmocka_unit_test(test_short_bar_before_a_change),
        cmocka_unit_test(test_many_meters),
        cmocka_unit_test(test_smpte_and_zero_tempo),
        cmocka_unit_test(test_damaged_ticks_are_bounded),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_many_notes),
        cmocka_unit_test(test_onset_and_beats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
