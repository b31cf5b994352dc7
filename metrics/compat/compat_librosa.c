/* compat.librosa.*: librosa 0.11 at default parameters on the 22 050 Hz mono signal: means and
 * population standard deviations over frames, and two tempi. Chroma with tuning 0: librosa's tuning
 * estimate jumps between bins, and one jump moves chroma by 6e-3.
 *
 * tempo is that of librosa.beat.beat_track (onset strength: median over bands), tempo_feature that
 * of librosa.feature.tempo (mean over bands). */
#include <math.h>

#include "base/fft.h"
#include "metrics/analysis/compat_frames.h"
#include "metrics/analysis/internal.h"
#include "metrics/compat/compat.h"
#include "metrics/stats/order.h"

enum {
    N_MEL = ATTUNE_N_MEL,
    N_MFCC = 20,
    TEMPO_WINDOW = 344, /* frames in 8 s */
    TEMPO_FFT = 1024,   /* at least twice the window: no wrap-around */
    ONSET_PAD = 1 + ATTUNE_FRAME_SIZE / 2 / ATTUNE_FRAME_HOP,
};

static const double RATE_HZ = (double)ATTUNE_ANALYSIS_RATE / ATTUNE_FRAME_HOP;

struct moments {
    double mean[N_MFCC], sd[N_MFCC];
};

/* db: (n, N_MEL) 10 log10 max(power, 1e-10), clipped 80 dB below the largest of the file. */
static void to_db(const float *mel, size_t n, double *db)
{
    double largest = -INFINITY;
    for (size_t i = 0; i < n * N_MEL; i++) {
        db[i] = 10.0 * log10(fmax((double)mel[i], 1e-10));
        largest = fmax(largest, db[i]);
    }
    for (size_t i = 0; i < n * N_MEL; i++) {
        db[i] = fmax(db[i], largest - 80.0);
    }
}

/* Orthonormal type-2 cosine transform of each frame's levels. */
static void mfcc(const double *db, size_t n, struct moments *m)
{
    double table[N_MFCC][N_MEL], squares[N_MFCC] = {0.0};
    *m = (struct moments){.mean = {0.0}};
    for (int c = 0; c < N_MFCC; c++) {
        for (int b = 0; b < N_MEL; b++) {
            table[c][b] =
                sqrt((c ? 2.0 : 1.0) / N_MEL) * cos(M_PI * c * (2 * b + 1) / (2.0 * N_MEL));
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < N_MFCC; c++) {
            double sum = 0.0;
            for (int b = 0; b < N_MEL; b++) {
                sum += table[c][b] * db[i * N_MEL + (size_t)b];
            }
            m->mean[c] += sum / (double)n;
            squares[c] += sum * sum / (double)n;
        }
    }
    for (int c = 0; c < N_MFCC; c++) {
        m->sd[c] = sqrt(fmax(squares[c] - m->mean[c] * m->mean[c], 0.0));
    }
}

/* Onset strength by mean and by median over bands, moved by the lag and half a window as librosa
 * does. */
static void onset_strength(const double *db, size_t n, double *mean, double *median)
{
    for (size_t i = 0; i < n; i++) {
        mean[i] = median[i] = 0.0;
        if (i < ONSET_PAD) {
            continue;
        }
        double rise[N_MEL];
        const double *at = db + (i - ONSET_PAD + 1) * N_MEL;
        for (size_t b = 0; b < N_MEL; b++) {
            rise[b] = fmax(at[b] - (at - N_MEL)[b], 0.0);
            mean[i] += rise[b] / N_MEL;
        }
        median[i] = attune_quantile(rise, N_MEL, 0.5);
    }
}

/* Value i of the envelope padded by half a window of linear ramps from and to 0. */
static double padded(const double *env, size_t n, size_t i)
{
    const size_t pad = TEMPO_WINDOW / 2;
    if (i < pad) {
        return env[0] * (double)i / (double)pad;
    }
    if (i < pad + n) {
        return env[i - pad];
    }
    return env[n - 1] * (double)(2 * pad + n - 1 - i) / (double)pad;
}

/* Mean over frames of the windowed autocorrelation, each frame scaled to a largest value of 1. */
static void mean_tempogram(struct attune_fft *fft, const double *env, size_t n, double *tempogram)
{
    float *time = attune_fft_time(fft);
    float complex *spectrum = attune_fft_spectrum(fft);
    float window[TEMPO_WINDOW];
    attune_hann(window, TEMPO_WINDOW);
    memset(tempogram, 0, TEMPO_WINDOW * sizeof *tempogram);
    for (size_t i = 0; i < n; i++) {
        memset(time, 0, TEMPO_FFT * sizeof *time);
        for (size_t k = 0; k < TEMPO_WINDOW; k++) {
            time[k] = (float)padded(env, n, i + k) * window[k];
        }
        attune_fft_forward(fft);
        for (size_t k = 0; k <= TEMPO_FFT / 2; k++) {
            const float re = crealf(spectrum[k]), im = cimagf(spectrum[k]);
            spectrum[k] = re * re + im * im;
        }
        attune_fft_inverse(fft);
        float largest = 0.0f;
        for (size_t k = 0; k < TEMPO_WINDOW; k++) {
            largest = fmaxf(largest, fabsf(time[k]));
        }
        for (size_t k = 0; k < TEMPO_WINDOW && largest > 0.0f; k++) {
            tempogram[k] += (double)(time[k] / largest) / (double)n;
        }
    }
}

