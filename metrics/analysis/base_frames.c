/* Per-frame features of the base spectrogram.
 *
 * The onset flux is the mean over mel bands of max(0, L_t - L_(t-1)), L the level in dB. Levels are
 * floored at 80 dB below the loudest band met so far (librosa clips at 80 dB below the loudest of
 * the whole file, which a single pass cannot know): the flux is the same at any gain, and a faint
 * hiss makes no onsets. */
#include "metrics/analysis/base_frames.h"

#include <math.h>

#include "base/fft.h"
#include "metrics/analysis/fast_math.h"
#include "metrics/analysis/mel.h"

enum {
    N = ATTUNE_FRAME_SIZE,
    N_BINS = N / 2 + 1,
    GROUP = ATTUNE_N_MEL / ATTUNE_N_FLUX_BANDS, /* mel bands per flux band */
    LANES = 16,                                 /* independent partial sums */
    N_BLOCKS = N / 2 / LANES,                   /* of LANES bins, the last bin apart */
};

static const float POWER_MIN = 1e-20f; /* far below the rounding of a 24-bit file */
static const float FLUX_RANGE = 1e-8f; /* 80 dB */
static const float SOUNDING_DB = -90.0f;

struct attune_base_frames {
    struct attune_fft *fft;
    struct attune_mel mel;
    float *window;              /* (N,) periodic Hann */
    float *power;               /* (N_BINS,) */
    float mel_power[ATTUNE_N_MEL];
    float mel_db[ATTUNE_N_MEL]; /* of the frame before */
    float loudest;              /* mel power so far */
    /* sums over sounding frames of each band's level relative to the frame's mean over bands */
    double shape_sum[ATTUNE_N_MEL], shape_square[ATTUNE_N_MEL];
    size_t n_shapes;
    float shape_mean[ATTUNE_N_MEL], shape_sd[ATTUNE_N_MEL]; /* made by view */
    size_t n_frames, capacity;
    float *onset_flux, *flux_bands, *bass, *level_db, *centroid_hz, *rolloff99_hz, *flatness;
};

struct attune_base_frames *attune_base_frames_new(struct attune_err *err)
{
    struct attune_base_frames *base = attune_alloc(1, sizeof *base);
    if (!base) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the base spectrogram");
        return NULL;
    }
    base->fft = attune_fft_new(N, err);
    base->window = attune_alloc(N, sizeof *base->window);
    base->power = attune_alloc(N_BINS, sizeof *base->power);
    if (!base->fft || !base->window || !base->power ||
        attune_mel_init(&base->mel, ATTUNE_N_MEL, N, ATTUNE_ANALYSIS_RATE, err)) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the base spectrogram");
        attune_base_frames_free(base);
        return NULL;
    }
    attune_hann(base->window, N);
    return base;
}

void attune_base_frames_free(struct attune_base_frames *base)
{
    if (base) {
        attune_fft_free(base->fft);
        attune_mel_release(&base->mel);
        attune_release(base->window);
        attune_release(base->power);
        attune_release(base->onset_flux);
        attune_release(base->flux_bands);
        attune_release(base->bass);
        attune_release(base->level_db);
        attune_release(base->centroid_hz);
        attune_release(base->rolloff99_hz);
        attune_release(base->flatness);
        attune_release(base);
    }
}

void attune_base_frames_reset(struct attune_base_frames *base)
{
    base->n_frames = 0;
    base->loudest = 0.0f;
    memset(base->shape_sum, 0, sizeof base->shape_sum);
    memset(base->shape_square, 0, sizeof base->shape_square);
    base->n_shapes = 0;
}

static int resize(float **array, size_t n_frames, size_t width)
{
    float *grown = attune_resize(*array, n_frames * width, sizeof **array);
    *array = grown ? grown : *array;
    return grown != NULL;
}

/* Room for one more frame in every array. */
static int reserve(struct attune_base_frames *base)
{
    if (base->n_frames < base->capacity) {
        return 1;
    }
    const size_t n = base->capacity ? 2 * base->capacity : 2048;
    if (!resize(&base->onset_flux, n, 1) ||
        !resize(&base->flux_bands, n, ATTUNE_N_FLUX_BANDS) || !resize(&base->bass, n, 1) ||
        !resize(&base->level_db, n, 1) ||
        !resize(&base->centroid_hz, n, 1) || !resize(&base->rolloff99_hz, n, 1) ||
        !resize(&base->flatness, n, 1)) {
        return 0;
    }
    base->capacity = n;
    return 1;
}

static double lane_sum(const float lanes[LANES])
{
    double sum = 0.0;
    for (size_t j = 0; j < LANES; j++) {
        sum += (double)lanes[j];
    }
    return sum;
}

