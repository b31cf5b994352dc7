/* The level meter: loudness against libebur128, true peak against plain interpolation, and measures
 * of signals known in closed form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ebur128.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "metrics/analysis/clicks.h"
#include "metrics/analysis/levels.h"
#include "metrics/analysis/loudness.h"
#include "metrics/analysis/true_peak.h"
#include "metrics/metric.h"
#include "tests/support/tones.h"

/* Noise whose level wanders, so that both gates and the range have something to do. */
static float *wandering_noise(size_t n, size_t n_channels, double rate_hz, uint64_t seed)
{
    float *x = attune_alloc(n * n_channels, sizeof *x);
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < n; i++) {
        const double gain = pow(10.0, -1.5 + 1.4 * sin((double)i / rate_hz * 0.7));
        for (size_t c = 0; c < n_channels; c++) {
            x[i * n_channels + c] = (float)(gain * (attune_rng_uniform(&rng) - 0.5));
        }
    }
    return x;
}

static void loudness_agrees_with_libebur128(void **state)
{
    static const struct {
        uint32_t rate_hz;
        size_t n_channels;
    } cases[] = {{44100, 2}, {48000, 1}, {8000, 2}, {192000, 2},
                 {48000, 5}, {44100, 6}, {22050, 4}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const size_t n_channels = cases[k].n_channels, n = 12 * cases[k].rate_hz;
        float *x = wandering_noise(n, n_channels, cases[k].rate_hz, k + 1);
        ebur128_state *peer = ebur128_init((unsigned)n_channels, cases[k].rate_hz,
                                           EBUR128_MODE_I | EBUR128_MODE_LRA);
        struct attune_loudness ours = {0};
        attune_loudness_begin(&ours, cases[k].rate_hz, n_channels);
        for (size_t i = 0; i < n; i += 5000) { /* blocks that do not divide the steps */
            const size_t n_now = n - i < 5000 ? n - i : 5000;
            ebur128_add_frames_float(peer, x + i * n_channels, n_now);
            assert_true(attune_loudness_feed(&ours, x + i * n_channels, n_now));
        }
        double expected, expected_range, lufs, range_lu;
        double *scratch = attune_alloc(ours.n_steps, sizeof *scratch);
        ebur128_loudness_global(peer, &expected);
        ebur128_loudness_range(peer, &expected_range);
        assert_true(attune_loudness_integrated(&ours, &lufs));
        assert_true(attune_loudness_range(&ours, scratch, &range_lu));
        assert_float_equal(lufs, expected, 1e-6);
        assert_float_equal(range_lu, expected_range, 1e-6);
        assert_true(expected_range > 3.0);
        ebur128_destroy(&peer);
        attune_loudness_release(&ours);
        attune_release(scratch);
        attune_release(x);
    }
}

/* The largest of the samples and of every interpolated value, with no block left out. */
static double plain_true_peak(const float *x, size_t n, uint32_t rate_hz)
{
    struct attune_true_peak design;
    attune_true_peak_begin(&design, rate_hz);
    double peak = 0.0;
    for (size_t i = 0; i < n; i++) {
        peak = fmax(peak, fabs((double)x[i]));
        for (size_t p = 0; p < design.n_phases; p++) {
            double sum = 0.0;
            for (size_t t = 0; t < ATTUNE_PEAK_TAPS; t++) {
                const ptrdiff_t at = (ptrdiff_t)(i + t) - (ATTUNE_PEAK_TAPS - 1);
                sum += at >= 0 ? (double)design.filter[p][t] * (double)x[at] : 0.0;
            }
            peak = fmax(peak, fabs(sum));
        }
    }
    return peak;
}

static double true_peak_in_blocks(const float *x, size_t n, uint32_t rate_hz, size_t block)
{
    struct attune_true_peak meter;
    attune_true_peak_begin(&meter, rate_hz);
    float *padded = attune_alloc(n + ATTUNE_PEAK_TAPS, sizeof *padded);
    memcpy(padded + ATTUNE_PEAK_TAPS - 1, x, n * sizeof *x);
    for (size_t i = 0; i < n; i += block) {
        attune_true_peak_feed(&meter, padded + ATTUNE_PEAK_TAPS - 1 + i,
                              n - i < block ? n - i : block);
    }
    attune_release(padded);
    double peak = (double)meter.peak;
    for (size_t i = n > ATTUNE_PEAK_TAPS ? n - ATTUNE_PEAK_TAPS : 0; i < n; i++) {
        peak = fmax(peak, fabs((double)x[i])); /* the meter adds the sample peak at the end */
    }
    return peak;
}

