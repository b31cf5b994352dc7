/* Spectral peaks of the long spectrogram.
 *
 * A peak is a local maximum between 50 and 5000 Hz, at most 50 dB below the frame's strongest; the
 * strongest ATTUNE_HARMONIC_PEAKS are kept. Frequency and amplitude are those of a parabola
 * through the logarithms of three bins (Smith & Serra 1987); for a Hann window its bias stays
 * below .02 bins. */
#include "metrics/analysis/harmonic_frames.h"

#include <math.h>

#define LOWEST_HZ 50.0
#define HIGHEST_HZ 5000.0
#define BAND_LOW_HZ 55.0
#define BAND_HIGH_HZ 2000.0
#define FLOOR_POWER 1e-5f /* 50 dB below the frame's strongest bin */

enum { MAX_CANDIDATES = 1024 };

struct attune_harmonic_frames {
    double bin_hz, hop_s;
    size_t first_bin, end_bin; /* range searched for peaks */
    size_t band_first, band_end;
    struct attune_peak *peaks; /* of all frames, one after the other */
    size_t n_peaks, peaks_capacity;
    size_t *first_peak; /* (n_frames,) */
    size_t first_capacity;
    float *band_power; /* (n_frames,) */
    size_t power_capacity;
    size_t n_frames;
};

struct attune_harmonic_frames *attune_harmonic_frames_new(double rate_hz)
{
    struct attune_harmonic_frames *frames = attune_alloc(1, sizeof *frames);
    if (!frames) {
        return NULL;
    }
    const size_t n_bins = ATTUNE_HARMONIC_SIZE / 2 + 1;
    frames->bin_hz = rate_hz / ATTUNE_HARMONIC_SIZE;
    frames->hop_s = ATTUNE_HARMONIC_HOP / rate_hz;
    frames->first_bin = (size_t)ceil(LOWEST_HZ / frames->bin_hz);
    frames->end_bin = (size_t)(HIGHEST_HZ / frames->bin_hz) + 1;
    frames->band_first = (size_t)ceil(BAND_LOW_HZ / frames->bin_hz);
    frames->band_end = (size_t)(BAND_HIGH_HZ / frames->bin_hz) + 1;
    frames->end_bin = frames->end_bin < n_bins ? frames->end_bin : n_bins - 1;
    frames->band_end = frames->band_end < n_bins ? frames->band_end : n_bins - 1;
    return frames;
}

void attune_harmonic_frames_free(struct attune_harmonic_frames *frames)
{
    if (frames) {
        attune_release(frames->peaks);
        attune_release(frames->first_peak);
        attune_release(frames->band_power);
        attune_release(frames);
    }
}

void attune_harmonic_frames_reset(struct attune_harmonic_frames *frames)
{
    frames->n_frames = 0;
    frames->n_peaks = 0;
}

/* Local maxima above the floor, strongest MAX_CANDIDATES at the low end of the spectrum; returns
 * how many. A plateau of two equal bins counts once. */
static size_t find_maxima(const struct attune_harmonic_frames *frames, const float *power,
                          float floor, unsigned short *bins)
{
    size_t n = 0;
    for (size_t k = frames->first_bin; k < frames->end_bin && n < MAX_CANDIDATES; k++) {
        if (power[k] > floor && power[k] > power[k - 1] && power[k] >= power[k + 1]) {
            bins[n++] = (unsigned short)k;
        }
    }
    return n;
}

/* The n_wanted-th largest of n powers (quickselect; reorders values). 0 < n_wanted <= n. */
static float nth_largest(float *values, size_t n, size_t n_wanted)
{
    size_t lo = 0, hi = n - 1, target = n_wanted - 1;
    while (lo < hi) {
        const float pivot = values[lo + (hi - lo) / 2];
        size_t i = lo, j = hi;
        while (i <= j) {
            while (values[i] > pivot) {
                i++;
            }
            while (values[j] < pivot) {
                j--;
            }
            if (i <= j) {
                const float swap = values[i];
                values[i++] = values[j];
                values[j] = swap;
                if (j == 0) {
                    break;
                }
                j--;
            }
        }
        if (target <= j) {
            hi = j;
        } else if (target >= i) {
            lo = i;
        } else {
            break;
        }
    }
    return values[target];
}

