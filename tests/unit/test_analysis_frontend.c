/* The streaming front end: frame counts, rates and channels, odd inputs, memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "metrics/analysis/fast_math.h"
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/mel.h"
#include "tests/support/tones.h"

static const unsigned NEEDS = ATTUNE_NEED_ALL & ~ATTUNE_NEED_COMPAT;

static const struct attune_frames *frames_of(struct attune_analysis *a, const float *x, size_t n,
                                             uint32_t n_channels, uint32_t rate_hz)
{
    struct attune_audio_source source;
    attune_audio_from_memory(&source, x, n, n_channels, rate_hz);
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_analysis_load_audio(a, &source, NEEDS, &err)) {
        fail_msg("%s", err.message);
    }
    return attune_analysis_frames(a);
}

static void fast_logarithm_is_accurate(void **state)
{
    struct attune_rng rng;
    attune_rng_init(&rng, 1, 0);
    for (int i = 0; i < 100000; i++) {
        const float x = (float)exp2(120.0 * (attune_rng_uniform(&rng) - 0.5));
        assert_float_equal(attune_log2f(x), log2((double)x),
                           3e-7 * fmax(1.0, fabs(log2((double)x))));
    }
    assert_float_equal(attune_power_db(1.0f), 0.0, 0.0);
}

/* Every triangle has unit area in Hz; between the centres of the first and the last band the
 * triangles, each scaled by its half width, add up to 1. */
static void mel_filters_have_unit_area(void **state)
{
    struct attune_mel mel;
    assert_int_equal(attune_mel_init(&mel, 40, 2048, 22050.0, NULL), ATTUNE_OK);
    float power[1025], bands[40];
    for (size_t k = 0; k < 1025; k++) {
        power[k] = 1.0f;
    }
    attune_mel_apply(&mel, power, bands);
    for (size_t b = 10; b < 40; b++) { /* lower bands are narrower than a few bins */
        assert_float_equal((double)bands[b] * 22050.0 / 2048.0, 1.0, 0.05);
    }
    assert_float_equal(attune_mel_from_hz(1000.0), 15.0, 1e-12);
    assert_float_equal(attune_mel_to_hz(attune_mel_from_hz(5000.0)), 5000.0, 1e-8);
    attune_mel_release(&mel);
}

static void frames_are_centred(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    const size_t n = 22050 * 3;
    float *x = attune_alloc(n, sizeof *x);
    add_sine(x, n, 1, 22050.0, 2000.0, 0.5, 0.0);
    const struct attune_frames *f = frames_of(a, x, n, 1, 22050);
    assert_int_equal(f->n_frames, 1 + n / 512);
    assert_int_equal(attune_harmonic_frames_count(f->harmonic), 1 + n / 2048);
    /* Half of frame 0 lies before the start: 3 dB less. */
    assert_float_equal(f->level_db[10], 20.0 * log10(0.5 / sqrt(2.0)), 0.01);
    assert_float_equal(f->level_db[0], (double)f->level_db[10] - 3.01, 0.05);
    assert_float_equal(f->centroid_hz[10], 2000.0, 10.0);
    assert_float_equal(f->rolloff99_hz[10], 2000.0, 22.0);
    assert_true(f->flatness[10] < 1e-3f);
    /* A steady tone: no onset but its start. */
    for (size_t i = 4; i < f->n_frames - 4; i++) {
        assert_true(f->onset_flux[i] < 0.1f);
    }
    attune_release(x);
    attune_analysis_free(a);
}

static void noise_is_flat(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    const size_t n = 22050 * 3;
    float *x = attune_alloc(n, sizeof *x);
    struct attune_rng rng;
    attune_rng_init(&rng, 3, 0);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(0.1 * attune_rng_normal(&rng));
    }
    const struct attune_frames *f = frames_of(a, x, n, 1, 22050);
    double mean = 0.0;
    for (size_t i = 0; i < f->n_frames; i++) {
        mean += (double)f->flatness[i] / (double)f->n_frames;
    }
    /* Periodogram of white noise: geometric over arithmetic mean is e^-gamma. */
    assert_float_equal(mean, exp(-0.5772156649), 0.02);
    attune_release(x);
    attune_analysis_free(a);
}

/* The same music at any rate, in any number of channels, gives the same frames but for the top
 * octave. */
static void rates_and_channels_agree(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    static const struct {
        uint32_t rate_hz;
        size_t n_channels;
    } cases[] = {{22050, 1}, {8000, 1},   {44100, 2}, {48000, 6},
                 {96000, 2}, {192000, 1}, {11025, 3}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const size_t n = 2 * cases[k].rate_hz;
        float *x = attune_alloc(n * cases[k].n_channels, sizeof *x);
        add_sine(x, n, cases[k].n_channels, cases[k].rate_hz, 440.0, 0.25, 0.0);
        const struct attune_frames *f =
            frames_of(a, x, n, (uint32_t)cases[k].n_channels, cases[k].rate_hz);
        assert_in_range(f->n_frames, 86, 88);
        assert_float_equal(f->level_db[40], 20.0 * log10(0.25 / sqrt(2.0)), 0.01);
        assert_float_equal(f->centroid_hz[40], 440.0, 15.0);
        assert_float_equal(attune_analysis_duration_s(a), 2.0, 1e-9);
        attune_release(x);
    }
    attune_analysis_free(a);
}

