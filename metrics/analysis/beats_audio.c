/* Tempo and beats of audio.
 *
 * Hypotheses: periods at which the autocorrelation tempogram peaks, and simple ratios of them; for
 * each the beats by dynamic programming over the onset envelope (Ellis 2007, "Beat tracking by
 * dynamic programming"): the sequence that maximises the sum of the envelope at the beats minus 400
 * ln^2(interval / period); and for each of these its phases on and between the beats. The
 * hypothesis with the best metrical evidence (beat_evidence.h) is kept.
 *
 * Deviation: Ellis and librosa use a tightness of 100. On renderings of game music 400 loses the
 * beat less often in passages without clear onsets, and still follows a tempo that wanders by some
 * percent.
 *
 * Bars: the number of beats (3 or 4) after which the bands repeat better, and the phase at which
 * bass and level rise most. */
#include <math.h>

#include "metrics/analysis/beat_evidence.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/tempogram.h"

enum { MAX_PERIODS = 30, MAX_PEAKS = 6, N_COMB = 4 };

static const double MIN_BPM = 45.0, MAX_BPM = 220.0;
static const double TIGHTNESS = 400.0;
static const double MIN_DURATION_S = 3.0;

static double prior(double bpm)
{
    const double octaves = log2(bpm / 120.0);
    return exp(-0.5 * octaves * octaves);
}

/* Periods in frames at which the comb over the tempogram peaks, best first; returns their number.
 * */
static size_t find_peaks(const double *ac, size_t n_lags, double rate_hz, double *period)
{
    enum { N_GRID = 320 };
    double salience[N_GRID];
    const double step = log(MAX_BPM / MIN_BPM) / (N_GRID - 1);
    for (int i = 0; i < N_GRID; i++) {
        const double bpm = MIN_BPM * exp(step * i);
        salience[i] = 0.0;
        for (int k = 1; k <= N_COMB; k++) {
            salience[i] += attune_at_lag(ac, n_lags, k * 60.0 * rate_hz / bpm) / k;
        }
        salience[i] *= prior(bpm);
    }
    size_t n = 0;
    while (n < MAX_PEAKS) {
        int best = -1;
        for (int i = 1; i + 1 < N_GRID; i++) {
            if (salience[i] > 0.0 && salience[i] >= salience[i - 1] &&
                salience[i] >= salience[i + 1] && (best < 0 || salience[i] > salience[best])) {
                best = i;
            }
        }
        if (best < 0) {
            break;
        }
        period[n++] = 60.0 * rate_hz / (MIN_BPM * exp(step * best));
        salience[best] = -1.0;
    }
    return n;
}

/* Adds a period unless it is out of range or already there within 3 %. */
static size_t add_period(double *period, size_t n, double candidate, double rate_hz)
{
    const double bpm = 60.0 * rate_hz / candidate;
    if (n == MAX_PERIODS || bpm < MIN_BPM || bpm > MAX_BPM) {
        return n;
    }
    for (size_t i = 0; i < n; i++) {
        if (fabs(log(period[i] / candidate)) < 0.03) {
            return n;
        }
    }
    period[n] = candidate;
    return n + 1;
}

