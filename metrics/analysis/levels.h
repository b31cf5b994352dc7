/* Loudness, peaks and defects of the sound at its own rate and channels: what the front end's meter
 * saw. */
#ifndef ATTUNE_METRICS_ANALYSIS_LEVELS_H
#define ATTUNE_METRICS_ANALYSIS_LEVELS_H

#include "metrics/analysis/analysis.h"

struct attune_levels {
    const char *why;
    uint32_t rate_hz, n_channels;
    uint64_t n_samples; /* per channel */

    /* EBU R128 (ITU-R BS.1770-4, EBU Tech 3342), over all channels. */
    const char *integrated_why; /* NULL when integrated_lufs is there */
    double integrated_lufs;
    const char *range_why;      /* NULL when range_lu is there */
    double range_lu;
    size_t n_momentary;
    const float *momentary_lufs; /* (n_momentary,) 400 ms from i * 100 ms on; floor -120 */
    size_t n_short_term;
    const float *short_term_lufs; /* (n_short_term,) 3 s from i * 100 ms on; floor -120 */

    double sample_peak;  /* largest |x| */
    const char *true_peak_why;
    double true_peak;    /* linear, of the oversampled signal; at least sample_peak */
    double rms;          /* over all samples and channels */
    double dc_offset;    /* largest |mean| of a channel */
    uint64_t n_clipped;  /* samples in runs of 3 or more at full scale, all channels */
    const char *correlation_why;
    double correlation;  /* of the first two channels */
    uint64_t n_clicks;
};

const struct attune_levels *attune_analysis_levels(struct attune_analysis *analysis);

#endif
