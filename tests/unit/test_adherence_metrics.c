/* Adherence metrics of a small piece against prompts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metrics/adherence/attributes.h"
#include "metrics/adherence/chord_match.h"
#include "metrics/compat/compat.h"
#include "metrics/metric.h"
#include "tests/support/midi_builder.h"

static struct midi_builder piece;
static struct attune_analysis *analysis;
static struct attune_prompt prompt;

/* Eight bars of 3/4 at 95 BPM in A minor: Am Dm E Am twice on a piano, a melody on a flute. */
static int begin(void **state)
{
    static const int roots[4] = {57, 62, 64, 57}, thirds[4] = {3, 3, 4, 3},
                     tune[4] = {76, 77, 76, 81};
    struct attune_err err = ATTUNE_ERR_INIT;
    analysis = attune_analysis_new(&err);
    midi_builder_init(&piece, 3, 480);
    midi_builder_meter(&piece, 0, 3, 4);
    midi_builder_tempo(&piece, 0, 95.0);
    midi_builder_program(&piece, 1, 0, 0, 0);
    midi_builder_program(&piece, 2, 1, 0, 73);
    for (uint32_t bar = 0; bar < 8; bar++) {
        const uint32_t tick = bar * 1440;
        const int root = roots[bar % 4];
        midi_builder_note(&piece, 1, 0, tick, 1440, root);
        midi_builder_note(&piece, 1, 0, tick, 1440, root + thirds[bar % 4]);
        midi_builder_note(&piece, 1, 0, tick, 1440, root + 7);
        midi_builder_note(&piece, 2, 1, tick, 1440, tune[bar % 4]);
    }
    return attune_analysis_load_midi(analysis, midi_builder_finish(&piece), &err) ? -1 : 0;
}

static int end(void **state)
{
    attune_analysis_free(analysis);
    midi_builder_release(&piece);
    return 0;
}

static struct attune_value ask(const char *text, const char *id)
{
    prompt = (struct attune_prompt){0};
    attune_attributes_read(&prompt.attributes, text, NULL);
    attune_analysis_set_prompt(analysis, &prompt);
    const struct attune_metric *metric = attune_metric_find(id);
    assert_non_null(metric);
    return attune_metric_eval(metric, analysis);
}

static void check(const char *text, const char *id, double expected)
{
    const struct attune_value value = ask(text, id);
    if (value.state != ATTUNE_DEFINED || fabs(value.v - expected) > 1e-9) {
        fail_msg("%s of '%s': %g (%s), expected %g", id, text, value.v,
                 value.why ? value.why : "defined", expected);
    }
}

static void test_tempo(void **state)
{
    check("at 100 BPM", "adherence.tempo_bin", 1.0);
    check("at 120 BPM", "adherence.tempo_bin", 0.0);
    check("at 120 BPM", "adherence.tempo_bin_tolerance", 1.0);
    check("at 145 BPM", "adherence.tempo_bin_tolerance", 0.0);
    assert_int_equal(ask("a tune", "adherence.tempo_bin").state, ATTUNE_UNDEFINED);
}

static void test_key(void **state)
{
    check("in A minor", "adherence.key", 1.0);
    check("in C major", "adherence.key", 0.0);
    check("in C major", "adherence.key_duplicates", 1.0);
    check("in A minor", "adherence.key_duplicates", 1.0);
    check("in F# major", "adherence.key_duplicates", 0.0);
    assert_int_equal(ask("a tune", "adherence.key").state, ATTUNE_UNDEFINED);
}

static void test_meter_and_bars(void **state)
{
    check("a waltz", "adherence.time_signature", 1.0);
    check("in 4/4", "adherence.time_signature", 0.0);
    check("a waltz", "adherence.beat_count", 1.0);
    check("in 3/8", "adherence.beat_count", 1.0);
    check("in 9/8", "adherence.beat_count", 1.0);
    check("in 6/8", "adherence.beat_count", 0.0);
    check("in 4/4", "adherence.beat_count", 0.0);
    assert_int_equal(ask("a tune", "adherence.beat_count").state, ATTUNE_UNDEFINED);
    check("eight bars", "adherence.bars", 1.0);
    check("16 bars", "adherence.bars", 0.5);
}

static void test_instruments(void **state)
{
    check("for piano and flute", "adherence.instrument_f1", 1.0);
    check("for piano", "adherence.instrument_f1", 2.0 / 3.0); /* recall 1, precision 1/2 */
    check("for piano, flute and drums", "adherence.instrument_f1", 0.8); /* recall 2/3 */
    check("for trumpet", "adherence.instrument_f1", 0.0);
    assert_int_equal(ask("a tune", "adherence.instrument_f1").state, ATTUNE_UNDEFINED);
}

static void test_chords(void **state)
{
    const double right = ask("chords: Am, Dm, E, Am", "adherence.chords").v;
    const double wrong = ask("chords: C, F#, Bb, C", "adherence.chords").v;
    assert_true(right > 0.9 && wrong < 0.1);
    assert_int_equal(ask("a tune", "adherence.chords").state, ATTUNE_UNDEFINED);
}

