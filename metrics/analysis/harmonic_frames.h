/* What the long spectrogram leaves behind, frame by frame: the front end pushes power spectra,
 * this keeps the strongest spectral peaks of each, from which tuning, chroma, chords and roughness
 * are computed later. At most ATTUNE_HARMONIC_PEAKS peaks of 8 bytes a frame: below 4.2 KiB per
 * second of music, in practice about 2. */
#ifndef ATTUNE_METRICS_ANALYSIS_HARMONIC_FRAMES_H
#define ATTUNE_METRICS_ANALYSIS_HARMONIC_FRAMES_H

#include "metrics/analysis/analysis.h"

enum { ATTUNE_HARMONIC_SIZE = 8192, ATTUNE_HARMONIC_HOP = 2048, ATTUNE_HARMONIC_PEAKS = 48 };

struct attune_peak {
    float hz;        /* interpolated between bins */
    float amplitude; /* of the sinusoid that would make this peak; full scale = 1 */
};

struct attune_harmonic_frames; /* per-sample store */

/* Made once per analysis, emptied per sample (reset keeps the memory); NULL when out of memory. */
struct attune_harmonic_frames *attune_harmonic_frames_new(double rate_hz);
void attune_harmonic_frames_free(struct attune_harmonic_frames *frames);
void attune_harmonic_frames_reset(struct attune_harmonic_frames *frames);

/* One centred Hann frame: power spectrum (ATTUNE_HARMONIC_SIZE/2 + 1,), |X|^2, X unscaled from a
 * periodic Hann window. Returns 0 when out of memory. No allocation once warm. */
int attune_harmonic_frames_push(struct attune_harmonic_frames *frames, const float *power);

size_t attune_harmonic_frames_count(const struct attune_harmonic_frames *frames);
double attune_harmonic_frames_hop_s(const struct attune_harmonic_frames *frames);

/* The peaks of frame i, ascending in frequency; *n_peaks receives their number. */
const struct attune_peak *attune_harmonic_frames_peaks(const struct attune_harmonic_frames *frames,
                                                       size_t i, size_t *n_peaks);

/* Power of frame i between 55 and 2000 Hz; a full-scale sine there gives 0.5. */
float attune_harmonic_frames_power(const struct attune_harmonic_frames *frames, size_t i);

#endif