static size_t find_periods(const double *ac, size_t n_lags, double rate_hz, double *period)
{
    static const double ratios[] = {1.0, 2.0, 0.5, 1.5, 2.0 / 3.0, 4.0 / 3.0, 0.75};
    double peak[MAX_PEAKS];
    const size_t n_peaks = find_peaks(ac, n_lags, rate_hz, peak);
    size_t n = 0;
    for (size_t i = 0; i < n_peaks; i++) {
        for (size_t r = 0; r < (i < 3 ? sizeof ratios / sizeof *ratios : 1); r++) {
            n = add_period(period, n, peak[i] * ratios[r], rate_hz);
        }
    }
    return n;
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

struct tracker {
    const float *env; /* (n,) onset envelope over its standard deviation */
    size_t n;
    float *score;     /* (n,) best sum of a sequence that ends here */
    int *before;      /* (n,) the beat before, -1: none */
    float *penalty;   /* (gap,) */
    int *beat;        /* (n,) the sequence found */
};

/* Tracks beats of one period; returns how many stand in t->beat. */
static size_t track(struct tracker *t, double period)
{
    const size_t nearest = (size_t)fmax(round(period / 2.0), 1.0);
    const size_t farthest = (size_t)round(2.0 * period);
    for (size_t gap = nearest; gap <= farthest; gap++) {
        const double x = log((double)gap / period);
        t->penalty[gap] = (float)(-TIGHTNESS * x * x);
    }
    for (size_t i = 0; i < t->n; i++) {
        float best = 0.0f; /* a sequence may begin anywhere */
        int from = -1;
        for (size_t gap = nearest; gap <= farthest && gap <= i; gap++) {
            const float candidate = t->score[i - gap] + t->penalty[gap];
            if (candidate > best) {
                best = candidate;
                from = (int)(i - gap);
            }
        }
        t->score[i] = best + t->env[i];
        t->before[i] = from;
    }
    size_t last = t->n - 1;
    for (size_t i = t->n > farthest ? t->n - farthest : 0; i < t->n; i++) {
        last = t->score[i] > t->score[last] ? i : last;
    }
    size_t n_beats = 0;
    for (int i = (int)last; i >= 0; i = t->before[i]) {
        n_beats++;
    }
    size_t k = n_beats;
    for (int i = (int)last; i >= 0; i = t->before[i]) {
        t->beat[--k] = i;
    }
    return n_beats;
}

/* Time in frames of a beat: the centre of mass of the envelope within two frames of its peak, or
 * the frame itself where the envelope does not peak. */
static double refine(const float *env, size_t n, int frame)
{
    if (frame < 2 || (size_t)frame + 2 >= n || env[frame] < env[frame - 1] ||
        env[frame] < env[frame + 1]) {
        return frame;
    }
    double sum = 0.0, moment = 0.0;
    for (int k = -2; k <= 2; k++) {
        sum += (double)env[frame + k];
        moment += (double)env[frame + k] * k;
    }
    return sum > 0.0 ? frame + moment / sum : frame;
}

/* The beat near `at`: an onset within 6 % of the interval that is clearly stronger than what is
 * there, else what is there. */
static double nearest_onset(const struct tracker *t, double at, double interval)
{
    const int here = (int)round(at), reach = (int)round(0.06 * interval);
    int best = here;
    for (int k = here - reach; k <= here + reach; k++) {
        if (k >= 0 && (size_t)k < t->n && t->env[k] > 1.5f * t->env[here] &&
            t->env[k] > t->env[best]) {
            best = k;
        }
    }
    const double refined = refine(t->env, t->n, best);
    return best == here && refined == (double)here ? at : refined;
}

/* Moves beats by a share of their interval, then to nearby onsets. Returns how many lie inside the
 * sample; time: (n_beats + 1,) in frames. */
static size_t shift(const struct tracker *t, size_t n_beats, double share, double *time)
{
    size_t n = 0;
    for (size_t i = 0; i < n_beats; i++) {
        const size_t j = i + 1 < n_beats ? i : i - (n_beats > 1);
        const double interval = n_beats > 1 ? t->beat[j + 1] - t->beat[j] : 0.0;
        const double at = t->beat[i] + share * interval;
        if (i == 0 && share > 0.0 && at - interval >= 0.0) {
            time[n++] = at - interval;
        }
        if (at > (double)(t->n - 1)) {
            break;
        }
        time[n++] = nearest_onset(t, at, interval);
    }
    return n;
}

struct choice {
    double score, period, share;
};

static struct choice choose(struct tracker *t, const struct attune_evidence *evidence,
                            const double *period, size_t n_periods)
{
    struct choice best = {.score = -INFINITY};
    for (size_t i = 0; i < n_periods; i++) {
        const size_t n_beats = track(t, period[i]);
        if (n_beats < 3) {
            continue;
        }
        struct attune_phase_profile profile;
        attune_evidence_profile(evidence, t->beat, n_beats, &profile);
        for (size_t s = 0; s < ATTUNE_N_SHIFTS; s++) {
            double features[ATTUNE_N_EVIDENCE];
            attune_evidence_features(evidence, &profile, period[i], attune_shifts[s], features);
            const double score = attune_evidence_score(features);
            if (score > best.score) {
                best = (struct choice){score, period[i],
                                       (double)attune_shifts[s] / ATTUNE_N_PHASES};
            }
        }
    }
    return best;
}

static int make_tracker(struct attune_analysis *a, const struct attune_onset *onset,
                        struct tracker *t)
{
    const size_t n = onset->n_frames;
    const double sd = standard_deviation(onset->env, n);
    float *env = attune_arena_alloc(&a->scratch, n, sizeof *env);
    t->env = env;
    t->n = n;
    t->score = attune_arena_alloc(&a->scratch, n, sizeof *t->score);
    t->before = attune_arena_alloc(&a->scratch, n, sizeof *t->before);
    t->beat = attune_arena_alloc(&a->scratch, n, sizeof *t->beat);
    t->penalty = attune_arena_alloc(&a->scratch, (size_t)(120.0 / MIN_BPM * onset->rate_hz) + 2,
                                    sizeof *t->penalty);
    if (!env || !t->score || !t->before || !t->beat || !t->penalty) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        env[i] = sd > 0.0 ? (float)((double)onset->env[i] / sd) : 0.0f;
    }
    return 1;
}