/* Drops all but the strongest ATTUNE_HARMONIC_PEAKS maxima, keeping their order. */
static size_t keep_strongest(const float *power, unsigned short *bins, size_t n)
{
    if (n <= ATTUNE_HARMONIC_PEAKS) {
        return n;
    }
    float values[MAX_CANDIDATES];
    for (size_t i = 0; i < n; i++) {
        values[i] = power[bins[i]];
    }
    const float least = nth_largest(values, n, ATTUNE_HARMONIC_PEAKS);
    size_t kept = 0;
    for (size_t i = 0; i < n && kept < ATTUNE_HARMONIC_PEAKS; i++) {
        if (power[bins[i]] >= least) {
            bins[kept++] = bins[i];
        }
    }
    return kept;
}

/* The sinusoid behind a maximum at bin k. A full-scale sine has |X| = size/4 under a Hann window.
 */
static struct attune_peak interpolate(const float *power, size_t k, double bin_hz)
{
    const float tiny = 1e-30f;
    const float left = logf(power[k - 1] + tiny), mid = logf(power[k] + tiny),
                right = logf(power[k + 1] + tiny);
    const float curvature = left - 2.0f * mid + right;
    const float offset = curvature < 0.0f ? 0.5f * (left - right) / curvature : 0.0f;
    const float log_power = mid - 0.25f * (left - right) * offset;
    return (struct attune_peak){
        .hz = (float)(((double)k + offset) * bin_hz),
        .amplitude = expf(0.5f * log_power) * (4.0f / ATTUNE_HARMONIC_SIZE),
    };
}

static int make_room(struct attune_harmonic_frames *frames, size_t n_new)
{
    while (frames->peaks_capacity < frames->n_peaks + n_new) {
        if (!attune_grow((void **)&frames->peaks, &frames->peaks_capacity, frames->peaks_capacity,
                         sizeof *frames->peaks)) {
            return 0;
        }
    }
    return attune_grow((void **)&frames->first_peak, &frames->first_capacity, frames->n_frames,
                       sizeof *frames->first_peak) &&
           attune_grow((void **)&frames->band_power, &frames->power_capacity, frames->n_frames,
                       sizeof *frames->band_power);
}

/* Sum over the band, scaled so that a sine of amplitude a gives a^2/2 (Parseval for a Hann
 * window). */
static float sum_band(const struct attune_harmonic_frames *frames, const float *power)
{
    double sums[8] = {0.0};
    size_t k = frames->band_first;
    for (; k + 8 <= frames->band_end; k += 8) {
        for (size_t i = 0; i < 8; i++) {
            sums[i] += power[k + i];
        }
    }
    for (; k < frames->band_end; k++) {
        sums[0] += power[k];
    }
    const double total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
                         ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    const double size = ATTUNE_HARMONIC_SIZE;
    return (float)(total * 2.0 / (size * size * 0.375));
}

int attune_harmonic_frames_push(struct attune_harmonic_frames *frames, const float *power)
{
    unsigned short bins[MAX_CANDIDATES];
    float maxima[8] = {0.0f};
    size_t k = frames->first_bin;
    for (; k + 8 <= frames->end_bin; k += 8) {
        for (size_t i = 0; i < 8; i++) {
            maxima[i] = power[k + i] > maxima[i] ? power[k + i] : maxima[i];
        }
    }
    for (; k < frames->end_bin; k++) {
        maxima[0] = power[k] > maxima[0] ? power[k] : maxima[0];
    }
    float strongest = 0.0f;
    for (size_t i = 0; i < 8; i++) {
        strongest = maxima[i] > strongest ? maxima[i] : strongest;
    }

    size_t n = find_maxima(frames, power, strongest * FLOOR_POWER, bins);
    n = keep_strongest(power, bins, n);
    if (!make_room(frames, n)) {
        return 0;
    }
    frames->first_peak[frames->n_frames] = frames->n_peaks;
    frames->band_power[frames->n_frames] = sum_band(frames, power);
    for (size_t i = 0; i < n; i++) {
        frames->peaks[frames->n_peaks++] = interpolate(power, bins[i], frames->bin_hz);
    }
    frames->n_frames++;
    return 1;
}

size_t attune_harmonic_frames_count(const struct attune_harmonic_frames *frames)
{
    return frames->n_frames;
}

double attune_harmonic_frames_hop_s(const struct attune_harmonic_frames *frames)
{
    return frames->hop_s;
}

const struct attune_peak *attune_harmonic_frames_peaks(const struct attune_harmonic_frames *frames,
                                                       size_t i, size_t *n_peaks)
{
    const size_t first = frames->first_peak[i];
    const size_t end = i + 1 < frames->n_frames ? frames->first_peak[i + 1] : frames->n_peaks;
    *n_peaks = end - first;
    return frames->peaks + first;
}

float attune_harmonic_frames_power(const struct attune_harmonic_frames *frames, size_t i)
{
    return frames->band_power[i];
}
