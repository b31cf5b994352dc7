/* compat.musdr.si_* of MIDI: what repeats is found, whatever its key; what is not there is said. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/compat/compat.h"
#include "tests/support/midi_builder.h"

struct indicators {
    double si[3];
    const char *why[3];
};

static size_t range_of(const char *name)
{
    static const char *const names[3] = {"compat.musdr.si_short", "compat.musdr.si_mid",
                                         "compat.musdr.si_long"};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    fail_msg("%s", name);
    return 0;
}

static void on_scalar(void *context, const char *name, double value)
{
    ((struct indicators *)context)->si[range_of(name)] = value;
}

static void on_undefined(void *context, const char *name, const char *why)
{
    ((struct indicators *)context)->why[range_of(name)] = why;
}

static struct indicators measure(struct midi_builder *piece)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_analysis *analysis = attune_analysis_new(&err);
    struct indicators out = {{-1.0, -1.0, -1.0}, {NULL}};
    const struct attune_compat_sink sink = {&out, on_scalar, NULL, on_undefined};
    const struct attune_midi *midi = midi_builder_finish(piece);
    assert_int_equal(attune_analysis_load_midi(analysis, midi, &err), ATTUNE_OK);
    attune_compat_musdr_si(analysis, &sink);
    attune_analysis_free(analysis);
    midi_builder_release(piece);
    return out;
}

/* n_blocks of 8 s of random chords, half a second each; the same block when they repeat. */
static struct midi_builder blocks(size_t n_blocks, bool repeat, int transpose)
{
    struct midi_builder piece;
    struct attune_rng rng;
    midi_builder_init(&piece, 1, 480);
    attune_rng_init(&rng, 7, 0);
    for (uint32_t b = 0; b < n_blocks; b++) {
        if (repeat) {
            attune_rng_init(&rng, 7, 0);
        }
        for (uint32_t i = 0; i < 48; i++) {
            midi_builder_note(&piece, 0, 0, b * 7680 + i / 3 * 480, 480,
                              48 + transpose + (int)attune_rng_below(&rng, 24));
        }
    }
    return piece;
}

static void test_repetition_is_found(void **state)
{
    struct midi_builder again = blocks(6, true, 0), higher = blocks(6, true, 5),
                        random = blocks(6, false, 0);
    const struct indicators a = measure(&again), h = measure(&higher), r = measure(&random);
    for (int i = 0; i < 3; i++) {
        print_message("%g %g\n", a.si[i], r.si[i]);
        assert_true(a.si[i] > 0.5 && a.si[i] <= 1.0);
        assert_true(a.si[i] > r.si[i] + 0.2);
        assert_true(fabs(a.si[i] - h.si[i]) < 1e-6);
    }
}

static void test_undefined(void **state)
{
    struct midi_builder drums, brief, endless;
    midi_builder_init(&drums, 1, 480);
    midi_builder_note(&drums, 0, 9, 0, 9600, 36);
    assert_string_equal(measure(&drums).why[0], "no pitched notes");
    midi_builder_init(&brief, 1, 480);
    midi_builder_note(&brief, 0, 0, 0, 480 * 10, 60); /* 5 s */
    const struct indicators b = measure(&brief);
    assert_null(b.why[0]);
    assert_string_equal(b.why[1], "shorter than the range");
    midi_builder_init(&endless, 1, 1);
    midi_builder_note(&endless, 0, 0, 0, UINT32_MAX, 60);
    assert_string_equal(measure(&endless).why[2], "longer than 256 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repetition_is_found),
        cmocka_unit_test(test_undefined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
