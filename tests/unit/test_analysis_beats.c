/* Onsets, tempo, beats and bars of signals whose beats are known; the two evaluation measures
 * themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "metrics/analysis/bars.h"
#include "metrics/analysis/beats.h"
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/onset.h"
#include "metrics/analysis/tempogram.h"
#include "tests/support/beat_scores.h"
#include "tests/support/tones.h"

enum { RATE = 22050, SECONDS = 20, N = RATE * SECONDS, MAX_BEATS = 200 };

static void load(struct attune_analysis *a, const float *x, size_t n)
{
    struct attune_audio_source source;
    struct attune_err err = ATTUNE_ERR_INIT;
    attune_audio_from_memory(&source, x, n, 1, RATE);
    if (attune_analysis_load_audio(a, &source, ATTUNE_NEED_SPECTRAL, &err)) {
        fail_msg("%s", err.message);
    }
}

/* Worked by hand from the definitions: annotations every second, beats 0.06 s and 0.08 s late in
 * turn. */
static void measures_follow_their_definitions(void **state)
{
    double reference_s[20], estimated_s[20], doubled_s[40], off_s[20];
    for (int i = 0; i < 20; i++) {
        reference_s[i] = i;
        estimated_s[i] = i + (i % 2 ? 0.08 : 0.06);
        doubled_s[2 * i] = i;
        doubled_s[2 * i + 1] = i + 0.5;
        off_s[i] = i + 0.5;
    }
    /* From 5 s on: 15 annotations, 15 beats, of which the even 7 are within 70 ms. */
    assert_float_equal(beat_f_measure(reference_s, 20, estimated_s, 20), 2.0 * 7 / 30, 1e-12);
    assert_float_equal(beat_f_measure(reference_s, 20, reference_s, 20), 1.0, 0.0);
    /* All of them are within 17.5 % of the interval. */
    assert_float_equal(beat_amlt(reference_s, 20, estimated_s, 20), 1.0, 0.0);
    /* Twice the tempo: half the beats are right for F; the double level ends half a beat early. */
    assert_float_equal(beat_f_measure(reference_s, 20, doubled_s, 40), 2.0 * 15 / 45, 1e-12);
    assert_float_equal(beat_amlt(reference_s, 20, doubled_s, 40), 29.0 / 30.0, 1e-12);
    assert_float_equal(beat_f_measure(reference_s, 20, off_s, 20), 0.0, 0.0);
    assert_float_equal(beat_amlt(reference_s, 20, off_s, 20), 14.0 / 15.0, 1e-12);
    assert_float_equal(beat_f_measure(reference_s, 20, off_s, 0), 0.0, 0.0);
}

static void envelope_peaks_at_onsets(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    float *x = attune_alloc(N, sizeof *x);
    const double time_s[] = {2.0, 5.01, 9.5};
    add_beeps(x, N, RATE, time_s, 3, 1000.0, 0.5);
    load(a, x, N);
    const struct attune_onset *onset = attune_analysis_onset(a);
    for (size_t k = 0; k < 3; k++) {
        const size_t at = (size_t)lround(time_s[k] * onset->rate_hz);
        float near = 0.0f, far = 0.0f;
        for (size_t i = at - 20; i <= at + 20; i++) {
            if (i + 1 >= at && i <= at + 1) {
                near = fmaxf(near, onset->env[i]);
            } else if (i + 2 < at || i > at + 2) {
                far = fmaxf(far, onset->env[i]);
            }
        }
        assert_true(near > 4.0f * far);
    }
    attune_release(x);
    attune_analysis_free(a);
}

/* Broad noise enters out of silence: its rise in every band counts as one of the beeps after it, not
 * as many of them. */
static void an_entry_out_of_silence_is_one_onset(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    struct attune_rng rng;
    float *x = attune_alloc(N, sizeof *x);
    double time_s[16];
    attune_rng_init(&rng, 1, 0);
    for (size_t i = 2 * RATE; i < N; i++) {
        x[i] = 0.003f * (float)attune_rng_normal(&rng);
    }
    for (int k = 0; k < 16; k++) {
        time_s[k] = 3.0 + k;
    }
    add_beeps(x, N, RATE, time_s, 16, 1000.0, 0.5);
    load(a, x, N);
    const struct attune_frames *frames = attune_analysis_frames(a);
    const size_t begin = (size_t)(1.5 * frames->rate_hz), end = (size_t)(2.5 * frames->rate_hz);
    float entry = 0.0f, beep = 0.0f;
    for (size_t i = 0; i < frames->n_frames; i++) {
        float *largest = i >= begin && i < end ? &entry : &beep;
        *largest = fmaxf(*largest, frames->onset_flux[i]);
        float bands = 0.0f; /* the bands' mean is the whole's, entry or not */
        for (size_t b = 0; b < ATTUNE_N_FLUX_BANDS; b++) {
            bands += frames->flux_bands[i * ATTUNE_N_FLUX_BANDS + b] / ATTUNE_N_FLUX_BANDS;
        }
        assert_float_equal(bands, frames->onset_flux[i], 1e-4);
    }
    assert_true(beep > 0.0f);
    assert_float_equal(entry, beep, 1e-4);
    attune_release(x);
    attune_analysis_free(a);
}