/* Level of the frame in dB of full scale, and the windowed frame in the plan's input. */
static float window_and_level(struct attune_base_frames *base, const float *restrict signal)
{
    float *restrict time = attune_fft_time(base->fft);
    const float *restrict window = base->window;
    float squares[LANES] = {0};
    for (size_t i = 0; i < N; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            const float x = signal[i + j];
            squares[j] += x * x;
            time[i + j] = x * window[i + j];
        }
    }
    const double mean = lane_sum(squares) / N;
    return mean > 1e-12 ? (float)(10.0 * log10(mean)) : -120.0f;
}

static void power_spectrum(const float complex *restrict spectrum, float *restrict power)
{
    const float *restrict x = (const float *)spectrum;
    for (size_t k = 0; k < N_BINS; k++) {
        power[k] = x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1];
    }
}

/* Centroid (over magnitudes), 99 % roll-off and flatness of one power spectrum. */
static void spectral_shape(struct attune_base_frames *base, size_t frame)
{
    static const double BIN_HZ = (double)ATTUNE_ANALYSIS_RATE / N;
    const float *restrict power = base->power;
    float block_power[N_BLOCKS]; /* for the roll-off */
    float magnitude[LANES] = {0}, moment[LANES] = {0};
    double total = (double)power[N / 2];
    for (size_t b = 0; b < N_BLOCKS; b++) {
        float sum[LANES];
        for (size_t j = 0; j < LANES; j++) {
            const size_t k = b * LANES + j;
            const float m = sqrtf(power[k]);
            magnitude[j] += m;
            moment[j] += m * (float)k;
            sum[j] = power[k];
        }
        block_power[b] = (float)lane_sum(sum);
        total += (double)block_power[b];
    }
    if (total < (double)POWER_MIN) {
        base->centroid_hz[frame] = base->rolloff99_hz[frame] = base->flatness[frame] = 0.0f;
        return;
    }
    const double last = sqrt((double)power[N / 2]);
    base->centroid_hz[frame] = (float)(BIN_HZ * (lane_sum(moment) + last * (N / 2)) /
                                       (lane_sum(magnitude) + last));

    double below = 0.0;
    size_t b = 0;
    while (b < N_BLOCKS && below + (double)block_power[b] < 0.99 * total) {
        below += (double)block_power[b++];
    }
    size_t bin = b * LANES;
    while (bin < N / 2 && (below += (double)power[bin]) < 0.99 * total) {
        bin++;
    }
    base->rolloff99_hz[frame] = (float)(BIN_HZ * (double)bin);

    /* A floor 120 dB below the mean keeps an empty bin from ruling the geometric mean. */
    const float mean = (float)(total / N_BINS);
    const float floor = mean * 1e-12f > POWER_MIN ? mean * 1e-12f : POWER_MIN;
    float logs[LANES] = {0};
    for (size_t k = 0; k < N / 2; k += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            logs[j] += attune_log2f(power[k + j] + floor);
        }
    }
    const double log_mean = (lane_sum(logs) + (double)attune_log2f(power[N / 2] + floor)) / N_BINS;
    base->flatness[frame] = fminf((float)(exp2(log_mean) / (double)(mean + floor)), 1.0f);
}

/* fmaxf is a call, for the sake of NaN. */
static inline float larger(float a, float b)
{
    return a > b ? a : b;
}

/* The spectral shape of the frame, without its level, for the timbre statistics. */
static void add_shape(struct attune_base_frames *base, float floor)
{
    float level[ATTUNE_N_MEL];
    double mean = 0.0;
    for (size_t b = 0; b < ATTUNE_N_MEL; b++) {
        level[b] = larger(base->mel_db[b], floor);
        mean += (double)level[b] / ATTUNE_N_MEL;
    }
    for (size_t b = 0; b < ATTUNE_N_MEL; b++) {
        const double shape = (double)level[b] - mean;
        base->shape_sum[b] += shape;
        base->shape_square[b] += shape * shape;
    }
    base->n_shapes++;
}

