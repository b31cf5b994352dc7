/* Onset strength envelope at a fixed frame rate, both modalities.
 * Audio: log-mel flux, 128 bands, hop 512 at 22 050 Hz, local mean removed, half-wave rectified.
 * Symbolic: at the same frame rate, each note adds its velocity weight at its onset (the same
 * smoothing). */
#ifndef ATTUNE_METRICS_ANALYSIS_ONSET_H
#define ATTUNE_METRICS_ANALYSIS_ONSET_H

#include "metrics/analysis/analysis.h"

struct attune_onset {
    const char *why;
    size_t n_frames;
    double rate_hz;    /* frames per second: 22050 / 512 */
    const float *env;  /* (n_frames,) >= 0; frame i is centred on i / rate_hz seconds */
};

const struct attune_onset *attune_analysis_onset(struct attune_analysis *analysis);

#endif