static void true_peak_equals_plain_interpolation(void **state)
{
    for (uint64_t seed = 1; seed <= 6; seed++) {
        const size_t n = 20011;
        const uint32_t rate_hz = seed % 3 == 0 ? 96000 : seed % 3 == 1 ? 44100 : 192000;
        float *x = wandering_noise(n, 1, 3000.0, seed);
        const double plain = plain_true_peak(x, n, rate_hz);
        if (fabs(true_peak_in_blocks(x, n, rate_hz, 777) - plain) > 1e-6 * plain ||
            true_peak_in_blocks(x, n, rate_hz, 777) != true_peak_in_blocks(x, n, rate_hz, n)) {
            fail_msg("seed %d: %g", (int)seed, plain);
        }
        attune_release(x);
    }
}

/* A quarter of the sample rate, samples at +-45 degrees: the peak lies 3.01 dB above them. */
static void true_peak_finds_what_lies_between_samples(void **state)
{
    float x[4000] = {0};
    add_sine(x, 4000, 1, 44100.0, 11025.0, 0.5, M_PI / 4.0);
    for (size_t i = 0; i < 200; i++) { /* no step at the ends */
        x[i] *= (float)i / 200.0f;
        x[3999 - i] *= (float)i / 200.0f;
    }
    assert_float_equal(20.0 * log10(true_peak_in_blocks(x, 4000, 44100, 512) / 0.5), 0.0, 0.05);
}


static const struct attune_levels *levels_of(struct attune_analysis *a, const float *x, size_t n,
                                             uint32_t n_channels, uint32_t rate_hz)
{
    struct attune_audio_source source;
    attune_audio_from_memory(&source, x, n, n_channels, rate_hz);
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_analysis_load_audio(a, &source, ATTUNE_NEED_ALL & ~ATTUNE_NEED_COMPAT, &err)) {
        fail_msg("%s", err.message);
    }
    return attune_analysis_levels(a);
}

static double value_of(struct attune_analysis *a, const char *id)
{
    const struct attune_value value = attune_metric_eval(attune_metric_find(id), a);
    if (value.state != ATTUNE_DEFINED) {
        fail_msg("%s: %s", id, value.why);
    }
    return value.v;
}

static void closed_forms(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    const size_t n = 48000 * 8;
    float *x = attune_alloc(2 * n, sizeof *x);
    /* EBU Tech 3341, case 1: stereo sine of 1 kHz at -23 dBFS peak in both channels is -23 LUFS. */
    add_sine(x, n, 2, 48000.0, 1000.0, pow(10.0, -23.0 / 20.0), 0.0);
    levels_of(a, x, n, 2, 48000);
    assert_float_equal(value_of(a, "quality.loudness_lufs"), -23.0, 0.1);
    assert_float_equal(value_of(a, "quality.loudness_range_lu"), 0.0, 0.01);
    assert_float_equal(value_of(a, "quality.true_peak_dbtp"), -23.0, 0.01);
    assert_float_equal(value_of(a, "quality.crest_db"), 20.0 * log10(sqrt(2.0)), 0.001);
    assert_float_equal(value_of(a, "quality.stereo_correlation"), 1.0, 1e-9);
    assert_float_equal(value_of(a, "quality.dc_offset"), 0.0, 1e-6);
    assert_float_equal(value_of(a, "quality.clipping_ratio"), 0.0, 0.0);
    assert_float_equal(value_of(a, "quality.silence_ratio"), 0.0, 0.0);
    assert_float_equal(value_of(a, "quality.click_rate"), 0.0, 0.0);
    assert_float_equal(value_of(a, "quality.mains_hum_db"), 0.0, 0.0);
    assert_float_equal(value_of(a, "quality.bandwidth_hz"), 1000.0, 15.0);
    /* The two frames at either end see half the sine. */
    assert_true(value_of(a, "quality.noise_floor_db") > -0.1);

    /* One channel turned over and moved by a constant. */
    for (size_t i = 0; i < n; i++) {
        x[2 * i + 1] = 0.125f - x[2 * i + 1];
    }
    levels_of(a, x, n, 2, 48000);
    assert_float_equal(value_of(a, "quality.stereo_correlation"), -1.0, 1e-6);
    assert_float_equal(value_of(a, "quality.dc_offset"), 0.125, 1e-6);
    attune_release(x);
    attune_analysis_free(a);
}

