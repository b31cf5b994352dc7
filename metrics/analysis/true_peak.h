/* True peak (ITU-R BS.1770-4, annex 2): the largest absolute value of the signal oversampled to at
 * least 176.4 kHz.
 *
 * Blocks that cannot hold a new maximum are not oversampled; the result is the same. A value
 * between two samples lies at most max_bend times the largest second difference around it beyond
 * the larger of the two: the filters reproduce straight lines exactly, so what they add to linear
 * interpolation is a filter applied to second differences. */
#ifndef ATTUNE_METRICS_ANALYSIS_TRUE_PEAK_H
#define ATTUNE_METRICS_ANALYSIS_TRUE_PEAK_H

#include <stddef.h>
#include <stdint.h>

enum {
    ATTUNE_PEAK_TAPS = 24,  /* per phase */
    ATTUNE_PEAK_PHASES = 3, /* between two samples, at fourfold oversampling */
};

struct attune_true_peak {
    size_t n_phases; /* 3 below 96 kHz, 1 below 192 kHz, 0 above */
    float filter[ATTUNE_PEAK_PHASES][ATTUNE_PEAK_TAPS];
    float max_bend;  /* largest sum of |coefficients| on second differences of a phase */
    float peak;      /* so far, over all channels; of all but the latest TAPS/2 samples */
};

void attune_true_peak_begin(struct attune_true_peak *meter, uint32_t rate_hz);

/* One channel: samples x[-(ATTUNE_PEAK_TAPS - 1)] .. x[n - 1] are read; the values between the
 * samples of the channel are covered once each when successive calls continue one another. */
void attune_true_peak_feed(struct attune_true_peak *meter, const float *x, size_t n);

#endif
