/* Mains hum: how far the lines of 50 or 60 Hz and their first harmonics stand out in the quiet moments.
 *
 * Per frame of the long spectrogram, the power in the four lowest harmonics of each mains frequency (3 bins
 * each) and in the bins beside them (4 and 5 bins off, scaled to 3 bins). Hum never pauses, notes do:
 * the 10th percentiles over time are compared. */
#ifndef ATTUNE_METRICS_ANALYSIS_HUM_H
#define ATTUNE_METRICS_ANALYSIS_HUM_H

#include "metrics/analysis/harmonic_frames.h"

enum { ATTUNE_N_MAINS = 2 }; /* 50 and 60 Hz */

struct attune_hum_frame {
    float line[ATTUNE_N_MAINS], beside[ATTUNE_N_MAINS];
};

struct attune_hum {
    struct attune_hum_frame *frames; /* (n_frames,) those that are not silent */
    size_t n_frames, capacity;
};

/* power: (ATTUNE_HARMONIC_SIZE/2 + 1,). Returns 0 when out of memory. */
int attune_hum_push(struct attune_hum *hum, const float *power, double rate_hz);

/* Line over surroundings in dB, the larger of both mains. scratch: (n_frames,). n_frames > 0. */
double attune_hum_db(const struct attune_hum *hum, double *scratch);

#endif
