/* Melody, bass and chords of multi-track pieces, and the melody-chord metrics. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "metrics/analysis/parts.h"
#include "metrics/metric.h"
#include "tests/support/midi_builder.h"

static struct midi_builder piece;
static struct attune_analysis *analysis;

/* Track 1: block chords C and G, a bar each; track 2: tune; track 3: bass. */
static int begin(void **state)
{
    static const int tune[16] = {76, 74, 72, 76, 74, 72, 71, 74, 76, 74, 72, 76, 74, 73, 74, 67};
    struct attune_err err = ATTUNE_ERR_INIT;
    analysis = attune_analysis_new(&err);
    midi_builder_init(&piece, 4, 480);
    midi_builder_program(&piece, 3, 2, 0, 33);
    for (uint32_t bar = 0; bar < 4; bar++) {
        const int root = bar % 2 ? 55 : 60;
        for (int k = 0; k < 3; k++) {
            const int chord[3] = {0, 4, 7};
            midi_builder_note(&piece, 1, 0, bar * 1920, 1920, root + chord[k]);
        }
        midi_builder_note(&piece, 3, 2, bar * 1920, 1920, root - 24);
    }
    for (uint32_t i = 0; i < 16; i++) {
        midi_builder_note(&piece, 2, 1, i * 480, 480, tune[i]);
    }
    return 0;
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

static void test_parts(void **state)
{
    load();
    const struct attune_parts *parts = attune_analysis_parts(analysis);
    assert_null(parts->why);
    assert_int_equal(parts->melody_track, 2);
    assert_int_equal(parts->n_melody, 16);
    assert_int_equal(parts->n_bass, 4);
    assert_int_equal(parts->bass_track, 3);
    assert_int_equal(parts->bass[1].pitch, 31);
    assert_int_equal(parts->n_beats, 16);
    for (size_t b = 0; b < 16; b++) {
        assert_int_equal(parts->chord[b].root, b / 4 % 2 ? 7 : 0);
        assert_int_equal(parts->chord[b].quality, ATTUNE_CHORD_MAJ);
    }
}

static void test_names_win(void **state)
{
    piece.midi.track_names[1] = attune_strdup("Lead Vocal");
    load();
    const struct attune_parts *parts = attune_analysis_parts(analysis);
    assert_int_equal(parts->melody_track, 1);
    assert_int_equal(parts->n_melody, 4); /* the skyline of the chords */
    assert_int_equal(parts->melody[0].pitch, 67);
}

static double value_of(const char *id)
{
    const struct attune_value value = attune_metric_eval(attune_metric_find(id), analysis);
    assert_int_equal(value.state, ATTUNE_DEFINED);
    return value.v;
}

static void test_melody_and_chords(void **state)
{
    load();
    /* Over C: 76 74 72 76, chord tones but the 74, which resolves. Over G: 74 72 71 74, the 72
     * resolves. Again C. Over G: 74 73 74 67, the 73 resolves. */
    assert_true(fabs(value_of("harmonic.ctnctr") - 1.0) < 1e-12);
    /* Scores of a tone over a major triad, from its root: 0: (1 + 1 + 0)/3; 4: (1 + 1 + 1)/3; 7: (1
     * + 1 + 1)/3; 2: -1, -1, 1; 5: 0, -1, -1; 6: -1, -1, -1. */
    const double over_c = (1.0 - 1.0 / 3.0 + 2.0 / 3.0 + 1.0) / 4.0;
    const double first_g = (1.0 - 2.0 / 3.0 + 1.0 + 1.0) / 4.0;
    const double second_g = (1.0 - 1.0 + 1.0 + 2.0 / 3.0) / 4.0;
    assert_true(fabs(value_of("harmonic.pcs") - (2.0 * over_c + first_g + second_g) / 4.0) < 1e-12);
    assert_true(value_of("harmonic.mctd") > 0.0 && value_of("harmonic.mctd") < 2.0);
}

static void test_melody_alone(void **state)
{
    midi_builder_release(&piece);
    midi_builder_init(&piece, 1, 480);
    for (uint32_t i = 0; i < 8; i++) {
        midi_builder_note(&piece, 0, 0, i * 480, 480, 60 + (int)i);
    }
    load();
    assert_string_equal(attune_analysis_parts(analysis)->why, "no accompaniment");
    assert_int_equal(attune_metric_eval(attune_metric_find("harmonic.pcs"), analysis).state,
                     ATTUNE_UNDEFINED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parts, begin, end),
        cmocka_unit_test_setup_teardown(test_names_win, begin, end),
        cmocka_unit_test_setup_teardown(test_melody_and_chords, begin, end),
        cmocka_unit_test_setup_teardown(test_melody_alone, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