/* The tracker hears Am Dm E Am Dm E Am: the two Am in the middle are one. */
static void test_chord_sequences(void **state)
{
    static const struct {
        const char *text;
        double perfect, in_order, any_order, majmin;
    } cases[] = {
        {"chords: Am, Dm, E, Am", 1.0, 1.0, 1.0, 1.0},
        {"chords: Am, Am, Dm", 1.0, 1.0, 1.0, 1.0},        /* a repeat is one chord */
        {"chords: Am, G, E, Am", 0.0, 0.75, 0.75, 0.75},   /* G is missing, the rest follows on */
        {"chords: E, Dm, Am", 1.0, 1.0, 1.0, 1.0},         /* E (Am) Dm (E) Am */
        {"chords: E, Am, E, Am, E", 0.0, 0.8, 0.8, 0.8},   /* E is played twice only */
        {"chords: Dm, Am, E, Dm, Am, E", 0.0, 4.0 / 6.0, 1.0, 1.0}, /* Dm Am E Am, for one */
        {"chords: Am7, Dm7, E7, Am", 0.0, 0.25, 0.25, 1.0}, /* the triads of the sevenths */
        {"chords: A, D, Em, A", 0.0, 0.0, 0.0, 0.0},       /* the other thirds */
        {"chords: C, F#, Bb", 0.0, 0.0, 0.0, 0.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(cases[i].text, "adherence.chords_perfect", cases[i].perfect);
        check(cases[i].text, "adherence.chords_in_order", cases[i].in_order);
        check(cases[i].text, "adherence.chords_any_order", cases[i].any_order);
        check(cases[i].text, "adherence.chords_any_order_majmin", cases[i].majmin);
    }
    assert_int_equal(ask("a tune", "adherence.chords_perfect").state, ATTUNE_UNDEFINED);
}

static void test_thirds(void **state)
{
    const struct attune_chord min = {0, ATTUNE_CHORD_MIN}, maj = {0, ATTUNE_CHORD_MAJ},
                              dim = {0, ATTUNE_CHORD_DIM}, aug = {0, ATTUNE_CHORD_AUG},
                              sus = {0, ATTUNE_CHORD_SUS4}, other = {1, ATTUNE_CHORD_MIN},
                              dom = {0, ATTUNE_CHORD_DOM7};
    assert_true(attune_chord_same_third(min, dim));
    assert_true(attune_chord_same_third(maj, aug));
    assert_true(attune_chord_same_third(maj, dom));
    assert_true(attune_chord_same_third(sus, sus));
    assert_false(attune_chord_same_third(min, maj));
    assert_false(attune_chord_same_third(sus, maj));
    assert_false(attune_chord_same_third(min, other));
}

static void test_mood(void **state)
{
    const double sad = ask("a sad tune", "adherence.mood").v;
    const double happy = ask("a happy tune", "adherence.mood").v;
    assert_true(sad > happy);
    assert_int_equal(ask("a tune", "adherence.mood").state, ATTUNE_UNDEFINED);
}

/* What the block said of one name; -1 where it was undefined or not there. */
struct wanted {
    const char *name;
    double value;
};

static void on_scalar(void *context, const char *name, double value)
{
    struct wanted *wanted = context;
    wanted->value = strcmp(name, wanted->name) == 0 ? value : wanted->value;
}

static void on_undefined(void *context, const char *name, const char *why)
{
}

static void check_mustango(const char *text, const char *name, double expected)
{
    struct wanted wanted = {name, -1.0};
    const struct attune_compat_sink sink = {&wanted, on_scalar, NULL, on_undefined};
    ask(text, "adherence.key");
    attune_compat_mustango(analysis, &sink);
    if (fabs(wanted.value - expected) > 1e-12) {
        fail_msg("%s of '%s': %g, expected %g", name, text, wanted.value, expected);
    }
}

static void test_mustango(void **state)
{
    check_mustango("in C major at 100 BPM", "compat.mustango.tb", 1.0);
    check_mustango("in C major", "compat.mustango.ckd", 0.0); /* the true relative is refused */
    check_mustango("in F# major", "compat.mustango.ckd", 1.0); /* F sharp + 3 is A */
    check_mustango("a tune", "compat.mustango.tb", 0.0); /* no tempo asked for: the last bin */
    check_mustango("a tune", "compat.mustango.ck", -1.0);
    check_mustango("chords: Am, Dm, E", "compat.mustango.pcm", 1.0);
    check_mustango("chords: Am, G, E, Am", "compat.mustango.pcm", 0.0);
    check_mustango("chords: Am, G, E, Am", "compat.mustango.ecm", 0.25); /* nothing after G */
    check_mustango("chords: Am, G, E, Am", "compat.mustango.cmao", 0.75);
    check_mustango("chords: Am7, Dm7, E7", "compat.mustango.cmaomm", 1.0);
    check_mustango("chords: Adim, Ddim, Eaug", "compat.mustango.cmaomm", 0.0);
    check_mustango("a waltz", "compat.mustango.bm", 1.0);
    check_mustango("in 4/4", "compat.mustango.bm", 0.0);
}

static void test_no_prompt(void **state)
{
    attune_analysis_set_prompt(analysis, NULL);
    const struct attune_value value =
        attune_metric_eval(attune_metric_find("adherence.key"), analysis);
    assert_int_equal(value.state, ATTUNE_UNDEFINED);
    assert_string_equal(value.why, "no prompt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tempo, begin, end),
        cmocka_unit_test_setup_teardown(test_key, begin, end),
        cmocka_unit_test_setup_teardown(test_meter_and_bars, begin, end),
        cmocka_unit_test_setup_teardown(test_instruments, begin, end),
        cmocka_unit_test_setup_teardown(test_chords, begin, end),
        cmocka_unit_test_setup_teardown(test_chord_sequences, begin, end),
        cmocka_unit_test(test_thirds),
        cmocka_unit_test_setup_teardown(test_mood, begin, end),
        cmocka_unit_test_setup_teardown(test_mustango, begin, end),
        cmocka_unit_test_setup_teardown(test_no_prompt, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
