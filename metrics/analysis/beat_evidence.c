/* Features of a beat hypothesis and their weights. */
#include "metrics/analysis/beat_evidence.h"

#include <math.h>

#include "metrics/analysis/internal.h"

enum { PHASES = ATTUNE_N_PHASES, LONG_RISE = 5 /* frames, 116 ms */ };
enum { ALL, TREBLE, BASS, LOUD, BASS_LONG }; /* parts */

const int attune_shifts[ATTUNE_N_SHIFTS] = {0, 4, 6, 8};

/* Fitted once (softmax over hypotheses, ridge) to maximise the mean of F-measure and AMLt of the
 * hypothesis chosen, on renderings with two sound fonts of: half of the OpenMSX set of game music
 * in three excerpts, at three tempi, with and without drums; 56 pieces of Freedoom and Planet Blupi
 * in three excerpts; accompaniments in 103 styles of MMA; a dozen scores; and on click tracks of 50
 * to 215 BPM. Judged on the other half. */
static const double WEIGHTS[ATTUNE_N_EVIDENCE] = {
    /* tempo and onsets per beat, in octaves: square, value */
    -1.95, 0.603, -0.247, -0.384,
    /* repetition after 1, 2, 3, 4, 8 beats */
    1.74, 0.797, 1.33, 2.82, 2.34,
    /* on the beat, 1/2, 1/3 + 2/3, 2/3 - 1/3, 1/4 + 3/4, 3/4 - 1/4, alternation; of: */
    0.17, 0.26, -0.348, 0.298, -0.0276, 0.251, -0.267,     /* all onsets */
    0.827, -0.0981, -0.478, 0.275, -0.152, 0.226, 0.355,   /* treble onsets */
    0.455, 0.00941, -0.226, 0.308, 0.0706, 0.0517, 0.164,  /* rises of the bass */
    0.274, -0.315, -0.0773, 0.196, -0.443, 0.0693, -0.315, /* rises of the level */
    -0.64, 0.139, -0.303, 0.0813, -0.197, 0.895, 0.33,     /* slow rises of the bass */
    /* phase 0, phase 1/2 */
    0.438, -1.55,
};

double attune_at_lag(const double *ac, size_t n_lags, double lag)
{
    const size_t below = (size_t)lag;
    if (below + 1 >= n_lags) {
        return 0.0;
    }
    const double part = lag - (double)below;
    return (1.0 - part) * ac[below] + part * ac[below + 1];
}

/* Onset envelope of the bands first..last. */
static const float *part_envelope(struct attune_arena *arena, const struct attune_frames *frames,
                                  size_t first, size_t last, size_t half)
{
    const size_t n = frames->n_frames;
    float *raw = attune_arena_alloc(arena, n, sizeof *raw);
    float *env = attune_arena_alloc(arena, n, sizeof *env);
    if (!raw || !env) {
        return NULL;
    }
    for (size_t i = 1; i < n; i++) { /* delayed by one frame, as the whole envelope is */
        const float *flux = frames->flux_bands + (i - 1) * ATTUNE_N_FLUX_BANDS;
        for (size_t b = first; b <= last; b++) {
            raw[i] += flux[b];
        }
    }
    attune_onset_remove_local_mean(raw, env, n, half);
    return env;
}

/* Rises of an amplitude: how far the mean of `width` frames lies above that of the frames up to two
 * before. */
static const float *rise_envelope(struct attune_arena *arena, const float *x, size_t n,
                                  size_t width, size_t half)
{
    float *raw = attune_arena_alloc(arena, n, sizeof *raw);
    float *env = attune_arena_alloc(arena, n, sizeof *env);
    if (!raw || !env) {
        return NULL;
    }
    for (size_t i = width + 1; i + width <= n; i++) {
        float rise = 0.0f;
        for (size_t k = 0; k < width; k++) {
            rise += x[i + k] - x[i - 2 - k];
        }
        raw[i] = rise > 0.0f ? rise : 0.0f;
    }
    attune_onset_remove_local_mean(raw, env, n, half);
    return env;
}