static void clipped_runs_are_counted(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    float x[20000] = {0};
    /* Runs of 2 (not counted), 3, 5 across the border of two blocks, and 2 + 2 of opposite sign. */
    x[10] = x[11] = 1.0f;
    x[20] = x[21] = x[22] = -1.5f;
    x[8190] = x[8191] = x[8192] = x[8193] = x[8194] = 32767.0f / 32768.0f;
    x[9000] = x[9001] = 1.0f;
    x[9002] = x[9003] = -1.0f;
    assert_int_equal(levels_of(a, x, 20000, 1, 44100)->n_clipped, 8);
    assert_float_equal(value_of(a, "quality.clipping_ratio"), 8.0 / 20000.0, 1e-15);
    attune_analysis_free(a);
}

static void clicks_are_told_from_attacks(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    const size_t n = 44100 * 10;
    float *x = attune_alloc(n, sizeof *x);
    const double time_s[] = {1.0, 2.5, 4.0, 5.5, 7.0};
    add_sine(x, n, 1, 44100.0, 220.0, 0.2, 0.0);
    add_beeps(x, n, 44100.0, time_s, 5, 900.0, 0.4);
    assert_int_equal(levels_of(a, x, n, 1, 44100)->n_clicks, 0);
    for (size_t k = 0; k < 12; k++) {
        x[20000 + 30011 * k] += 0.1f; /* single wrong samples */
    }
    assert_int_equal(levels_of(a, x, n, 1, 44100)->n_clicks, 12);
    assert_float_equal(value_of(a, "quality.click_rate"), 72.0, 1e-9);
    attune_release(x);
    attune_analysis_free(a);
}

static void hum_is_told_from_bass(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    const size_t n = 22050 * 8;
    float *x = attune_alloc(n, sizeof *x);
    struct attune_rng rng;
    attune_rng_init(&rng, 7, 0);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(0.02 * (attune_rng_uniform(&rng) - 0.5));
    }
    add_sine(x, n, 1, 22050.0, 49.0, 0.2, 0.0);  /* G1 */
    add_sine(x, n, 1, 22050.0, 123.47, 0.2, 0.0); /* B2 */
    levels_of(a, x, n, 1, 22050);
    assert_float_equal(value_of(a, "quality.mains_hum_db"), 0.0, 3.0);
    add_sine(x, n, 1, 22050.0, 180.0, 0.01, 0.0);
    levels_of(a, x, n, 1, 22050);
    assert_true(value_of(a, "quality.mains_hum_db") > 15.0);
    attune_release(x);
    attune_analysis_free(a);
}

static void silence_is_no_good_score(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    float *x = attune_alloc(44100 * 4, sizeof *x);
    levels_of(a, x, 44100 * 4, 1, 44100);
    static const char *const undefined[] = {
        "quality.loudness_lufs", "quality.loudness_range_lu", "quality.true_peak_dbtp",
        "quality.bandwidth_hz",  "quality.crest_db",          "quality.noise_floor_db",
        "quality.click_rate",    "quality.mains_hum_db",      "quality.stereo_correlation"};
    for (size_t i = 0; i < sizeof undefined / sizeof *undefined; i++) {
        assert_int_equal(attune_metric_eval(attune_metric_find(undefined[i]), a).state,
                         ATTUNE_UNDEFINED);
    }
    assert_float_equal(value_of(a, "quality.silence_ratio"), 1.0, 0.0);
    assert_float_equal(value_of(a, "temporal.dead_air"), 1.0, 0.0);
    attune_release(x);
    attune_analysis_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loudness_agrees_with_libebur128),
        cmocka_unit_test(true_peak_equals_plain_interpolation),
        cmocka_unit_test(true_peak_finds_what_lies_between_samples),
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(clipped_runs_are_counted),
        cmocka_unit_test(clicks_are_told_from_attacks),
        cmocka_unit_test(hum_is_told_from_bass),
        cmocka_unit_test(silence_is_no_good_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