static void odd_inputs_are_defined(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    float x[441] = {0};
    x[3] = NAN;
    x[4] = INFINITY;
    x[5] = 1e30f;
    const struct attune_frames *f = frames_of(a, x, 441, 1, 44100); /* 10 ms */
    assert_int_equal(f->n_frames, 1);
    assert_true(isfinite(f->level_db[0]) && isfinite(f->centroid_hz[0]));
    f = frames_of(a, x + 10, 1, 1, 44100);
    assert_true(f->n_frames >= 1 && f->silent[0]);
    struct attune_audio_source source;
    struct attune_err err = ATTUNE_ERR_INIT;
    attune_audio_from_memory(&source, x, 0, 1, 44100);
    assert_int_equal(attune_analysis_load_audio(a, &source, NEEDS, &err), ATTUNE_E_INPUT);
    attune_audio_from_memory(&source, x, 441, 1, 1000);
    assert_int_equal(attune_analysis_load_audio(a, &source, NEEDS, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "at least 2000 Hz"));
    attune_analysis_free(a);
}

/* An endless source, in order to test lengths without the memory for them. */
static size_t read_noise(struct attune_audio_source *source, float *x, size_t n)
{
    const uint64_t left = source->n_frames - source->position;
    n = left < n ? (size_t)left : n;
    for (size_t i = 0; i < n * source->n_channels; i++) {
        x[i] = (float)((source->position * 2654435761u + i * 40503u) % 65536u) / 65536.0f - 0.5f;
    }
    source->position += n;
    return n;
}

static void warm_frames_do_not_allocate(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    uint64_t count[3];
    for (int round = 0; round < 3; round++) {
        struct attune_audio_source source = {
            .rate_hz = 44100, .n_channels = 2, .read = read_noise,
            .n_frames = 44100 * (round == 1 ? 30 : 60)};
        const uint64_t before = attune_mem_count();
        assert_int_equal(attune_analysis_load_audio(a, &source, NEEDS, NULL), ATTUNE_OK);
        count[round] = attune_mem_count() - before;
    }
    /* Warm, a sample costs the same few allocations (its resampler) whatever its length. */
    assert_int_equal(count[1], count[2]);
    assert_true(count[2] <= 4);
    attune_analysis_free(a);
}

static void absurd_lengths_are_refused(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    struct attune_audio_source source = {
        .rate_hz = 2000, .n_channels = 1, .read = read_noise, .n_frames = 2000ull * 3600 * 25};
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_analysis_load_audio(a, &source, 0, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "12 hours"));
    assert_int_equal(source.position, 0); /* refused by the header, before anything is read */
    attune_analysis_free(a);
}

static void failed_allocations_are_reported(void **state)
{
    float *x = attune_alloc(44100, sizeof *x);
    for (uint64_t n = 1; n < 60; n++) {
        struct attune_analysis *a = attune_analysis_new(NULL);
        struct attune_audio_source source;
        attune_audio_from_memory(&source, x, 44100, 1, 44100);
        attune_mem_fail_after(n);
        const uint64_t before = attune_mem_count();
        const enum attune_code code = attune_analysis_load_audio(a, &source, NEEDS, NULL);
        const int reached = attune_mem_count() - before >= n;
        attune_mem_fail_after(0);
        assert_int_equal(code, reached ? ATTUNE_E_MEMORY : ATTUNE_OK);
        attune_analysis_free(a);
    }
    attune_release(x);
}

static double ticks;
static double tick(void)
{
    return ticks += 1.0;
}

static void stages_are_timed_on_request(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    float x[9000] = {0.5f};
    frames_of(a, x, 9000, 1, 44100);
    assert_float_equal(attune_analysis_stage_times(a).base_s, 0.0, 0.0);
    attune_analysis_set_clock(a, tick);
    frames_of(a, x, 9000, 1, 44100);
    const struct attune_stage_times t = attune_analysis_stage_times(a);
    assert_true(t.decode_s > 0 && t.levels_s > 0 && t.resample_s > 0 && t.base_s > 0 &&
                t.harmonic_s > 0);
    attune_analysis_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_logarithm_is_accurate),
        cmocka_unit_test(mel_filters_have_unit_area),
        cmocka_unit_test(frames_are_centred),
        cmocka_unit_test(noise_is_flat),
        cmocka_unit_test(rates_and_channels_agree),
        cmocka_unit_test(odd_inputs_are_defined),
        cmocka_unit_test(warm_frames_do_not_allocate),
        cmocka_unit_test(absurd_lengths_are_refused),
        cmocka_unit_test(failed_allocations_are_reported),
        cmocka_unit_test(stages_are_timed_on_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
