/* Tempo and beats of audio.
 *
 * Tempo: the lag with the largest salience in the mean autocorrelation tempogram, a lag's salience
 * being its value and those of its multiples (a comb), under a log-normal prior around 120 BPM, one
 * octave. Beats: dynamic programming over the onset envelope (Ellis 2007, "Beat tracking by dynamic
 * programming"), tightness 100: the sequence that maximises the sum of env at the beats minus
 * 100 ln^2(interval / period). */
#include <math.h>

#include "metrics/analysis/internal.h"
#include "metrics/analysis/tempogram.h"

enum { N_COMB = 4 };

static const double MIN_BPM = 40.0, MAX_BPM = 240.0;
static const double PRIOR_BPM = 120.0, PRIOR_OCTAVES = 1.0;
static const double TIGHTNESS = 100.0;
static const double MIN_DURATION_S = 3.0;

static double prior(double bpm)
{
    const double octaves = log2(bpm / PRIOR_BPM) / PRIOR_OCTAVES;
    return exp(-0.5 * octaves * octaves);
}

/* Value at a fractional lag, between its neighbours. */
static double at_lag(const double *ac, size_t n_lags, double lag)
{
    const size_t below = (size_t)lag;
    if (below + 1 >= n_lags) {
        return 0.0;
    }
    const double part = lag - (double)below;
    return (1.0 - part) * ac[below] + part * ac[below + 1];
}

/* The period in frames, or 0 when nothing repeats. */
static double find_period(const double *ac, size_t n_lags, double rate_hz)
{
    double best = 0.0, best_lag = 0.0;
    for (double bpm = MIN_BPM; bpm <= MAX_BPM; bpm *= 1.005) {
        const double lag = 60.0 * rate_hz / bpm;
        double salience = 0.0;
        for (int k = 1; k <= N_COMB; k++) {
            salience += at_lag(ac, n_lags, k * lag) / k;
        }
        salience *= prior(bpm);
        if (salience > best) {
            best = salience;
            best_lag = lag;
        }
    }
    return best_lag;
}

static double standard_deviation(const float *x, size_t n)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)x[i];
        squares += (double)x[i] * (double)x[i];
    }
    const double mean = sum / (double)n;
    return sqrt(fmax(squares / (double)n - mean * mean, 0.0));
}

/* Best score of a beat sequence ending at each frame, and the beat before it (-1: none). */
static void track(const float *env, size_t n, double period, double scale, float *score, int *before,
                  const float *penalty)
{
    const size_t nearest = (size_t)fmax(round(period / 2.0), 1.0);
    const size_t farthest = (size_t)round(2.0 * period);
    for (size_t t = 0; t < n; t++) {
        float best = 0.0f; /* a sequence may begin anywhere */
        int from = -1;
        for (size_t gap = nearest; gap <= farthest && gap <= t; gap++) {
            const float candidate = score[t - gap] + penalty[gap];
            if (candidate > best) {
                best = candidate;
                from = (int)(t - gap);
            }
        }
        score[t] = best + (float)((double)env[t] / scale);
        before[t] = from;
    }
}

/* Beats as frame numbers, ascending; returns how many. */
static size_t find_beats(struct attune_analysis *a, const struct attune_onset *onset, double period,
                         int **beats)
{
    const size_t n = onset->n_frames;
    const size_t farthest = (size_t)round(2.0 * period);
    float *score = attune_arena_alloc(&a->scratch, n, sizeof *score);
    int *before = attune_arena_alloc(&a->scratch, n, sizeof *before);
    float *penalty = attune_arena_alloc(&a->scratch, farthest + 1, sizeof *penalty);
    if (!score || !before || !penalty) {
        return SIZE_MAX;
    }
    for (size_t gap = 1; gap <= farthest; gap++) {
        const double x = log((double)gap / period);
        penalty[gap] = (float)(-TIGHTNESS * x * x);
    }
    track(onset->env, n, period, standard_deviation(onset->env, n), score, before, penalty);
    size_t last = n - 1;
    for (size_t t = n > farthest ? n - farthest : 0; t < n; t++) {
        last = score[t] > score[last] ? t : last;
    }
    size_t n_beats = 0;
    for (int t = (int)last; t >= 0; t = before[t]) {
        n_beats++;
    }
    *beats = attune_arena_alloc(&a->scratch, n_beats, sizeof **beats);
    if (!*beats) {
        return SIZE_MAX;
    }
    size_t i = n_beats;
    for (int t = (int)last; t >= 0; t = before[t]) {
        (*beats)[--i] = t;
    }
    return n_beats;
}

struct attune_beats *attune_beats_audio(struct attune_analysis *a)
{
    const struct attune_onset *onset = attune_analysis_onset(a);
    struct attune_beats *beats = attune_arena_alloc(&a->arena, 1, sizeof *beats);
    if (!beats) {
        return NULL;
    }
    if (onset->why || attune_analysis_duration_s(a) < MIN_DURATION_S) {
        beats->why = onset->why ? onset->why : "shorter than 3 s";
        return beats;
    }
    const size_t n_lags = (size_t)(60.0 / MIN_BPM * N_COMB * onset->rate_hz) + 2;
    double *ac = attune_arena_alloc(&a->scratch, n_lags, sizeof *ac);
    if (!ac) {
        return NULL;
    }
    attune_tempogram_mean(onset->env, onset->n_frames, n_lags, ac);
    const double period = find_period(ac, n_lags, onset->rate_hz);
    if (!(period > 0.0)) {
        beats->why = "no onsets";
        return beats;
    }
    int *frame;
    const size_t n_beats = find_beats(a, onset, period, &frame);
    if (n_beats == SIZE_MAX) {
        return NULL;
    }
    double *beat_s = attune_arena_alloc(&a->arena, n_beats, sizeof *beat_s);
    if (!beat_s) {
        return NULL;
    }
    for (size_t i = 0; i < n_beats; i++) {
        beat_s[i] = (double)frame[i] / onset->rate_hz;
    }
    beats->tempo_bpm = 60.0 * onset->rate_hz / period;
    beats->n_beats = n_beats;
    beats->beat_s = beat_s;
    beats->beats_per_bar = 4;
    beats->n_downbeats = (n_beats + 3) / 4;
    double *downbeat_s = attune_arena_alloc(&a->arena, beats->n_downbeats, sizeof *downbeat_s);
    if (!downbeat_s) {
        return NULL;
    }
    for (size_t i = 0; i < beats->n_downbeats; i++) {
        downbeat_s[i] = beat_s[4 * i];
    }
    beats->downbeat_s = downbeat_s;
    attune_arena_reset(&a->scratch);
    return beats;
}
