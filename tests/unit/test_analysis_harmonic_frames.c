/* Spectral peaks of the long spectrogram, on sines whose spectrum is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/fft.h"
#include "base/mem.h"
#include "metrics/analysis/harmonic_frames.h"

#define RATE 22050.0
#define TAU 6.283185307179586

enum { N_BINS = ATTUNE_HARMONIC_SIZE / 2 + 1 };

struct sine {
    double hz, amplitude;
};

static void push(struct attune_harmonic_frames *frames, struct attune_fft *fft,
                 const struct sine *sines, size_t n)
{
    float *time = attune_fft_time(fft);
    for (size_t t = 0; t < ATTUNE_HARMONIC_SIZE; t++) {
        double x = 0.0;
        for (size_t i = 0; i < n; i++) {
            x += sines[i].amplitude * sin(TAU * sines[i].hz * (double)t / RATE);
        }
        time[t] = (float)(x * (0.5 - 0.5 * cos(TAU * (double)t / ATTUNE_HARMONIC_SIZE)));
    }
    attune_fft_forward(fft);
    float power[N_BINS];
    for (size_t k = 0; k < N_BINS; k++) {
        const float complex z = attune_fft_spectrum(fft)[k];
        power[k] = crealf(z) * crealf(z) + cimagf(z) * cimagf(z);
    }
    assert_true(attune_harmonic_frames_push(frames, power));
}

static void sines_are_found_with_frequency_and_amplitude(void **state)
{
    struct attune_harmonic_frames *frames = attune_harmonic_frames_new(RATE);
    struct attune_fft *fft = attune_fft_new(ATTUNE_HARMONIC_SIZE, NULL);
    const struct sine sines[] = {{110.0, 0.3}, {220.7, 0.2}, {1318.5, 0.1}, {3999.3, 0.05}};
    push(frames, fft, sines, 4);
    size_t n;
    const struct attune_peak *peaks = attune_harmonic_frames_peaks(frames, 0, &n);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        /* .02 bins of 2.69 Hz; the parabola's amplitude bias for Hann is below 0.1 dB */
        assert_true(fabs(peaks[i].hz - sines[i].hz) < 0.06);
        assert_true(fabs(peaks[i].amplitude / sines[i].amplitude - 1.0) < 0.012);
    }
    /* 3.999 kHz lies outside the band of the power */
    const double expected = (0.3 * 0.3 + 0.2 * 0.2 + 0.1 * 0.1) / 2.0;
    assert_true(fabs(attune_harmonic_frames_power(frames, 0) / expected - 1.0) < 1e-3);
    attune_fft_free(fft);
    attune_harmonic_frames_free(frames);
}

static void silence_has_no_peaks_and_a_warm_store_does_not_allocate(void **state)
{
    struct attune_harmonic_frames *frames = attune_harmonic_frames_new(RATE);
    static const float nothing[N_BINS];
    float comb[N_BINS];
    for (size_t k = 0; k < N_BINS; k++) {
        comb[k] = k % 4 == 0 ? (float)(k + 1) : 0.0f;
    }
    uint64_t before = 0;
    for (int round = 0; round < 2; round++) {
        attune_harmonic_frames_reset(frames);
        before = attune_mem_count();
        for (int i = 0; i < 200; i++) {
            assert_true(attune_harmonic_frames_push(frames, i % 2 ? comb : nothing));
        }
    }
    assert_int_equal(attune_mem_count(), before);
    assert_int_equal(attune_harmonic_frames_count(frames), 200);
    size_t n;
    attune_harmonic_frames_peaks(frames, 198, &n);
    assert_int_equal(n, 0);
    attune_harmonic_frames_peaks(frames, 199, &n);
    assert_int_equal(n, ATTUNE_HARMONIC_PEAKS); /* the strongest, which here are the highest */
    attune_harmonic_frames_free(frames);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sines_are_found_with_frequency_and_amplitude),
        cmocka_unit_test(silence_has_no_peaks_and_a_warm_store_does_not_allocate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
