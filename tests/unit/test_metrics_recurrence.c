/* Recurrence of rhythm and of harmony on features whose autocorrelation is worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"

/* 12 s of onset frames: 6 bars of 86 frames, 2 s each; 12 s of chroma. */
enum { BAR = 86, N_FRAMES = 6 * BAR, N_CHROMA = 128, CHORD = 16 };

static struct attune_analysis *analysis;
static float bands[(N_FRAMES + 1) * ATTUNE_N_FLUX_BANDS]; /* the first frame does not count */
static bool silent_frames[N_FRAMES + 1];
static float pitch_classes[N_CHROMA * 12];
static bool silent[N_CHROMA];

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

static struct attune_value value_of(const char *id, struct attune_frames *frames,
                                    struct attune_chroma *chroma)
{
    analysis->modality = ATTUNE_AUDIO;
    analysis->frames = frames;
    analysis->chroma = chroma;
    const struct attune_value value = attune_metric_eval(attune_metric_find(id), analysis);
    analysis->frames = NULL;
    analysis->chroma = NULL;
    return value;
}

static struct attune_value rhythm(const char *id, size_t n_frames)
{
    struct attune_frames frames = {.n_frames = n_frames + 1,
                                   .rate_hz = 22050.0 / 512.0,
                                   .flux_bands = bands,
                                   .silent = silent_frames};
    return value_of(id, &frames, NULL);
}

/* One onset a bar, always in the same band: after a bar everything is as it was. The same onsets in
 * a band of their own each: nothing ever comes back. */
static void rhythm_comes_back(void **state)
{
    memset(bands, 0, sizeof bands);
    bands[0] = 1e6f;
    for (size_t t = 1; t <= N_FRAMES; t += BAR) {
        bands[t * ATTUNE_N_FLUX_BANDS + 3] = 1.0f;
    }
    struct attune_value value = rhythm("temporal.rhythm_recurrence", N_FRAMES);
    assert_int_equal(value.state, ATTUNE_DEFINED);
    assert_float_equal(value.v, 1.0, 1e-5);
    /* two peaks of 1 among 151 lags, between them less than nothing: summed up outside */
    value = rhythm("temporal.rhythm_contrast", N_FRAMES);
    assert_float_equal(value.v, 0.115684654, 1e-5);

    memset(bands, 0, sizeof bands);
    for (size_t k = 0; k < 6; k++) {
        bands[(1 + k * BAR) * ATTUNE_N_FLUX_BANDS + k] = 1.0f;
    }
    value = rhythm("temporal.rhythm_recurrence", N_FRAMES);
    assert_int_equal(value.state, ATTUNE_DEFINED);
    assert_true(value.v < 0.01);
    assert_true(rhythm("temporal.rhythm_contrast", N_FRAMES).v < 0.01);
}

static void rhythm_undefined(void **state)
{
    memset(bands, 0, sizeof bands);
    assert_string_equal(rhythm("temporal.rhythm_recurrence", N_FRAMES).why, "no onsets");
    memset(silent_frames, 1, 2 * BAR);
    bands[2 * BAR * ATTUNE_N_FLUX_BANDS] = 1.0f; /* the step out of silence is no onset */
    assert_string_equal(rhythm("temporal.rhythm_recurrence", N_FRAMES).why, "no onsets");
    memset(silent_frames, 0, sizeof silent_frames);
    assert_string_equal(rhythm("temporal.rhythm_contrast", 258).why, "less than 6 s of sound");
}

/* Chord k of 16 frames is the pitch class chord[k]; 12: silence. */
static struct attune_value harmony(const int chord[N_CHROMA / CHORD], size_t n_frames)
{
    struct attune_harmonic_frames *harmonic = attune_harmonic_frames_new(22050.0);
    assert_non_null(harmonic);
    memset(pitch_classes, 0, sizeof pitch_classes);
    for (size_t i = 0; i < N_CHROMA; i++) {
        silent[i] = chord[i / CHORD] == 12;
        if (!silent[i]) {
            pitch_classes[12 * i + (size_t)chord[i / CHORD]] = 1.0f;
        }
    }
    struct attune_frames frames = {.harmonic = harmonic};
    struct attune_chroma chroma = {
        .n_frames = n_frames, .frames = pitch_classes, .silent = silent};
    const struct attune_value value = value_of("temporal.harmony_recurrence", &frames, &chroma);
    attune_harmonic_frames_free(harmonic);
    return value;
}

static void harmony_comes_back(void **state)
{
    struct attune_value value = harmony((const int[]){0, 7, 0, 7, 0, 7, 0, 7}, N_CHROMA);
    assert_int_equal(value.state, ATTUNE_DEFINED);
    assert_float_equal(value.v, 1.0, 1e-6);
    /* Eight chords, none twice: the mean is 1/8 of each. Equal frames give 7/8, others -1/8; at the
     * shortest lag, 10 frames, 8 x 6 of 118 pairs are equal: (48 x 7/8 - 70/8) / (118 x 7/8). */
    value = harmony((const int[]){0, 1, 2, 3, 4, 5, 6, 7}, N_CHROMA);
    assert_float_equal(value.v, 33.25 / 103.25, 1e-6);
}

static void harmony_undefined(void **state)
{
    assert_string_equal(harmony((const int[]){4, 4, 4, 12, 12, 4, 4, 4}, N_CHROMA).why,
                        "the harmony never changes");
    assert_string_equal(harmony((const int[]){0, 1, 2, 3, 4, 5, 6, 7}, 64).why,
                        "shorter than 6 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rhythm_comes_back),
        cmocka_unit_test(rhythm_undefined),
        cmocka_unit_test(harmony_comes_back),
        cmocka_unit_test(harmony_undefined),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