static double tempo(struct attune_fft *fft, const double *env, size_t n)
{
    double tempogram[TEMPO_WINDOW], best = -INFINITY, best_bpm = 0.0;
    mean_tempogram(fft, env, n, tempogram);
    for (size_t lag = 1; lag < TEMPO_WINDOW; lag++) {
        const double bpm = 60.0 * RATE_HZ / (double)lag;
        const double octaves = log2(bpm / 120.0);
        const double score = log1p(1e6 * tempogram[lag]) - 0.5 * octaves * octaves;
        if (bpm < 320.0 && score > best) {
            best = score;
            best_bpm = bpm;
        }
    }
    return best_bpm;
}

static void push_scalars(const struct attune_compat_frames *f,
                         const struct attune_compat_sink *sink)
{
    static const struct {
        enum attune_compat_feature feature;
        const char *mean, *sd;
    } names[] = {
#define NAMES(feature, name)                                                                       \
    {ATTUNE_COMPAT_##feature, "compat.librosa." name "_mean", "compat.librosa." name "_std"}
        NAMES(CENTROID, "spectral_centroid"),
        NAMES(BANDWIDTH, "spectral_bandwidth"),
        NAMES(ROLLOFF, "spectral_rolloff"),
        NAMES(FLATNESS, "spectral_flatness"),
        NAMES(ZERO_CROSSING_RATE, "zero_crossing_rate"),
        NAMES(RMS, "rms"),
#undef NAMES
    };
    double mean[ATTUNE_N_COMPAT_FEATURES], sd[ATTUNE_N_COMPAT_FEATURES];
    for (size_t i = 0; i < ATTUNE_N_COMPAT_FEATURES; i++) {
        mean[i] = f->sum[i] / (double)f->n_frames;
        sd[i] = sqrt(fmax(f->squares[i] / (double)f->n_frames - mean[i] * mean[i], 0.0));
    }
    sink->vector(sink->context, "compat.librosa.chroma_stft_mean", mean + ATTUNE_COMPAT_CHROMA, 12);
    sink->vector(sink->context, "compat.librosa.chroma_stft_std", sd + ATTUNE_COMPAT_CHROMA, 12);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sink->scalar(sink->context, names[i].mean, mean[names[i].feature]);
        sink->scalar(sink->context, names[i].sd, sd[names[i].feature]);
    }
}

static void push_tempo(const struct attune_compat_sink *sink, const char *name,
                       struct attune_fft *fft, const double *env, size_t n)
{
    double largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, env[i]);
    }
    if (largest > 0.0) {
        sink->scalar(sink->context, name, tempo(fft, env, n));
    } else {
        sink->undefined(sink->context, name, "no onsets");
    }
}

static void push_from_mel(struct attune_analysis *a, const struct attune_compat_frames *f,
                          struct attune_fft *fft, const struct attune_compat_sink *sink)
{
    const size_t n = f->n_frames;
    double *db = attune_arena_alloc(&a->scratch, n * N_MEL, sizeof *db);
    double *mean = attune_arena_alloc(&a->scratch, n, sizeof *mean);
    double *median = attune_arena_alloc(&a->scratch, n, sizeof *median);
    if (!db || !mean || !median) {
        attune_analysis_oom(a);
        return;
    }
    struct moments m;
    to_db(f->mel, n, db);
    mfcc(db, n, &m);
    onset_strength(db, n, mean, median);
    double strength = 0.0;
    for (size_t i = 0; i < n; i++) {
        strength += mean[i] / (double)n;
    }
    sink->vector(sink->context, "compat.librosa.mfcc_mean", m.mean, N_MFCC);
    sink->vector(sink->context, "compat.librosa.mfcc_std", m.sd, N_MFCC);
    sink->scalar(sink->context, "compat.librosa.onset_strength_mean", strength);
    push_tempo(sink, "compat.librosa.tempo", fft, median, n);
    push_tempo(sink, "compat.librosa.tempo_feature", fft, mean, n);
}

void attune_compat_librosa(struct attune_analysis *analysis, const struct attune_compat_sink *sink)
{
    if (attune_analysis_modality(analysis) != ATTUNE_AUDIO) {
        return;
    }
    const struct attune_compat_frames *f = attune_analysis_frames(analysis)->compat;
    if (!f || f->too_long) {
        sink->undefined(sink->context, "compat.librosa.tempo",
                        f ? "longer than an hour" : "the compat features were not asked for");
        return;
    }
    push_scalars(f, sink);
    struct attune_fft *fft = attune_fft_new(TEMPO_FFT, NULL);
    if (!fft) {
        attune_analysis_oom(analysis);
        return;
    }
    push_from_mel(analysis, f, fft, sink);
    attune_arena_reset(&analysis->scratch);
    attune_fft_free(fft);
}
