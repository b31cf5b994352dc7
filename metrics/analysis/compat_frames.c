/* librosa's features of one frame. The quirks (magnitude for some, power for others, absolute
 * floors) are librosa's. */
#include "metrics/analysis/compat_frames.h"

#include <math.h>

enum {
    N_BINS = ATTUNE_FRAME_SIZE / 2 + 1,
    MAX_FRAMES = 3600 * ATTUNE_ANALYSIS_RATE / ATTUNE_FRAME_HOP
};

static const double BIN_HZ = (double)ATTUNE_ANALYSIS_RATE / ATTUNE_FRAME_SIZE;

/* Position on the chroma scale, in semitones above the C sixteen times below 440 Hz's octave. Bin 0
 * has none and is put an octave and a half below bin 1. */
static double semitones(size_t bin)
{
    return bin ? 12.0 * log2((double)bin * BIN_HZ / (440.0 / 16.0)) : semitones(1) - 18.0;
}

/* Gaussians around each pitch class, as wide as a bin, 2-norm per bin, under a Gaussian over
 * octaves centred on the fifth above 27.5 Hz, two octaves wide. */
static void fill_chroma_bank(float *bank)
{
    for (size_t k = 0; k < N_BINS; k++) {
        const double s = semitones(k);
        const double width = fmax(semitones(k + 1) - s, 1.0);
        double w[12], squares = 0.0;
        for (int c = 0; c < 12; c++) {
            double d = fmod(s - c + 6.0 + 120.0, 12.0);
            d = (d < 0.0 ? d + 12.0 : d) - 6.0;
            w[c] = exp(-0.5 * (2.0 * d / width) * (2.0 * d / width));
            squares += w[c] * w[c];
        }
        const double octave = (s / 12.0 - 5.0) / 2.0;
        const double scale = exp(-0.5 * octave * octave) / sqrt(squares);
        for (int c = 0; c < 12; c++) {
            /* Row 0 of the formula is A; the bank begins with C. */
            bank[(size_t)((c + 9) % 12) * N_BINS + k] = (float)(w[c] * scale);
        }
    }
}

static int make_tables(struct attune_compat_frames *frames)
{
    *frames = (struct attune_compat_frames){
        .fft = attune_fft_double_new(ATTUNE_FRAME_SIZE),
        .window = attune_alloc(ATTUNE_FRAME_SIZE, sizeof *frames->window),
        .chroma_bank = attune_alloc(12 * (size_t)N_BINS, sizeof *frames->chroma_bank),
    };
    if (!frames->fft || !frames->window || !frames->chroma_bank) {
        attune_compat_frames_release(frames);
        return 0;
    }
    for (size_t i = 0; i < ATTUNE_FRAME_SIZE; i++) {
        frames->window[i] = 0.5 - 0.5 * cos(2.0 * M_PI * (double)i / ATTUNE_FRAME_SIZE);
    }
    fill_chroma_bank(frames->chroma_bank);
    return 1;
}

int attune_compat_frames_begin(struct attune_compat_frames *frames)
{
    if (!frames->fft && !make_tables(frames)) {
        return 0;
    }
    memset(frames->sum, 0, sizeof frames->sum);
    memset(frames->squares, 0, sizeof frames->squares);
    frames->n_frames = 0;
    frames->too_long = false;
    return 1;
}

void attune_compat_frames_release(struct attune_compat_frames *frames)
{
    attune_fft_double_free(frames->fft);
    attune_release(frames->window);
    attune_release(frames->chroma_bank);
    attune_release(frames->mel);
    *frames = (struct attune_compat_frames){0};
}

/* First bin up to which 85 % of the magnitude lie, summed in single precision bin by bin as librosa
 * does: where bins are weak the rounding of the sums decides. */
static size_t rolloff_bin(const double *magnitude)
{
    float below[N_BINS], sum = 0.0f;
    for (size_t k = 0; k < N_BINS; k++) {
        sum += (float)magnitude[k];
        below[k] = sum;
    }
    size_t bin = 0;
    while (below[bin] < 0.85f * sum) {
        bin++;
    }
    return bin;
}