static int fill(struct attune_analysis *a, const struct attune_onset *onset, struct tracker *t,
                struct attune_beats *beats)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    struct attune_evidence evidence;
    double ac[ATTUNE_TEMPOGRAM_MAX_LAGS], period[MAX_PERIODS];
    attune_tempogram_mean(onset->env, onset->n_frames, ATTUNE_TEMPOGRAM_WINDOW, ac);
    const size_t n_periods = find_periods(ac, ATTUNE_TEMPOGRAM_WINDOW, onset->rate_hz, period);
    if (!attune_evidence_init(&evidence, &a->scratch, frames, onset)) {
        return 0;
    }
    const struct choice best = choose(t, &evidence, period, n_periods);
    if (n_periods == 0 || best.score == -INFINITY) {
        beats->why = "no onsets";
        return 1;
    }
    const size_t n_tracked = track(t, best.period);
    double *beat_s = attune_arena_alloc(&a->arena, n_tracked + 1, sizeof *beat_s);
    if (!beat_s) {
        return 0;
    }
    beats->n_beats = shift(t, n_tracked, best.share, beat_s);
    for (size_t i = 0; i < beats->n_beats; i++) {
        beat_s[i] /= onset->rate_hz;
    }
    beats->tempo_bpm = 60.0 * onset->rate_hz / best.period;
    beats->beat_s = beat_s;
    double *downbeat_s = attune_arena_alloc(&a->arena, beats->n_beats, sizeof *downbeat_s);
    if (!downbeat_s) {
        return 0;
    }
    beats->beats_per_bar = attune_evidence_meter(&evidence, best.period);
    const size_t first =
        attune_evidence_downbeat(&evidence, beat_s, beats->n_beats, beats->beats_per_bar);
    for (size_t i = first; i < beats->n_beats; i += (size_t)beats->beats_per_bar) {
        downbeat_s[beats->n_downbeats++] = beat_s[i];
    }
    beats->downbeat_s = downbeat_s;
    return 1;
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
    struct tracker tracker;
    const int done = make_tracker(a, onset, &tracker) && fill(a, onset, &tracker, beats);
    attune_arena_reset(&a->scratch);
    return done ? beats : NULL;
}