static const float *amplitude(struct attune_arena *arena, const float *level_db, size_t n)
{
    float *x = attune_arena_alloc(arena, n, sizeof *x);
    for (size_t i = 0; x && i < n; i++) {
        x[i] = powf(10.0f, level_db[i] / 20.0f);
    }
    return x;
}

static double peak_rate(const struct attune_onset *onset)
{
    double sum = 0.0;
    for (size_t i = 0; i < onset->n_frames; i++) {
        sum += (double)onset->env[i];
    }
    const double mean = sum / (double)onset->n_frames;
    size_t n = 0;
    for (size_t i = 1; i + 1 < onset->n_frames; i++) {
        n += (double)onset->env[i] > 1.5 * mean && onset->env[i] > onset->env[i - 1] &&
             onset->env[i] >= onset->env[i + 1];
    }
    return (double)(n + 1) * onset->rate_hz / (double)onset->n_frames;
}

int attune_evidence_init(struct attune_evidence *evidence, struct attune_arena *arena,
                         const struct attune_frames *frames, const struct attune_onset *onset)
{
    const size_t half = (size_t)(0.5 * onset->rate_hz), n = onset->n_frames;
    const float *level = amplitude(arena, frames->level_db, n);
    if (!level) {
        return 0;
    }
    evidence->rate_hz = onset->rate_hz;
    evidence->n_frames = n;
    evidence->onset_rate_hz = peak_rate(onset);
    evidence->envelope[ALL] = onset->env;
    evidence->envelope[TREBLE] =
        part_envelope(arena, frames, ATTUNE_N_FLUX_BANDS - 5, ATTUNE_N_FLUX_BANDS - 1, half);
    evidence->envelope[BASS] = rise_envelope(arena, frames->bass, n, 1, half);
    evidence->envelope[LOUD] = rise_envelope(arena, level, n, 1, half);
    evidence->envelope[BASS_LONG] = rise_envelope(arena, frames->bass, n, LONG_RISE, half);
    attune_tempogram_bands(frames->flux_bands, n, ATTUNE_N_FLUX_BANDS, ATTUNE_TEMPOGRAM_MAX_LAGS,
                           evidence->ac);
    int complete = 1;
    for (size_t k = 0; k < ATTUNE_N_PARTS; k++) {
        complete = complete && evidence->envelope[k];
    }
    return complete;
}

/* Largest value within a frame of t. */
static double around(const float *x, size_t n, double t)
{
    const size_t i = (size_t)(t + 0.5);
    float best = i < n ? x[i] : 0.0f;
    best = i > 0 && i - 1 < n ? fmaxf(best, x[i - 1]) : best;
    best = i + 1 < n ? fmaxf(best, x[i + 1]) : best;
    return (double)best;
}

static void scale_to_mean_one(double *x, size_t n)
{
    double sum = 0.0;
    for (size_t p = 0; p < n; p++) {
        sum += x[p];
    }
    for (size_t p = 0; p < n; p++) {
        x[p] = sum > 0.0 ? x[p] * (double)n / sum : 1.0;
    }
}

void attune_evidence_profile(const struct attune_evidence *evidence, const int *beat,
                             size_t n_beats, struct attune_phase_profile *profile)
{
    *profile = (struct attune_phase_profile){.part = {{0.0}}};
    for (size_t i = 0; i + 1 < n_beats; i++) {
        const double interval = beat[i + 1] - beat[i];
        for (size_t p = 0; p < PHASES; p++) {
            const double t = beat[i] + interval * (double)p / PHASES;
            for (size_t k = 0; k < ATTUNE_N_PARTS; k++) {
                profile->part[k][i % 2 * PHASES + p] +=
                    around(evidence->envelope[k], evidence->n_frames, t);
            }
        }
    }
    for (size_t k = 0; k < ATTUNE_N_PARTS; k++) {
        scale_to_mean_one(profile->part[k], 2 * PHASES);
    }
}

