/* Signals whose measures are known in closed form. All add to x, (n, n_channels) interleaved. */
#ifndef ATTUNE_TESTS_SUPPORT_TONES_H
#define ATTUNE_TESTS_SUPPORT_TONES_H

#include <math.h>
#include <stddef.h>

#include "base/rng.h"

static inline void add_sine(float *x, size_t n, size_t n_channels, double rate_hz, double hz,
                            double amplitude, double phase)
{
    for (size_t i = 0; i < n; i++) {
        const double y = amplitude * sin(2.0 * M_PI * hz * (double)i / rate_hz + phase);
        for (size_t c = 0; c < n_channels; c++) {
            x[i * n_channels + c] += (float)y;
        }
    }
}

/* A short decaying beep at each time, mono. */
static inline void add_beeps(float *x, size_t n, double rate_hz, const double *time_s,
                             size_t n_times, double hz, double amplitude)
{
    for (size_t k = 0; k < n_times; k++) {
        const size_t start = (size_t)(time_s[k] * rate_hz);
        for (size_t i = 0; i < (size_t)(0.04 * rate_hz) && start + i < n; i++) {
            const double t = (double)i / rate_hz;
            const double envelope = exp(-t / 0.007) * (1.0 - exp(-t / 0.001));
            x[start + i] += (float)(amplitude * envelope * sin(2.0 * M_PI * hz * t));
        }
    }
}

/* Times every 60/bpm s from start_s on to end_s, each moved by a normal deviate; returns how many.
 */
static inline size_t jittered_beats(double bpm, double start_s, double end_s, double jitter_s,
                                    struct attune_rng *rng, double *time_s)
{
    size_t n = 0;
    for (double t = start_s; t < end_s; t += 60.0 / bpm) {
        time_s[n++] = t + jitter_s * attune_rng_normal(rng);
    }
    return n;
}

#endif