static void onset_flux(struct attune_base_frames *base, size_t frame)
{
    float db[ATTUNE_N_MEL], rise[ATTUNE_N_MEL];
    float loudest[LANES] = {0};
    for (size_t b = 0; b < ATTUNE_N_MEL; b += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            loudest[j] = larger(loudest[j], base->mel_power[b + j]);
            db[b + j] = attune_power_db(base->mel_power[b + j] + POWER_MIN);
        }
    }
    for (size_t j = 0; j < LANES; j++) {
        base->loudest = larger(base->loudest, loudest[j]);
    }
    const float floor = attune_power_db(base->loudest * FLUX_RANGE + POWER_MIN);
    for (size_t b = 0; b < ATTUNE_N_MEL; b++) {
        rise[b] = larger(larger(db[b], floor) - larger(base->mel_db[b], floor), 0.0f);
    }
    float *bands = base->flux_bands + frame * ATTUNE_N_FLUX_BANDS;
    float all = 0.0f, bass = 0.0f;
    for (size_t g = 0; g < ATTUNE_N_FLUX_BANDS; g++) {
        float sum = 0.0f;
        for (size_t b = g * GROUP; b < (g + 1) * GROUP; b++) {
            sum += rise[b];
        }
        bands[g] = frame ? sum / GROUP : 0.0f;
        all += bands[g];
    }
    for (size_t b = 0; b < GROUP; b++) {
        bass += base->mel_power[b];
    }
    base->bass[frame] = sqrtf(bass);
    base->onset_flux[frame] = all / ATTUNE_N_FLUX_BANDS;
    memcpy(base->mel_db, db, sizeof db);
    if (base->level_db[frame] > SOUNDING_DB) {
        add_shape(base, floor);
    }
}

int attune_base_frames_push(struct attune_base_frames *base, const float *signal)
{
    if (!reserve(base)) {
        return 0;
    }
    const size_t frame = base->n_frames++;
    base->level_db[frame] = window_and_level(base, signal);
    attune_fft_forward(base->fft);
    power_spectrum(attune_fft_spectrum(base->fft), base->power);
    attune_mel_apply(&base->mel, base->power, base->mel_power);
    spectral_shape(base, frame);
    onset_flux(base, frame);
    return 1;
}

enum { ENTRY_REACH = 3 }; /* frames an entry takes, to either side of the end of silence */

static size_t entry_begin(size_t end_of_silence)
{
    return end_of_silence > ENTRY_REACH ? end_of_silence - ENTRY_REACH : 0;
}

static size_t entry_end(size_t end_of_silence, size_t n)
{
    return end_of_silence + ENTRY_REACH < n ? end_of_silence + ENTRY_REACH + 1 : n;
}

/* The first sounding frame after silence that begins at frame i or later; n: there is none. */
static size_t next_entry(const bool *silent, size_t n, size_t i)
{
    for (i = i ? i : 1; i < n && !(silent[i - 1] && !silent[i]); i++) {
    }
    return i < n ? i : n;
}

static float largest_of(const float *x, size_t first, size_t end)
{
    float largest = 0.0f;
    for (size_t i = first; i < end; i++) {
        largest = larger(largest, x[i]);
    }
    return largest;
}

void attune_base_frames_limit_entries(struct attune_base_frames *base, const bool *silent)
{
    const size_t n = base->n_frames;
    float usual = 0.0f; /* the largest flux that is no entry's */
    size_t from = 0;
    for (size_t k = next_entry(silent, n, 0); k < n; k = next_entry(silent, n, k + 1)) {
        usual = larger(usual, largest_of(base->onset_flux, from, entry_begin(k)));
        from = entry_end(k, n);
    }
    usual = larger(usual, largest_of(base->onset_flux, from, n));
    for (size_t k = next_entry(silent, n, 0); k < n && usual > 0.0f;
         k = next_entry(silent, n, k + 1)) {
        const size_t first = entry_begin(k), end = entry_end(k, n);
        const float scale = usual / larger(usual, largest_of(base->onset_flux, first, end));
        for (size_t i = first; i < end; i++) {
            base->onset_flux[i] *= scale;
            for (size_t g = 0; g < ATTUNE_N_FLUX_BANDS; g++) {
                base->flux_bands[i * ATTUNE_N_FLUX_BANDS + g] *= scale;
            }
        }
    }
}

const float *attune_base_frames_mel(const struct attune_base_frames *base)
{
    return base->mel_power;
}

void attune_base_frames_view(struct attune_base_frames *base, struct attune_frames *frames)
{
    const double n = base->n_shapes ? (double)base->n_shapes : 1.0;
    for (size_t b = 0; b < ATTUNE_N_MEL; b++) {
        const double mean = base->shape_sum[b] / n;
        const double variance = base->shape_square[b] / n - mean * mean;
        base->shape_mean[b] = (float)mean;
        base->shape_sd[b] = (float)sqrt(variance > 0.0 ? variance : 0.0);
    }
    frames->mel_shape_mean = base->shape_mean;
    frames->mel_shape_sd = base->shape_sd;
    frames->n_frames = base->n_frames;
    frames->onset_flux = base->onset_flux;
    frames->flux_bands = base->flux_bands;
    frames->bass = base->bass;
    frames->level_db = base->level_db;
    frames->centroid_hz = base->centroid_hz;
    frames->rolloff99_hz = base->rolloff99_hz;
    frames->flatness = base->flatness;
}
