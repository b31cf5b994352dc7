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

/* Coefficients of the value `fraction` of a sample after the tap at TAPS/2 - 1; unit gain at DC. */
static float design(float *filter, double fraction)
{
    static const double BETA = 6.0; /* stop band below -60 dB */
    double h[TAPS], sum = 0.0, absolute = 0.0;
    for (int t = 0; t < TAPS; t++) {
        const double d = (double)(t - (TAPS / 2 - 1)) - fraction;
        const double u = d / (TAPS / 2);
        const double window = fabs(u) < 1.0 ? bessel_i0(BETA * sqrt(1.0 - u * u)) : 0.0;
        h[t] = (d == 0.0 ? 1.0 : sin(M_PI * d) / (M_PI * d)) * window;
        sum += h[t];
    }
    for (int t = 0; t < TAPS; t++) {
        filter[t] = (float)(h[t] / sum);
        absolute += fabs((double)filter[t]);
    }
    return (float)(absolute * 1.00001); /* covers the rounding of the sums */
}

void attune_true_peak_begin(struct attune_true_peak *meter, uint32_t rate_hz)
{
    *meter = (struct attune_true_peak){.n_phases = rate_hz < 96000 ? 3 : rate_hz < 192000 ? 1 : 0};
    for (size_t p = 0; p < meter->n_phases; p++) {
        const float gain =
            design(meter->filter[p], (double)(p + 1) / (double)(meter->n_phases + 1));
        meter->max_gain = fmaxf(meter->max_gain, gain);
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

void attune_true_peak_feed(struct attune_true_peak *meter, const float *x, size_t n)
{
    for (size_t start = 0; start < n; start += BLOCK) {
        const size_t n_now = n - start < BLOCK ? n - start : BLOCK;
        const float *first = x + start - (TAPS - 1); /* first tap of the block's first value */
        meter->peak = fmaxf(meter->peak, largest(x + start, n_now));
        if (largest(first, n_now + TAPS - 1) * meter->max_gain <= meter->peak) {
            continue;
        }
        for (size_t p = 0; p < meter->n_phases; p++) {
            size_t i = 0;
            for (; i + LANES <= n_now; i += LANES) {
                meter->peak = fmaxf(meter->peak, interpolate(meter->filter[p], first + i));
            }
            for (; i < n_now; i++) {
                meter->peak = fmaxf(meter->peak, interpolate_one(meter->filter[p], first + i));
            }
        }
    }
}
