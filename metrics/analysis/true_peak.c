/* Polyphase interpolation by a sinc under a Kaiser window. */
#include "metrics/analysis/true_peak.h"

#include <math.h>

enum { TAPS = ATTUNE_PEAK_TAPS, BLOCK = 64, LANES = 16 };

/* Modified Bessel function of the first kind, order 0, by its series. */
static double bessel_i0(double x)
{
    double term = 1.0, sum = 1.0;
    for (int k = 1; k < 40; k++) {
        term *= (x / (2.0 * k)) * (x / (2.0 * k));
        sum += term;
    }
    return sum;
}

/* Coefficients of the value `fraction` of a sample after the tap at TAPS/2 - 1, with unit gain at
 * DC and straight lines kept. Returns the sum of |g|, g being what the filter does to second
 * differences beyond linear interpolation: filter - linear = g convolved with (1, -2, 1). */
static float design(float *filter, double fraction)
{
    static const double BETA = 6.0; /* stop band below -60 dB */
    enum { CENTRE = TAPS / 2 - 1 };
    double h[TAPS], sum = 0.0, moment = 0.0;
    for (int t = 0; t < TAPS; t++) {
        const double d = (double)(t - CENTRE) - fraction;
        const double u = d / (TAPS / 2);
        const double window = fabs(u) < 1.0 ? bessel_i0(BETA * sqrt(1.0 - u * u)) : 0.0;
        h[t] = (d == 0.0 ? 1.0 : sin(M_PI * d) / (M_PI * d)) * window;
        sum += h[t];
    }
    for (int t = 0; t < TAPS; t++) {
        h[t] /= sum;
        moment += h[t] * (double)(t - CENTRE);
    }
    h[CENTRE] += moment - fraction;
    h[CENTRE + 1] -= moment - fraction;
    double slope = 0.0, g = 0.0, absolute = 0.0;
    for (int t = 0; t < TAPS; t++) {
        filter[t] = (float)h[t];
        const double linear = t == CENTRE ? 1.0 - fraction : t == CENTRE + 1 ? fraction : 0.0;
        slope += h[t] - linear;
        g += slope;
        absolute += fabs(g);
    }
    return (float)absolute;
}

void attune_true_peak_begin(struct attune_true_peak *meter, uint32_t rate_hz)
{
    *meter = (struct attune_true_peak){.n_phases = rate_hz < 96000 ? 3 : rate_hz < 192000 ? 1 : 0};
    for (size_t p = 0; p < meter->n_phases; p++) {
        const float bend =
            design(meter->filter[p], (double)(p + 1) / (double)(meter->n_phases + 1));
        meter->max_bend = bend > meter->max_bend ? bend : meter->max_bend;
    }
}

static float largest(const float *restrict x, size_t n)
{
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            const float a = fabsf(x[i + j]);
            lanes[j] = a > lanes[j] ? a : lanes[j];
        }
    }
    for (; i < n; i++) {
        const float a = fabsf(x[i]);
        lanes[0] = a > lanes[0] ? a : lanes[0];
    }
    for (size_t j = 1; j < LANES; j++) {
        lanes[0] = lanes[j] > lanes[0] ? lanes[j] : lanes[0];
    }
    return lanes[0];
}

/* Largest |second difference| of n + 2 samples. */
static float largest_bend(const float *restrict x, size_t n)
{
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            const float a = fabsf((x[i + j + 2] - x[i + j + 1]) - (x[i + j + 1] - x[i + j]));
            lanes[j] = a > lanes[j] ? a : lanes[j];
        }
    }
    for (; i < n; i++) {
        const float a = fabsf((x[i + 2] - x[i + 1]) - (x[i + 1] - x[i]));
        lanes[0] = a > lanes[0] ? a : lanes[0];
    }
    for (size_t j = 1; j < LANES; j++) {
        lanes[0] = lanes[j] > lanes[0] ? lanes[j] : lanes[0];
    }
    return lanes[0];
}

/* Largest interpolated value of LANES positions; x points at the first tap of the first. */
static float interpolate(const float filter[TAPS], const float *restrict x)
{
    float sum[LANES] = {0};
    for (size_t t = 0; t < TAPS; t++) {
        for (size_t j = 0; j < LANES; j++) {
            sum[j] += filter[t] * x[t + j];
        }
    }
    return largest(sum, LANES);
}

static float interpolate_one(const float filter[TAPS], const float *x)
{
    float sum = 0.0f;
    for (size_t t = 0; t < TAPS; t++) {
        sum += filter[t] * x[t];
    }
    return fabsf(sum);
}

static float oversample(const struct attune_true_peak *meter, const float *first, size_t n)
{
    float peak = 0.0f;
    for (size_t p = 0; p < meter->n_phases; p++) {
        size_t i = 0;
        for (; i + LANES <= n; i += LANES) {
            const float y = interpolate(meter->filter[p], first + i);
            peak = y > peak ? y : peak;
        }
        for (; i < n; i++) {
            const float y = interpolate_one(meter->filter[p], first + i);
            peak = y > peak ? y : peak;
        }
    }
    return peak;
}

void attune_true_peak_feed(struct attune_true_peak *meter, const float *x, size_t n)
{
    static const float ROUNDING = 1.0001f;
    for (size_t start = 0; start < n; start += BLOCK) {
        const size_t n_now = n - start < BLOCK ? n - start : BLOCK;
        const float *first = x + start - (TAPS - 1); /* first tap of the block's first value */
        /* The block's values lie between the samples first + TAPS/2 - 1 and first + TAPS/2 + n_now
         * - 1. */
        const float within = largest(first + TAPS / 2 - 1, n_now + 1);
        meter->peak = within > meter->peak ? within : meter->peak;
        if (meter->n_phases == 0) {
            continue;
        }
        const float bend = largest_bend(first, n_now + TAPS - 3);
        if ((within + meter->max_bend * bend) * ROUNDING > meter->peak) {
            const float y = oversample(meter, first, n_now);
            meter->peak = y > meter->peak ? y : meter->peak;
        }
    }
}