static void spectral(const double *power, double value[ATTUNE_N_COMPAT_FEATURES])
{
    double magnitude[N_BINS], total = 0.0, moment = 0.0, energy = 0.0, logs = 0.0;
    for (size_t k = 0; k < N_BINS; k++) {
        magnitude[k] = sqrt(power[k]);
        total += magnitude[k];
        moment += magnitude[k] * (double)k * BIN_HZ;
        const double floored = fmax(power[k], 1e-10);
        energy += floored;
        logs += log(floored);
    }
    value[ATTUNE_COMPAT_FLATNESS] = exp(logs / N_BINS) / (energy / N_BINS);
    if (!(total > 0.0)) {
        return;
    }
    const double centroid = moment / total;
    double spread = 0.0;
    for (size_t k = 0; k < N_BINS; k++) {
        const double d = (double)k * BIN_HZ - centroid;
        spread += magnitude[k] / total * d * d;
    }
    value[ATTUNE_COMPAT_CENTROID] = centroid;
    value[ATTUNE_COMPAT_BANDWIDTH] = sqrt(spread);
    value[ATTUNE_COMPAT_ROLLOFF] = (double)rolloff_bin(magnitude) * BIN_HZ;
}

static void chroma(const float *bank, const double *power, double value[ATTUNE_N_COMPAT_FEATURES])
{
    double largest = 0.0;
    double *out = value + ATTUNE_COMPAT_CHROMA;
    for (size_t c = 0; c < 12; c++) {
        const float *row = bank + c * N_BINS;
        for (size_t k = 0; k < N_BINS; k++) {
            out[c] += (double)row[k] * power[k];
        }
        largest = fmax(largest, out[c]);
    }
    for (size_t c = 0; c < 12 && largest > 0.0; c++) {
        out[c] /= largest;
    }
}

/* librosa pads the ends with the edge sample here: no crossing there. */
static double zero_crossing_rate(const float *signal, size_t first, size_t last)
{
    size_t n = 0;
    for (size_t i = first + 1; i < last; i++) {
        n += (signal[i - 1] < -1e-10f) != (signal[i] < -1e-10f);
    }
    return (double)n / ATTUNE_FRAME_SIZE;
}

static double rms(const float *signal)
{
    double squares = 0.0;
    for (size_t i = 0; i < ATTUNE_FRAME_SIZE; i++) {
        squares += (double)signal[i] * (double)signal[i];
    }
    return sqrt(squares / ATTUNE_FRAME_SIZE);
}

int attune_compat_frames_push(struct attune_compat_frames *frames, const float *signal,
                              size_t first, size_t last, const float *mel)
{
    if (frames->n_frames == MAX_FRAMES) {
        frames->too_long = true;
        return 1;
    }
    if (!attune_grow((void **)&frames->mel, &frames->capacity, frames->n_frames,
                     ATTUNE_N_MEL * sizeof *frames->mel)) {
        return 0;
    }
    memcpy(frames->mel + ATTUNE_N_MEL * frames->n_frames++, mel, ATTUNE_N_MEL * sizeof *mel);
    double time[ATTUNE_FRAME_SIZE], power[N_BINS], value[ATTUNE_N_COMPAT_FEATURES] = {0.0};
    for (size_t i = 0; i < ATTUNE_FRAME_SIZE; i++) {
        time[i] = (double)signal[i] * frames->window[i];
    }
    attune_fft_double_power(frames->fft, time, power);
    spectral(power, value);
    chroma(frames->chroma_bank, power, value);
    value[ATTUNE_COMPAT_ZERO_CROSSING_RATE] = zero_crossing_rate(signal, first, last);
    value[ATTUNE_COMPAT_RMS] = rms(signal);
    for (size_t f = 0; f < ATTUNE_N_COMPAT_FEATURES; f++) {
        frames->sum[f] += value[f];
        frames->squares[f] += value[f] * value[f];
    }
    return 1;
}