/* A click track with normal jitter of 5 ms is followed at its own tempo, from 50 to 210 BPM. */
static void click_tracks_are_followed(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    for (int bpm = 50; bpm <= 210; bpm += 10) {
        const uint64_t seed = (uint64_t)bpm;
        struct attune_rng rng;
        double time_s[MAX_BEATS];
        float *x = attune_alloc(N, sizeof *x);
        attune_rng_init(&rng, seed, 0);
        const size_t n = jittered_beats(bpm, 0.3, SECONDS - 0.2, 0.005, &rng, time_s);
        add_beeps(x, N, RATE, time_s, n, 1000.0, 0.5);
        load(a, x, N);
        const struct attune_beats *beats = attune_analysis_beats(a);
        const double f = beat_f_measure(time_s, n, beats->beat_s, beats->n_beats);
        if (beats->why || f < 0.95 || fabs(beats->tempo_bpm / bpm - 1.0) > 0.02) {
            fail_msg("%d BPM, seed %d: F %.3f, tempo %.1f %s", bpm, (int)seed, f, beats->tempo_bpm,
                     beats->why ? beats->why : "");
        }
        attune_release(x);
    }
    attune_analysis_free(a);
}

/* From 100 to 115 BPM over the piece. */
static void a_wandering_tempo_is_followed(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    double time_s[MAX_BEATS];
    size_t n = 0;
    for (double t = 0.4; t < SECONDS - 0.2; t += 60.0 / (100.0 + 15.0 * t / SECONDS)) {
        time_s[n++] = t;
    }
    float *x = attune_alloc(N, sizeof *x);
    add_beeps(x, N, RATE, time_s, n, 700.0, 0.5);
    load(a, x, N);
    const struct attune_beats *beats = attune_analysis_beats(a);
    assert_true(beat_f_measure(time_s, n, beats->beat_s, beats->n_beats) > 0.95);
    attune_release(x);
    attune_analysis_free(a);
}

/* Low accents every m-th beat among clicks: the bar lines fall on them. */
static void bars_begin_at_accents(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    for (size_t m = 3; m <= 4; m++) {
        double time_s[MAX_BEATS], accent_s[MAX_BEATS];
        struct attune_rng rng;
        attune_rng_init(&rng, m, 0);
        float *x = attune_alloc(N, sizeof *x);
        const size_t n = jittered_beats(120.0, 0.5, SECONDS - 0.2, 0.0, &rng, time_s);
        size_t n_accents = 0;
        for (size_t i = 1; i < n; i += m) {
            accent_s[n_accents++] = time_s[i];
        }
        add_beeps(x, N, RATE, time_s, n, 1500.0, 0.2);
        add_beeps(x, N, RATE, accent_s, n_accents, 90.0, 0.7);
        load(a, x, N);
        const struct attune_beats *beats = attune_analysis_beats(a);
        assert_int_equal(beats->beats_per_bar, m);
        for (size_t i = 0; i < beats->n_downbeats; i++) {
            const double phase = (beats->downbeat_s[i] - accent_s[0]) / (0.5 * (double)m);
            assert_float_equal(phase, round(phase), 0.08);
        }
        const struct attune_bars *bars = attune_analysis_bars(a);
        assert_true(bars->n_bars + 1 >= beats->n_downbeats);
        for (size_t b = 0; b + 1 < bars->n_bars; b++) {
            assert_false(bars->empty[b]);
            assert_true(bars->start_s[b + 1] > bars->start_s[b]);
        }
        attune_release(x);
    }
    attune_analysis_free(a);
}

static void without_onsets_there_are_no_beats(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    float *x = attune_alloc(N, sizeof *x);
    load(a, x, N);
    assert_string_equal(attune_analysis_beats(a)->why, "no onsets");
    load(a, x, RATE * 2);
    assert_string_equal(attune_analysis_beats(a)->why, "shorter than 3 s");
    assert_non_null(attune_analysis_bars(a)->why);
    attune_release(x);
    attune_analysis_free(a);
}

/* A train of impulses every p frames: 1 at multiples of p, below 0 between. */
static void autocorrelation_of_an_impulse_train(void **state)
{
    enum { PERIOD = 20, FRAMES = 1000, LAGS = 100 };
    float env[FRAMES] = {0};
    double mean[LAGS];
    for (size_t i = 0; i < FRAMES; i += PERIOD) {
        env[i] = 1.0f;
    }
    attune_tempogram_mean(env, FRAMES, LAGS, mean);
    assert_float_equal(mean[0], 1.0, 1e-6);
    assert_true(mean[PERIOD] > 0.9 && mean[2 * PERIOD] > 0.85 && mean[PERIOD / 2] < 0.0);
    attune_tempogram_bands(env, FRAMES, 1, LAGS, mean);
    assert_float_equal(mean[3 * PERIOD], 1.0, 0.05);
    assert_float_equal(attune_autocorrelation(env, FRAMES, PERIOD), 1.0, 1e-9);
    for (size_t i = 0; i < FRAMES; i++) {
        env[i] = 1.0f;
    }
    attune_tempogram_mean(env, FRAMES, LAGS, mean);
    assert_float_equal(mean[0], 0.0, 0.0);
    assert_float_equal(attune_autocorrelation(env, FRAMES, PERIOD), 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_follow_their_definitions),
        cmocka_unit_test(envelope_peaks_at_onsets),
        cmocka_unit_test(an_entry_out_of_silence_is_one_onset),
        cmocka_unit_test(click_tracks_are_followed),
        cmocka_unit_test(a_wandering_tempo_is_followed),
        cmocka_unit_test(bars_begin_at_accents),
        cmocka_unit_test(without_onsets_there_are_no_beats),
        cmocka_unit_test(autocorrelation_of_an_impulse_train),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
