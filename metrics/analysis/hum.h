/* Mains hum: how far the lines of 50 or 60 Hz and their first harmonics stand out.
 *
 * Hum never pauses, notes do: per second the smallest power of each low bin of the long spectrogram
 * is kept, and the 10th percentile over the seconds is the spectrum of what is always there. A
 * harmonic of the mains counts when that spectrum peaks within 0.7 Hz of it: the equal-tempered
 * notes nearest to 50 and 60 Hz and their octaves lie at least 1 Hz off. */
#ifndef ATTUNE_METRICS_ANALYSIS_HUM_H
#define ATTUNE_METRICS_ANALYSIS_HUM_H

#include "metrics/analysis/harmonic_frames.h"

enum { ATTUNE_HUM_BINS = 96 }; /* up to 258 Hz */

struct attune_hum {
    float *minima;    /* (n_seconds, ATTUNE_HUM_BINS) the last row is under way */
    size_t n_seconds, capacity;
    size_t n_frames;  /* pushed, silent ones left out */
};

void attune_hum_reset(struct attune_hum *hum);

/* power: (ATTUNE_HARMONIC_SIZE/2 + 1,). Returns 0 when out of memory. */
int attune_hum_push(struct attune_hum *hum, const float *power);

/* The strongest line over its surroundings in dB; 0 without hum. scratch: (n_seconds,). n_frames >
 * 0. */
double attune_hum_db(const struct attune_hum *hum, double rate_hz, double *scratch);

#endif