void attune_evidence_features(const struct attune_evidence *evidence,
                              const struct attune_phase_profile *profile, double period, int shift,
                              double features[ATTUNE_N_EVIDENCE])
{
    static const double multiples[] = {1.0, 2.0, 3.0, 4.0, 8.0};
    const double octaves = log2(60.0 * evidence->rate_hz / period / 120.0);
    const double per_beat = log2(evidence->onset_rate_hz * period / evidence->rate_hz);
    double *f = features;
    *f++ = octaves * octaves;
    *f++ = octaves;
    *f++ = per_beat * per_beat;
    *f++ = per_beat;
    for (size_t i = 0; i < sizeof multiples / sizeof *multiples; i++) {
        *f++ = attune_at_lag(evidence->ac, ATTUNE_TEMPOGRAM_MAX_LAGS, multiples[i] * period);
    }
    for (size_t k = 0; k < ATTUNE_N_PARTS; k++) {
        double x[PHASES]; /* phase of the hypothesis, mean of both beats */
        for (size_t p = 0; p < PHASES; p++) {
            const size_t at = (size_t)shift + p;
            x[p] = 0.5 * (profile->part[k][at % (2 * PHASES)] +
                          profile->part[k][(at + PHASES) % (2 * PHASES)]);
        }
        *f++ = x[0];
        *f++ = x[6];
        *f++ = x[4] + x[8];
        *f++ = x[8] - x[4];
        *f++ = x[3] + x[9];
        *f++ = x[9] - x[3];
        *f++ = fabs(profile->part[k][shift] - profile->part[k][shift + PHASES]);
    }
    *f++ = shift == 0;
    *f++ = shift == 6;
}

double attune_evidence_score(const double features[ATTUNE_N_EVIDENCE])
{
    double sum = 0.0;
    for (size_t i = 0; i < ATTUNE_N_EVIDENCE; i++) {
        sum += WEIGHTS[i] * features[i];
    }
    return sum;
}

/* How well the bands repeat after k beats: the top within a frame, as lags fall between frames. */
static double repetition(const struct attune_evidence *evidence, double period, int k)
{
    const size_t lag = (size_t)lround(k * period);
    double best = 0.0;
    for (size_t i = lag - 1; i <= lag + 1 && i < ATTUNE_TEMPOGRAM_MAX_LAGS; i++) {
        best = fmax(best, evidence->ac[i]);
    }
    return best;
}

/* Four beats unless bars of three repeat clearly better: most music is in four. */
int attune_evidence_meter(const struct attune_evidence *evidence, double period)
{
    static const double MARGIN = 0.04;
    const double three = repetition(evidence, period, 3) + repetition(evidence, period, 6);
    const double four = repetition(evidence, period, 4) + repetition(evidence, period, 8);
    return 0.5 * three > 0.5 * four + MARGIN ? 3 : 4;
}

size_t attune_evidence_downbeat(const struct attune_evidence *evidence, const double *beat_s,
                                size_t n_beats, int beats_per_bar)
{
    static const int accents[] = {BASS, LOUD, ALL};
    double accent[4] = {0.0};
    size_t count[4] = {0};
    for (size_t i = 0; i < n_beats; i++) {
        count[i % (size_t)beats_per_bar]++;
    }
    for (size_t k = 0; k < sizeof accents / sizeof *accents; k++) {
        double sum[4] = {0.0}, total = 0.0;
        for (size_t i = 0; i < n_beats; i++) {
            const double x = around(evidence->envelope[accents[k]], evidence->n_frames,
                                    beat_s[i] * evidence->rate_hz);
            sum[i % (size_t)beats_per_bar] += x;
            total += x;
        }
        for (size_t p = 0; p < (size_t)beats_per_bar && total > 0.0 && count[p]; p++) {
            accent[p] += sum[p] / (double)count[p] * (double)n_beats / total;
        }
    }
    size_t best = 0;
    for (size_t p = 1; p < (size_t)beats_per_bar; p++) {
        best = accent[p] > accent[best] ? p : best;
    }
    return best < n_beats ? best : 0;
}
